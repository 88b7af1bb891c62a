"""Printed formulas parsed back, with a spreadsheet's precedence: they mean what the expression means."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbook.layout.test_formula import LAYOUT, PANEL, WIDTH, a, b, c
from tests.workbook.layout.test_formula_values import EXPRESSIONS, LEAVES, SMOOTH, compound, drawn, judged
from xlbp.auditing.reading.syntax import Node, Ref, parse
from xlbp.symbols.expr import Expr, square, squares, topological, total
from xlbp.workbook.layout.formula import ATOM, PRODUCT, SPREADSHEET, SUM, Shape
from xlbp.xlsx.areas import CellError

pytestmark = pytest.mark.slow  # whole books, or many processes

HOME = ("Sheet", 2, 30)  # where the formula stands
Cells = Mapping[tuple[str, int, int], float]


class NoNumberError(ArithmeticError):
    """The cell shows an error."""


def over(function: Callable[[list[float]], float]) -> Callable[..., float]:
    """A function of any number of numbers."""
    return lambda *xs: function(list(xs))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "ABS": abs,
    "AND": lambda *xs: float(all(xs)),
    "COS": math.cos,
    "EXP": math.exp,
    "INT": math.floor,
    "LN": math.log,
    "MAX": over(max),
    "MIN": over(min),
    "MOD": lambda x, y: x - y * math.floor(x / y),
    "SIGN": lambda x: float(np.sign(x)),
    "SIN": math.sin,
    "SQRT": math.sqrt,
    "SUM": over(sum),
    "SUMSQ": over(lambda xs: sum(x * x for x in xs)),
    "TANH": math.tanh,
}
OPERATORS: dict[str, Callable[[float, float], float]] = {
    **{"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": math.pow},
    **{">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "<>": operator.ne, "=": operator.eq},
}


class Sheet:
    """Values of formulas, given those of cells and names."""

    def __init__(self, cells: Cells, names: Mapping[str, float]) -> None:
        self.cells, self.names = cells, names

    def __call__(self, formula: str) -> float | CellError:
        """What a cell with this formula shows."""
        try:
            found = float(self.value(parse(formula, HOME)))
        except (ArithmeticError, ValueError):
            return CellError("#NUM!")
        return found if math.isfinite(found) else CellError("#NUM!")

    def value(self, node: Node) -> float:
        """A number; an error anywhere is the formula's own."""
        found = float(self._value(node))
        if not math.isfinite(found):
            raise NoNumberError
        return found

    def _value(self, node: Node) -> float:
        if node.kind in ("number", "name", "ref"):
            return self.leaf(node)
        if node.kind == "op":
            return OPERATORS[str(node.value)](*map(self.value, node.args))
        if node.kind == "unary":
            return -self.value(node.args[0])
        assert node.kind == "call", node
        if node.value == "IF":
            return self.value(node.args[1 if self.value(node.args[0]) else 2])
        if node.value == "SUMPRODUCT":
            return sum(map(math.prod, zip(*map(self.column, node.args), strict=True)))
        return FUNCTIONS[str(node.value)](*(x for arg in node.args for x in self.column(arg)))

    def leaf(self, node: Node) -> float:
        """A number, a name, a cell."""
        if isinstance(node.value, Ref):
            return self.cells[node.value.at(HOME)]
        return self.names[str(node.value)] if node.kind == "name" else float(str(node.value))

    def column(self, node: Node) -> list[float]:
        """The numbers of a range, and of arithmetic over one; of anything else its one number."""
        if node.kind == "op" and any(inner.kind in ("range", "op") for inner in node.args):
            left, right = map(self.column, node.args)
            if len(left) == len(right) > 1 or len(left) > 1:
                right = right * len(left) if len(right) == 1 else right
                return [float(OPERATORS[str(node.value)](x, y)) for x, y in zip(left, right, strict=True)]
        if node.kind != "range":
            return [self.value(node)]
        first, last = node.value  # type: ignore[misc]
        (sheet, row, left_column), (_, _, right_column) = first.at(HOME), last.at(HOME)
        return [self.cells[sheet, row, at] for at in range(left_column, right_column + 1)]


def sheet_of(numbers: list[float]) -> Sheet:
    """The sheet in which the layout of these tests has its cells."""
    cells = {("Sheet", row, n + 1): numbers[n + WIDTH * (row - 1)] for row in (1, 2) for n in range(WIDTH)}
    for place, number in zip(PANEL.values(), numbers[2 * WIDTH :], strict=True):
        cells["Data sheet" if place.sheet == "data" else "Sheet", place.row, place.column] = number
    return Sheet(cells, {"eta": numbers[2 * WIDTH]})


def interpreted(numbers: list[float]) -> dict[str, np.ndarray]:
    """The same numbers for the interpreter: the row above, and the row."""
    values = {f"v{n + 1}": np.array([numbers[n], numbers[WIDTH + n]]) for n in range(WIDTH)}
    return values | {name: np.array(x) for name, x in zip(PANEL, numbers[2 * WIDTH :], strict=True)}


def read_back(expr: Expr, numbers: list[float]) -> bool:
    """Whether the printed formula, parsed again, is worth what the expression is."""
    formula = "=" + LAYOUT.writer()(expr).replace("{r}", "2").replace("{p}", "1")
    return judged(expr, interpreted(numbers), sheet_of(numbers)(formula))


@settings(max_examples=120, deadline=None)
@given(EXPRESSIONS, st.integers(0, 10_000).map(drawn))
def test_a_printed_formula_is_read_back_as_its_expression(expr: Expr, numbers: list[float]) -> None:
    """Brackets stand where a spreadsheet's precedence needs them: minus before ^, and ^ from the left."""
    assert read_back(expr, numbers)


ARITHMETIC = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(operator.neg, inner),
        st.builds(square, inner),
        st.builds(squares, inner),
        st.builds(operator.pow, inner, st.sampled_from((3, -2, 9, 10))),
        st.builds(
            lambda op, x, y: op(x, y), st.sampled_from((operator.sub, operator.mul, operator.truediv)), inner, inner
        ),
        st.lists(inner, min_size=2, max_size=3).map(total),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(ARITHMETIC, st.integers(0, 10_000).map(drawn))
def test_brackets_stand_where_they_are_needed(expr: Expr, numbers: list[float]) -> None:
    """Of signs, sums, products, quotients and powers within each other none is taken for another."""
    assert read_back(expr, numbers)


@pytest.mark.parametrize(
    ("formula", "value"),
    [("=-2^2", 4), ("=2^3^2", 64), ("=2-3-4", -5), ("=8/4/2", 1), ("=-2*3^2", -18), ("=2^-1", 0.5)],
)
def test_the_reader_is_a_spreadsheet(formula: str, value: float) -> None:
    """The precedence by which formulas are read here is that of every spreadsheet program."""
    assert sheet_of(drawn(1))(formula) == value


FAULTS = {  # a wrong row of the table, and an expression that shows it
    "sub": (SPREADSHEET["sub"].__class__("+", SUM), lambda: a - b),
    "square": (Shape("{0}*{0}", PRODUCT, SUM), lambda: square(a + b)),
    "div": (Shape("{0}/{1}", PRODUCT, PRODUCT), lambda: a / (b * c)),
    "huber": (
        Shape("IF(ABS({0})<={1},{0}*{0}/2,{1}*ABS({0})-{1}/2)", argument=ATOM),
        lambda: Expr("huber", (a * 9, b)),
    ),
    "elu": (Shape("IF(SIGN({0})>0,{0},{1}*EXP({0})-1)", argument=ATOM), lambda: Expr("elu", (-square(a), c))),
}


@pytest.mark.parametrize("op", FAULTS)
def test_a_wrong_shape_is_found(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading back can fail: it does when a row of the table lacks its brackets."""
    shape, make = FAULTS[op]
    numbers = [1.25, 0.75, 0.5] * (2 * WIDTH // 3) + [0.1, 0.2, 0.3]
    assert read_back(make(), numbers)
    monkeypatch.setitem(SPREADSHEET, op, shape)
    assert not read_back(make(), numbers)


def test_every_shape_of_the_table_is_drawn() -> None:
    """No row of the table may be added without being drawn for the tests of values."""
    met: set[str] = set()

    @settings(max_examples=500, deadline=None, database=None, derandomize=True)
    @given(compound(LEAVES))
    def draw(expr: Expr) -> None:
        met.update(node.op for node in topological(expr))

    draw()
    met.update(SMOOTH if met & set(SMOOTH) else ())  # drawn from one list, each as often as the others
    assert set(SPREADSHEET) - {"any power", "fractional power"} <= met
