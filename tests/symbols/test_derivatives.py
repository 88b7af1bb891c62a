"""Every rule against a difference quotient, and what happens at the kinks."""

from __future__ import annotations

import math

import pytest

from tests.symbols.random_expr import value
from xlbp.symbols.derivatives import RULES, partials
from xlbp.symbols.expr import (
    Expr,
    absolute,
    const,
    if_positive,
    leaky_relu,
    lift,
    log_loss,
    maximum,
    minimum,
    modulo,
    names_in,
    pick,
    prev,
    ref,
    relu,
    sigmoid,
    tanh,
)

POINTS = {
    "add": [(1.5, -2.0, 0.3)],
    "sub": [(1.5, -2.0)],
    "mul": [(1.5, -2.0)],
    "div": [(1.5, -2.0), (-0.4, 0.7)],
    "neg": [(1.5,)],
    "copy": [(1.5,)],
    "pow": [(1.5, -2.0), (0.3, 2.5), (2.0, 0.0)],
    "square": [(1.5,), (-0.2,)],
    "exp": [(1.5,), (-3.0,)],
    "log": [(1.5,), (0.1,)],
    "sqrt": [(1.5,), (0.1,)],
    "sin": [(1.5,), (-4.0,)],
    "cos": [(1.5,), (-4.0,)],
    "tanh": [(1.5,), (-0.3,), (0.0,)],
    "sigmoid": [(1.5,), (-3.0,), (0.0,)],
    "softplus": [(1.5,), (-3.0,), (0.0,)],
    "relu": [(1.5,), (-0.3,)],
    "leaky_relu": [(1.5, 0.1), (-0.3, 0.1)],
    "abs": [(1.5,), (-0.3,)],
    "max": [(1.5, 0.2), (0.2, 1.5)],
    "min": [(1.5, 0.2), (0.2, 1.5)],
    "log_loss": [(1.5, 1.0), (-0.7, 0.0), (0.4, 0.3)],
    "sign": [(1.5,), (-0.3,)],
    "share": [(1.5, 0.2), (0.2, 1.5)],
    "if_positive": [(1.5, 2.0, 3.0), (-0.5, 2.0, 3.0)],
    "elu": [(1.5, 0.7), (-0.3, 0.7), (-2.0, 1.0)],
    "hard_sigmoid": [(1.5,), (-2.9,), (3.5,), (-4.0,)],
    "huber": [(0.3, 0.8), (1.5, 0.8), (-0.3, 0.8), (-1.5, 0.8)],
    "squares": [(1.5, -2.0, 0.3)],
    "absolutes": [(1.5, -2.0, 0.3)],
    "floor": [(1.5,), (-0.3,)],
}
WHOLE = {"mod", "pick"}  # of whole numbers, which no parameter moves: tried below
CASES = [(op, point) for op, each in POINTS.items() for point in each]
LETTERS = "xyz"


def at(*numbers):
    """Values of x, y, z."""
    return dict(zip(LETTERS, numbers, strict=False))


def quotients(root: Expr, values: dict[str, float], name: str, step: float = 1e-6) -> tuple[float, float]:
    """The difference quotients to the left and to the right."""
    low, here, high = (value(root, {**values, name: values[name] + shift}) for shift in (-step, 0, step))
    return (here - low) / step, (high - here) / step


def test_every_rule_is_tried_here():
    """No operation may be added to the table without points to try it at."""
    assert {*POINTS, *WHOLE} == set(RULES)


@pytest.mark.parametrize(("op", "point"), CASES)
def test_a_rule_is_the_limit_of_difference_quotients(op, point):
    """Each partial derivative agrees with the central difference, away from kinks."""
    values, args = at(*point), tuple(map(ref, LETTERS[: len(point)]))
    root = Expr(op, args)
    slopes = [value(lift(slope), values) for slope in RULES[op](root, *args)]
    expected = [sum(quotients(root, values, str(arg.payload))) / 2 for arg in args]
    assert pytest.approx(expected, rel=1e-7, abs=1e-8) == slopes


@pytest.mark.parametrize("root", [modulo(ref("x"), ref("y")), pick("column", ref("x"), 9)])
def test_whole_numbers_have_no_slope(root):
    """Nothing flows back through the number of a sample, nor through a remainder of whole numbers."""
    assert {0.0} == {value(slope, at(7.0, 3.0)) for slope in partials(root).values()}


@pytest.mark.parametrize(
    ("root", "values", "expected"),
    [
        (relu(ref("x")), at(0.0), {"x": 0}),
        (relu(ref("x")), at(-0.0), {"x": 0}),
        (leaky_relu(ref("x"), 0.1), at(0.0), {"x": 0.1}),
        (absolute(ref("x")), at(0.0), {"x": 0}),
        (maximum(ref("x"), ref("y")), at(2.0, 2.0), {"x": 0.5, "y": 0.5}),
        (minimum(ref("x"), ref("y")), at(2.0, 2.0), {"x": 0.5, "y": 0.5}),
        (maximum(ref("x"), ref("x")), at(2.0), {"x": 1}),
        (maximum(ref("x"), 3), at(3.0), {"x": 0.5}),
        (if_positive(ref("x"), ref("y"), ref("z")), at(0.0, 1.0, 2.0), {"x": 0, "y": 0, "z": 1}),
    ],
)
def test_kinks_follow_pytorch(root, values, expected):
    """relu'(0) = 0, abs'(0) = 0, and max and min share the derivative at a tie."""
    assert expected == {name: value(slope, values) for name, slope in partials(root).items()}


def test_partials_are_of_the_names_in_this_row():
    """Numbers and the row above have no derivative; each name has one."""
    found = partials(ref("x") * prev("y") + const(2) * ref("z"))
    expected = {"x", "z"}
    assert expected == set(found)


def test_a_name_that_occurs_twice_gets_both_shares():
    """d(x·x + x)/dx = x + x + 1."""
    slope = partials(ref("x") * ref("x") + ref("x"))["x"]
    expected = 7.0
    assert expected == value(slope, at(3.0))


@pytest.mark.parametrize("function", [sigmoid, tanh])
def test_a_derivative_is_made_of_the_value_that_has_a_cell(function):
    """Given the cell of the value, the slope refers to it and to nothing else."""
    slope = partials(function(ref("x")), ref("cell"))["x"]
    assert names_in(slope) == ("cell",)


@pytest.mark.parametrize("z", [-800.0, -40.0, 0.0, 40.0, 800.0])
def test_the_cross_entropy_of_a_logit_is_finite_everywhere(z):
    """No probability of 0 meets a logarithm, however far out the logit is."""
    root = log_loss(ref("x"), 1)
    assert math.isfinite(value(root, at(z)))
    assert -1 <= value(partials(root)["x"], at(z)) <= 0


@pytest.mark.parametrize(
    ("base", "exponent", "slopes"), [(0.0, 2.0, (0.0, 0.0)), (0.0, 1.0, (1.0, 0.0)), (0.0, 0.0, (0.0, 0.0))]
)
def test_a_power_of_zero(base, exponent, slopes):
    """x**0 is 1 for every x, and 0**y is 0 around every y > 0: there the slope is 0, and no logarithm of 0."""
    found = partials(ref("x") ** ref("y"))
    assert slopes == tuple(value(found[name], at(base, exponent)) for name in "xy")
