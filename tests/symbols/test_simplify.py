"""Each identity of arithmetic, and that none changes a value."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from tests.symbols.random_expr import expressions, points, size, value
from xlbp.symbols.expr import const, exp, function, ref, sqrt, square, topological, total
from xlbp.symbols.simplify import RULES, simplify

X, Y, Z = ref("x"), ref("y"), ref("z")
ZERO, ONE = const(0), const(1)
copy = function("copy")

IDENTITIES = [
    # sums
    (X + 0, X),
    (0 + X, X),
    (total([X, 0, Y]), X + Y),
    (total([0, 0]), ZERO),
    ((X + Y) + Z, total([X, Y, Z])),
    (((X + Y) + Z) + X, total([X, Y, Z, X])),
    (X + -Y, X - Y),
    (X + X, 2 * X),
    (const(2) + const(3), const(5)),
    # differences
    (X - 0, X),
    (0 - X, -X),
    (X - -Y, X + Y),
    (const(2) - const(3), const(-1)),
    # negatives
    (0 - -X, X),
    (-(X - Y), Y - X),
    (-const(2), const(-2)),
    # products
    (0 * X, ZERO),
    (X * 0, ZERO),
    (1 * X, X),
    (X * 1, X),
    (-1 * X, -X),
    (X * -1, -X),
    (-X * Y, -(X * Y)),
    (X * (1 / const(3)), X / 3),
    (1 / const(3) * X, X / 3),
    (X * 3, 3 * X),
    (2 * (3 * X), 6 * X),
    (const(2) * const(3), const(6)),
    # quotients
    (X / 1, X),
    (-X / Y, -(X / Y)),
    (const(3) / const(4), const(0.75)),
    # powers
    (X**0, ONE),
    (X**1, X),
    (X**2, square(X)),
    (X**0.5, sqrt(X)),
    # copies
    (copy(X), X),
    (copy(copy(X)) + 0, X),
    # inside
    (exp(X + 0) * 1, exp(X)),
    (0 - (X - Y) * 1, Y - X),
]
UNTOUCHED = [
    const(1) / const(3),
    const(0.1) + const(0.2),
    const(0.1) * const(0.2),
    const(1) / const(0),
    const(1e308) * const(10),
    const(0.1) * (const(0.3) * X),
    X + (Y + Z),
    X + Y,
    Y + X,
    X - X,
    X / X,
    X**3,
    X**-1,
    0 / X,
    exp(X),
    X,
    ZERO,
    const(-0.0),
]


@pytest.mark.parametrize(("before", "after"), IDENTITIES)
def test_an_identity(before, after):
    """Each identity rewrites its left side into its right side."""
    assert after is simplify(before)


@pytest.mark.parametrize("root", UNTOUCHED)
def test_what_must_stay_stays(root):
    """Inexact constants, the order of sums, and what may hide an error are left alone."""
    assert root is simplify(root)


def test_a_minus_comes_out_of_a_product():
    """A negative factor on the right comes out in front as well, and two of them cancel."""
    one, two = simplify(X * -Y), simplify(-X * -Y)
    assert one is -one.args[0]
    assert {X, Y} == set(one.args[0].args) == set(two.args)
    assert {"mul"} == {one.args[0].op, two.op}


def test_every_rule_has_an_identity_here():
    """No rule may be added to the table without an identity to try it."""
    tried = {node.op for before, _ in IDENTITIES for node in topological(before)}
    assert set(RULES) <= tried


@settings(deadline=None, max_examples=300)
@given(expressions, points)
def test_a_value_is_preserved(root, values):
    """The simplified expression is worth the same, up to rounding of its terms."""
    large = size(root, values)
    assume(large < 1e100)
    assert abs(value(root, values) - value(simplify(root), values)) <= 1e-13 * large


@settings(deadline=None, max_examples=300)
@given(expressions)
def test_simplifying_twice_is_simplifying_once(root):
    """The result of simplify has nothing left to simplify."""
    once = simplify(root)
    assert once is simplify(once)


@settings(deadline=None, max_examples=300)
@given(expressions)
def test_nothing_grows_and_no_name_appears(root):
    """A simplified expression has no more operations, and no name that was not there."""
    before, after = set(topological(root)), set(topological(simplify(root)))
    assert {n for n in after if n.op == "ref"} <= {n for n in before if n.op == "ref"}
    assert {n for n in after if n.op == "copy"} == set()


@pytest.mark.parametrize(
    ("grow", "expected"),
    [
        (lambda root: -root, X),
        (copy, X),
        (lambda root: root * 1, X),
        (lambda root: 0 + root, X),
    ],
)
def test_a_deep_expression_comes_down(grow, expected):
    """A tower of a thousand operations that do nothing is simplified away."""
    root = X
    for _ in range(1000):
        root = grow(root)
    assert expected is simplify(root)


def test_a_long_sum_becomes_one():
    """A sum nested to the left becomes one sum of all its terms, in their order."""
    terms = [ref(f"v{i}") for i in range(200)]
    root = terms[0]
    for term in terms[1:]:
        root = root + term
    assert total(terms) is simplify(root)
