"""Operations that training needs: what they are worth, and their derivatives against finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from xlbp.symbols.derivatives import RULES, partials
from xlbp.symbols.expr import (
    Expr,
    absolutes,
    elu,
    floor,
    function,
    hard_sigmoid,
    huber,
    modulo,
    pick,
    ref,
    sign,
    square,
    squares,
)
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.simplify import simplify

x, y, k = ref("x"), ref("y"), ref("k")
H = 1e-6


def value(expr: Expr, **values: float) -> float:
    """What an expression is worth."""
    return float(Interpreter({name: np.asarray(v) for name, v in values.items()})(expr))


def slope(expr: Expr, name: str, **values: float) -> float:
    """The derivative by rule, simplified."""
    found = partials(expr).get(name)
    return 0.0 if found is None else value(simplify(found), **values)


POINTS = [(-4.5, 0.7), (-3.2, 1.3), (-1.0, 0.5), (-0.3, 1.7), (0.4, 0.9), (1.2, 0.8), (2.9, 2.0), (3.4, 0.25)]
SMOOTH: dict[str, Expr] = {
    "elu": elu(x, k),
    "elu of a product": elu(x * y, k),
    "hard_sigmoid": hard_sigmoid(x),
    "hard_sigmoid of a product": hard_sigmoid(x * y),
    "huber": huber(x, k),
    "huber of a difference": huber(x - y, k),
    "squares": squares(x, y, k),
    "squares with one twice": squares(x, y, x),
    "absolutes": absolutes(x, y),
    "absolutes with one twice": absolutes(x, x * y, x),
    "square": square(x * y),
    "of a sum": square(elu(x + y, k) * hard_sigmoid(x)),
}


@pytest.mark.parametrize("case", SMOOTH)
@pytest.mark.parametrize(("at", "shape"), POINTS)
def test_derivatives_are_those_of_finite_differences(case: str, at: float, shape: float) -> None:
    """For every argument the rule's slope is the central difference's."""
    values = {"x": at, "y": 0.6, "k": shape}
    for name, where in values.items():
        up, down = (value(SMOOTH[case], **{**values, name: where + h}) for h in (H, -H))
        assert slope(SMOOTH[case], name, **values) == pytest.approx((up - down) / (2 * H), rel=1e-6, abs=1e-8), name


VALUES: list[tuple[Expr, float, Callable[[], float]]] = [
    (elu(x, 0.5), 2.0, lambda: 2.0),
    (elu(x, 0.5), -1.0, lambda: 0.5 * (math.exp(-1) - 1)),
    (elu(x, 1.0), -800.0, lambda: -1.0),
    (elu(x, 1.0), 800.0, lambda: 800.0),
    (hard_sigmoid(x), -3.0, lambda: 0.0),
    (hard_sigmoid(x), 0.0, lambda: 0.5),
    (hard_sigmoid(x), 1.5, lambda: 0.75),
    (hard_sigmoid(x), 9.0, lambda: 1.0),
    (huber(x, 1.0), 0.5, lambda: 0.125),
    (huber(x, 1.0), -1.0, lambda: 0.5),
    (huber(x, 0.5), -3.0, lambda: 1.375),
    (squares(x, 2, -3), 1.0, lambda: 14.0),
    (squares(x), -2.0, lambda: 4.0),
    (absolutes(x, 2, -3), -1.0, lambda: 6.0),
    (modulo(x, 5), 13.0, lambda: 3.0),
    (modulo(x, 5), -1.0, lambda: 4.0),
    (modulo(16807 * x, 2147483647), 2147483646.0, lambda: 2147466840.0),
    (floor(x), 2.9, lambda: 2.0),
    (floor(x), -0.5, lambda: -1.0),
]


@pytest.mark.parametrize(("expr", "at", "expected"), VALUES)
def test_values(expr: Expr, at: float, expected: Callable[[], float]) -> None:
    """Each operation has the value of its definition, far out too, without overflow on the way."""
    with np.errstate(all="raise", under="ignore"):
        assert value(expr, x=at) == pytest.approx(expected(), rel=1e-15)


# kinks, as PyTorch decides them
KINKS = [
    (elu(x, 0.5), 0.0, 0.5),
    (hard_sigmoid(x), -3.0, 0.0),
    (hard_sigmoid(x), 3.0, 0.0),
    (huber(x, 2.0), 2.0, 2.0),
    (huber(x, 2.0), -2.0, -2.0),
    (absolutes(x), 0.0, 0.0),
]


@pytest.mark.parametrize(("expr", "at", "expected"), KINKS)
def test_at_a_kink(expr: Expr, at: float, expected: float) -> None:
    """Where the two sides differ the slope is PyTorch's."""
    assert slope(expr, "x", x=at) == expected


@pytest.mark.parametrize("expr", [modulo(x, y), floor(x * y), pick("c", x, 3), sign(x)])
def test_steps_have_no_slope(expr: Expr) -> None:
    """What jumps is constant between its jumps: nothing flows back through the number of a sample."""
    values = {"x": 2.0, "y": 5.0, "c#1": 1.0, "c#2": 2.0, "c#3": 3.0}
    assert [slope(expr, name, **values) for name in ("x", "y")] == [0, 0]


# picks


def test_a_pick_takes_the_row_of_a_column() -> None:
    """Rows count from 1, and several rows of a training are picked at once."""
    table = {f"c#{n}": np.asarray(10.0 * n) for n in range(1, 4)}
    rows = np.array([3.0, 1.0, 2.0, 2.0])
    assert Interpreter({**table, "n": rows})(pick("c", ref("n"), 3)).tolist() == [30, 10, 20, 20]
    assert Interpreter({**table, "n": rows})(pick("c", modulo(ref("n") + 1, 3) + 1, 3)).tolist() == [20, 30, 10, 10]


def test_a_pick_knows_its_column() -> None:
    """Picks of two columns differ, and one of the same column, row and length is the same object."""
    assert pick("c", x, 3) is pick("c", x, 3)
    assert len({pick("c", x, 3), pick("d", x, 3), pick("c", y, 3), pick("c", x, 4)}) == 4


def test_sizes_of_a_pick_are_those_of_its_value() -> None:
    """A picked number is exact: nothing of the row's number goes into its size."""
    values = {"c#1": np.asarray(0.5), "c#2": np.asarray(-4.0), "n": np.array([1.0, 2.0])}
    assert Interpreter(values).sizes(pick("c", ref("n"), 2), {"n": np.array([1e9, 1e9])}).tolist() == [0.5, 4.0]


@pytest.mark.parametrize("op", ["elu", "hard_sigmoid", "huber", "squares", "absolutes", "mod", "floor", "pick"])
def test_simplification_leaves_the_value(op: str) -> None:
    """Every operation survives simplification with a rule of its own for the derivative."""
    args = {"elu": (x, y), "huber": (x, y), "mod": (x, y), "squares": (x, y, 2), "absolutes": (x, y)}.get(op, (x,))
    expr = pick("c", x, 3) if op == "pick" else function(op)(*args)
    values = {"x": 2.0, "y": 5.0, "c#1": 1.0, "c#2": 2.5, "c#3": 3.0}
    assert op in RULES
    assert value(simplify(expr), **values) == value(expr, **values)
