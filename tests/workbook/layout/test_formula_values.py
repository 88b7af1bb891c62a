"""What a printed formula is worth in a spreadsheet: the same as its expression."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests.sheet_functions import ALLOWED, functions_in
from tests.workbook.layout.test_formula import LAYOUT, PANEL, WIDTH, a, b, c, k, largest, v
from xlbp.recalc.ironcalc import IronCalc
from xlbp.symbols.expr import (
    Expr,
    absolutes,
    const,
    dot,
    elu,
    floor,
    function,
    hard_sigmoid,
    huber,
    if_positive,
    leaky_relu,
    log_loss,
    modulo,
    norm,
    pick,
    prev,
    ref,
    relu,
    share,
    softplus,
    squares,
    topological,
    total,
)
from xlbp.symbols.interpret import Interpreter
from xlbp.xlsx.areas import Area, CellError

pytestmark = pytest.mark.slow  # whole books, or many processes

NUMBERS = st.integers(-3_000_000, 3_000_000).map(lambda n: n / 1e6)
LEAVES = st.one_of(
    st.sampled_from([*v(1, WIDTH), prev("v1"), prev("v5"), *map(ref, PANEL)]),
    NUMBERS.map(const),
    st.sampled_from([const(0), const(1), const(-1), const(1e-7)]),
)
SMOOTH = ("neg", "square", "exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sigmoid", "relu")
POWERS = (-8, -3, -2, -1, 1, 2, 3, 5, 8, 9, 0.5, 0.7, -0.5)
RUNS = st.tuples(st.integers(1, 12), st.integers(2, 12)).map(lambda at: v(at[0], at[0] + at[1]))


def compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Operations; those with a jump, or exact only to an absolute error, are given leaves."""
    return st.one_of(
        st.builds(lambda op, x: function(op)(x), st.sampled_from(SMOOTH), inner),
        st.builds(
            lambda op, x, y: function(op)(x, y), st.sampled_from(("sub", "mul", "div", "max", "min")), inner, inner
        ),
        st.builds(lambda x, n: x**n, inner, st.sampled_from(POWERS)),
        st.builds(lambda x, y: x**y, inner, LEAVES),
        st.builds(lambda x: leaky_relu(x, 0.01), inner),
        st.builds(function("sign"), LEAVES),
        st.builds(softplus, LEAVES),
        st.builds(lambda x: elu(x, 0.7), inner),
        st.builds(hard_sigmoid, inner),
        st.builds(lambda x: huber(x, 0.5), inner),
        st.builds(floor, LEAVES),
        st.builds(modulo, LEAVES, st.sampled_from([const(3), const(0.7)])),
        st.lists(inner, min_size=1, max_size=4).map(lambda xs: squares(*xs)),
        st.lists(inner, min_size=1, max_size=4).map(lambda xs: absolutes(*xs)),
        st.lists(LEAVES, min_size=1, max_size=4).map(lambda xs: norm(*xs)),
        st.builds(log_loss, LEAVES, LEAVES),
        st.builds(share, LEAVES, LEAVES),
        st.builds(if_positive, LEAVES, inner, inner),
        st.lists(inner, min_size=2, max_size=4).map(total),
    )


SUMS = st.one_of(
    RUNS.map(total),
    RUNS.map(lambda run: largest(*run)),
    RUNS.map(lambda run: dot(run, v(WIDTH - len(run) + 1, WIDTH))),
    st.builds(lambda run, tail: total([*(x * x for x in run), tail]), RUNS, LEAVES),
)
EXPRESSIONS = st.recursive(LEAVES | SUMS, compound, max_leaves=8)


def drawn(seed: int) -> list[float]:
    """A number for every name, in both rows."""
    random = Random(seed)
    return [random.randint(-3_000_000, 3_000_000) / 1e6 for _ in range(2 * WIDTH + len(PANEL))]


def written(expressions: list[Expr], numbers: list[float], path: Path) -> list[str]:
    """Write one book with the names' values and, in column A from row 10 on, all the formulas."""
    workbook = Workbook()
    sheet, data = workbook.active, workbook.create_sheet("Data sheet")
    for n in range(WIDTH):
        for row in (1, 2):
            sheet.cell(row, n + 1, numbers[n + WIDTH * (row - 1)])
    for (_, place), value in zip(PANEL.items(), numbers[2 * WIDTH :], strict=True):
        (data if place.sheet == "data" else sheet).cell(place.row, place.column, value)
    workbook.defined_names["eta"] = DefinedName("eta", attr_text="Sheet!$B$4")
    write = LAYOUT.writer()
    formulas = ["=" + write(expr).replace("{r}", "2").replace("{p}", "1") for expr in expressions]
    for row, formula in enumerate(formulas, start=10):
        sheet.cell(row, 1, formula)
    workbook.save(path)
    return formulas


def judged(expr: Expr, values: dict[str, np.ndarray], found: object) -> bool:
    """Whether a cell shows what the interpreter says: a number near enough, or an error for none.

    Where a term fails that the result does not need, and for 0^0, either is right.
    """
    with np.errstate(all="ignore"):
        interpret = Interpreter(values)
        expected = float(np.broadcast_to(interpret(expr), 2)[1])
        size = float(np.broadcast_to(interpret.sizes(expr, {}), 2)[1])
        if any(node.op == "pow" and not any(interpret(arg).any() for arg in node.args) for node in topological(expr)):
            return isinstance(found, float | CellError)
        terms_are_finite = all(np.isfinite(np.broadcast_to(interpret(node), 2)[1]) for node in topological(expr))
    if not np.isfinite(expected):
        return isinstance(found, CellError)
    if isinstance(found, float):
        return abs(found - expected) <= 1e-9 * abs(expected) + 1e-12 * min(size, 1e290) + 1e-300
    return not terms_are_finite and isinstance(found, CellError)


@settings(max_examples=25, deadline=None)
@given(st.lists(EXPRESSIONS, min_size=10, max_size=40), st.integers(0, 10_000).map(drawn))
def test_a_formula_is_worth_what_its_expression_is(expressions: list[Expr], numbers: list[float]) -> None:
    """A spreadsheet engine gives every printed formula the value that the interpreter gives the expression."""
    values = {f"v{n + 1}": np.array([numbers[n], numbers[WIDTH + n]]) for n in range(WIDTH)}
    values |= {name: np.array(number) for name, number in zip(PANEL, numbers[2 * WIDTH :], strict=True)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "formulas.xlsx"
        formulas = written(expressions, numbers, path)
        [grid] = IronCalc().values(path, [Area("Sheet", 10, 9 + len(formulas), 1)])
    cells = zip(expressions, formulas, grid, strict=True)
    wrong = {formula: found for expr, formula, [found] in cells if not judged(expr, values, found)}
    expected = {}
    assert expected == wrong


@pytest.mark.parametrize("x", [1e-15, -1e-15, 1e-17, -1e-17, 1e-300, -1e-300])
@pytest.mark.parametrize(
    "expr",
    [if_positive(a, b, c), leaky_relu(a, 0.5), share(a, const(0)), share(const(0), a), function("sign")(a), relu(a)],
)
def test_jumps_are_sharp(expr: Expr, x: float, tmp_path: Path) -> None:
    """However near to a kink an argument is, a spreadsheet takes the same side of it as the interpreter."""
    values = {"v1": np.array([0, x]), "v2": np.array([2.0, 2.0]), "v3": np.array([3.0, 3.0])}
    numbers = [0.0] * WIDTH + [x, 2.0, 3.0] + [0.0] * (WIDTH - 3 + len(PANEL))
    written([expr], numbers, tmp_path / "kink.xlsx")
    [grid] = IronCalc().values(tmp_path / "kink.xlsx", [Area("Sheet", 10, 10, 1)])
    assert [[float(np.broadcast_to(Interpreter(values)(expr), 2)[1])]] == grid


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_random_formulas_use_only_shared_functions(expr: Expr) -> None:
    """Whatever the expression, its formula calls only functions that work in every program."""
    assert set() == functions_in(LAYOUT.writer()(expr)) - ALLOWED


ROWS = [
    [0.5, -1.5, 2, -0.25, 3, -4, 0, 1, -2, 5, -6, 7],
    [-0.7, 2.5, -3, 0, 1e-3, -1e-3, 8, -9, 10, -11, 12, 13],
    [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
]
EXACT = [
    *(elu(a, 1), elu(a + b, k), b * elu(a, 1), hard_sigmoid(a), hard_sigmoid(a - b)),
    *(huber(a, 1), huber(a - b, 0.5), modulo(a, 5), modulo(a * 2 + 1, b)),
    *(floor(a), floor(a * 2 / 5) + 1, b * floor(a + 1)),
    *(squares(a, b), squares(a, c), k * squares(a, c), squares(*v(1, 9)), squares(*v(1, 9)[::-1])),
    *(absolutes(a, b), k * absolutes(a, b), absolutes(*v(1, 9)), k * absolutes(*v(1, 9))),
    *(b - absolutes(*v(1, 9)), absolutes(*v(2, 9), a), norm(a, b)),
    *(const(math.pi), const(math.pi) * a / 7, const(3.14159265358979)),
]


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_what_training_needs_is_worth_what_it_says(row: int, tmp_path: Path) -> None:
    """The operations of activations, losses, penalties and samples agree almost to the last bit."""
    numbers = [0.0] * WIDTH + [float(x) for x in ROWS[row]] + [0.0] * (WIDTH - len(ROWS[row])) + [0.1, 0.75, 0.0]
    written(EXACT, numbers, tmp_path / "book.xlsx")
    [grid] = IronCalc().values(tmp_path / "book.xlsx", [Area("Sheet", 10, 9 + len(EXACT), 1)])
    values = {f"v{n}": np.asarray(x) for n, x in enumerate(ROWS[row], start=1)} | {"k": np.asarray(0.75)}
    assert [found for [found] in grid] == pytest.approx([float(Interpreter(values)(e)) for e in EXACT], rel=1e-14)


@pytest.mark.parametrize(("n", "value"), [(1, 10.0), (2, 20.0), (3, 30.0)])
def test_a_pick_is_worth_the_row_of_its_column(n: int, value: float, tmp_path: Path) -> None:
    """INDEX counts from the first row of the table."""
    book = Workbook()
    sheet, data = book.active, book.create_sheet("Data sheet")
    sheet.title = "Sheet"
    for place in range(1, 4):
        data.cell(place, 4, 10 * place)
    sheet["A1"], sheet["B1"] = n, "=" + LAYOUT.writer()(pick("y[1]", a, 3)).replace("{r}", "1")
    book.save(tmp_path / "book.xlsx")
    [grid] = IronCalc().values(tmp_path / "book.xlsx", [Area("Sheet", 1, 1, 2)])
    assert grid[0][1] == value
