"""Expressions: one object for each, immutable, in topological order."""

from __future__ import annotations

import copy
import gc
import pickle

import pytest
from hypothesis import given, settings

from tests.symbols.random_expr import expressions
from xlbp.symbols.expr import Expr, const, dot, exp, function, lift, names_in, prev, ref, topological, total

X, Y = ref("x"), ref("y")


@pytest.mark.parametrize(
    "build",
    [
        lambda: X * Y + 1,
        lambda: 2 - X,
        lambda: 2 / X,
        lambda: 2**X,
        lambda: X**2,
        lambda: -exp(X),
        lambda: prev("x") + 1,
        lambda: const(0.1),
        lambda: const(-0.0),
        lambda: function("max")(X, 3),
        lambda: total([X, Y, 1]),
    ],
)
def test_equal_expressions_are_one_object(build):
    """Building the same expression twice gives the same object."""
    assert build() is build()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X + Y, Y + X),
        (const(0.0), const(-0.0)),
        (ref("x"), prev("x")),
        (const(1), ref("1.0")),
        (X - Y, X + Y),
        (total([X, Y, X]), (X + Y) + X),
    ],
)
def test_different_expressions_are_different_objects(one, other):
    """Order, sign of zero, kind of leaf, operation and grouping all count."""
    assert one is not other


@pytest.mark.parametrize(
    ("built", "op", "args"),
    [
        (X + 1, "add", (X, const(1))),
        (1 + X, "add", (const(1), X)),
        (X - 1, "sub", (X, const(1))),
        (1 - X, "sub", (const(1), X)),
        (X * 2, "mul", (X, const(2))),
        (2 * X, "mul", (const(2), X)),
        (X / 2, "div", (X, const(2))),
        (2 / X, "div", (const(2), X)),
        (X**2, "pow", (X, const(2))),
        (2**X, "pow", (const(2), X)),
        (-X, "neg", (X,)),
    ],
)
def test_operators_build_their_operation(built, op, args):
    """Each operator keeps the order of its operands, and numbers become constants."""
    assert (op, args) == (built.op, built.args)


@pytest.mark.parametrize("name", ["op", "args", "payload", "other"])
def test_an_expression_is_immutable(name):
    """No attribute can be set or taken away."""
    frozen = exp(ref(f"frozen {name}"))
    with pytest.raises(AttributeError):
        setattr(frozen, name, 1)
    with pytest.raises(AttributeError):
        delattr(frozen, name)


def test_an_expression_is_its_own_copy():
    """Copies, deep copies and pickles come back as the very same object."""
    root = exp(X * -0.0) + prev("y")
    assert root is copy.copy(root)
    assert root is copy.deepcopy(root)
    assert root is pickle.loads(pickle.dumps(root))


@settings(deadline=None, max_examples=300)
@given(expressions)
def test_any_expression_survives_pickling(root):
    """Pickling keeps identity, whatever the expression."""
    assert root is pickle.loads(pickle.dumps(root))


@settings(deadline=None, max_examples=300)
@given(expressions)
def test_arguments_come_before_what_uses_them(root):
    """The order is topological, each subexpression once, the root last."""
    order = list(topological(root))
    position = {node: i for i, node in enumerate(order)}
    assert len(position) == len(order)
    assert root is order[-1]
    assert all(position[arg] < position[node] for node in order for arg in node.args)


def test_the_order_is_from_left_to_right():
    """Arguments stand in the order in which they are written."""
    root = (X + Y) * exp(X)
    assert [X, Y, X + Y, exp(X), root] == list(topological(root))


def test_a_deep_expression_is_walked_without_recursion():
    """A chain of ten thousand operations is no deeper than one."""
    root = X
    for _ in range(10_000):
        root = root + Y
    expected = 10_002
    assert expected == len(list(topological(root)))


def test_names_of_this_row_and_of_the_one_above():
    """References and previous values are told apart, each name once, in order."""
    root = Y * X + prev("z") + Y
    assert names_in(root) == ("y", "x")
    assert names_in(root, "prev") == ("z",)


def test_sums_of_any_length():
    """The sum of none is 0, of one itself, of more one operation from left to right."""
    assert total([]) is const(0)
    assert total([X]) is X
    assert total([X, 1, Y]) is Expr("add", (X, const(1), Y))


def test_dot_is_a_sum_of_products():
    """Pairs are multiplied and added from left to right; unequal lengths are refused."""
    assert dot([X, 2], [Y, X]) is total([X * Y, 2 * X])
    with pytest.raises(ValueError, match="argument 2"):
        dot([X], [Y, X])


def test_lift_leaves_expressions_alone():
    """Only numbers are turned into constants."""
    assert lift(X) is X
    assert lift(2) is const(2.0)


def test_an_expression_shows_what_it_is():
    """The repr is enough to tell what an expression holds."""
    expected = "add(ref('x'), const(1.0))"
    assert expected == repr(X + 1)


@pytest.mark.slow
def test_expressions_that_nobody_holds_are_forgotten():
    """The pool keeps no expression alive."""
    before = len(Expr._pool)
    held = [ref(f"held{i}") for i in range(100)]
    grown = len(Expr._pool)
    assert grown >= before + len(held)
    held.clear()
    gc.collect()
    assert len(Expr._pool) <= grown - 100
