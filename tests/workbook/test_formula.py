"""Expressions as text, and what the text is worth in a spreadsheet."""

from __future__ import annotations

import math
import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from tests.books import contents_of
from xlbp.graph.derivatives import RULES
from xlbp.graph.expr import (
    Expr,
    absolutes,
    const,
    dot,
    elu,
    exp,
    floor,
    function,
    hard_sigmoid,
    huber,
    if_positive,
    leaky_relu,
    log,
    log_loss,
    modulo,
    norm,
    pick,
    prev,
    ref,
    relu,
    share,
    sigmoid,
    softplus,
    sqrt,
    square,
    squares,
    tanh,
    topological,
    total,
)
from xlbp.interpret import Interpreter
from xlbp.recalc.base import Area, CellError
from xlbp.recalc.ironcalc import IronCalc
from xlbp.spec.load import shipped
from xlbp.workbook.blueprint import patterns_of
from xlbp.workbook.formula import MATHEMATICS, SPREADSHEET, mathematics
from xlbp.workbook.layout import Layout, Place

WIDTH = 24
COLUMNS = {f"v{n}": n for n in range(1, WIDTH + 1)}
PANEL = {"eta": Place("training", 4, 2, "eta"), "k": Place("training", 4, 3), "x[1]@9": Place("data", 1, 2)}
TABLE_OF_NINE = {f"y[1]#{n}": Place("data", n, 4) for n in range(1, 10)}
LAYOUT = Layout(COLUMNS, PANEL | TABLE_OF_NINE, first_row=1, iterations=1, data_sheet="Data sheet")

WORK_EVERYWHERE = (
    "SUM SUMPRODUCT SUMSQ AVERAGE MIN MAX ABS SIGN SQRT EXP LN LOG10 TANH ATANH MOD ROUND IF AND NOT IFERROR ISNUMBER "
    "N NA COUNT COUNTA COUNTIF INDEX MATCH CHOOSE OFFSET ROW ADDRESS VLOOKUP TEXT FIXED REPT SUBSTITUTE HYPERLINK "
    "PRODUCT MEDIAN STDEV RANK MMULT SIN COS INT SUMIF PI"
)
ALLOWED = set(WORK_EVERYWHERE.split())
MANY = {"add", "largest", "squares", "absolutes"}  # printed as chains or over ranges, not from the tables
TABLE = {"pick"}  # a row of a table, which the layout writes
GONE = {"copy"}  # simplification leaves none

a, b, c, d = (ref(f"v{n}") for n in range(1, 5))
largest = function("largest")


def v(first: int, last: int) -> list[Expr]:
    """The cells of some columns that stand side by side."""
    return [ref(f"v{n}") for n in range(first, last + 1)]


SPREADSHEET_TEXTS = [
    # leaves
    (a, "A{r}"),
    (prev("v2"), "B{p}"),
    (ref("eta"), "eta"),
    (ref("k"), "$C$4"),
    (ref("x[1]@9"), "'Data sheet'!$B$1"),
    # numbers
    (const(0), "0"),
    (const(2), "2"),
    (const(-2), "-2"),
    (const(-0.0), "0"),
    (const(0.1), "0.1"),
    (const(1e-7), "1E-07"),
    (const(1e15), "1000000000000000.0"),
    (const(1.5e300), "1.5E+300"),
    (const(0.05), "0.05"),
    # every rule
    (a - b, "A{r}-B{r}"),
    (a * b, "A{r}*B{r}"),
    (a / b, "A{r}/B{r}"),
    (-a, "-A{r}"),
    (a**0.7, "IF(SIGN(A{r})<0,LN(A{r}),A{r}^0.7)"),
    (square(a), "A{r}*A{r}"),
    (exp(a), "EXP(A{r})"),
    (log(a), "LN(A{r})"),
    (sqrt(a), "SQRT(A{r})"),
    (function("sin")(a), "SIN(A{r})"),
    (function("cos")(a), "COS(A{r})"),
    (tanh(a), "TANH(A{r})"),
    (function("abs")(a), "ABS(A{r})"),
    (function("sign")(a), "SIGN(A{r})"),
    (relu(a), "MAX(A{r},0)"),
    (function("max")(a, b), "MAX(A{r},B{r})"),
    (function("min")(a, b), "MIN(A{r},B{r})"),
    (sigmoid(a), "IF(A{r}>=0,1/(1+EXP(-A{r})),EXP(A{r})/(1+EXP(A{r})))"),
    (softplus(a), "MAX(A{r},0)+LN(1+EXP(-ABS(A{r})))"),
    (log_loss(a, b), "MAX(A{r},0)-A{r}*B{r}+LN(1+EXP(-ABS(A{r})))"),
    (leaky_relu(a, 0.01), "IF(SIGN(A{r})>0,A{r},0.01*A{r})"),
    (if_positive(a, b, c), "IF(SIGN(A{r})>0,B{r},C{r})"),
    (share(a, b), "(1+SIGN(A{r}-B{r}))/2"),
    (elu(a, 0.5), "IF(SIGN(A{r})>0,A{r},0.5*(EXP(A{r})-1))"),
    (hard_sigmoid(a), "MAX(0,MIN(1,(A{r}+3)/6))"),
    (huber(a, 0.5), "IF(ABS(A{r})<=0.5,A{r}*A{r}/2,0.5*(ABS(A{r})-0.5/2))"),
    (modulo(a, 3), "MOD(A{r},3)"),
    (floor(a), "INT(A{r})"),
    (const(math.pi) * a, "PI()*A{r}"),
    # a row of a table
    (pick("y[1]", a + 1, 9), "INDEX('Data sheet'!$D$1:$D$9,A{r}+1)"),
    # sums and products
    (a + b, "A{r}+B{r}"),
    (a + b + c, "A{r}+B{r}+C{r}"),
    (a + (b + c), "A{r}+(B{r}+C{r})"),
    (total([a, b, c]), "A{r}+B{r}+C{r}"),
    (total([a, -b, c]), "A{r}-B{r}+C{r}"),
    (total([-a, b]), "-A{r}+B{r}"),
    (total([a, b * c, -(c * d)]), "A{r}+B{r}*C{r}-C{r}*D{r}"),
    (total([a, b - c]), "A{r}+(B{r}-C{r})"),
    (total([a, -(b - c)]), "A{r}-(B{r}-C{r})"),
    ((a + b) * c, "(A{r}+B{r})*C{r}"),
    (a * (b + c), "A{r}*(B{r}+C{r})"),
    (a - (b - c), "A{r}-(B{r}-C{r})"),
    ((a - b) - c, "A{r}-B{r}-C{r}"),
    (a - (b + c), "A{r}-(B{r}+C{r})"),
    (a / (b * c), "A{r}/(B{r}*C{r})"),
    (a / b / c, "A{r}/B{r}/C{r}"),
    (a * (b / c), "A{r}*(B{r}/C{r})"),
    (a * b / c, "A{r}*B{r}/C{r}"),
    # signs: unary minus binds tighter than ^ in a spreadsheet
    (-(a + b), "-(A{r}+B{r})"),
    (-(a * b), "-(A{r}*B{r})"),
    (-(a**0.7), "-IF(SIGN(A{r})<0,LN(A{r}),A{r}^0.7)"),
    (-(a**9), "-(A{r}^9)"),
    ((-a) ** 9, "(-A{r})^9"),
    (const(-2) ** 9, "(-2)^9"),
    (a * -b, "A{r}*-B{r}"),
    (-square(a), "-(A{r}*A{r})"),
    # powers: ^ is left-associative in most spreadsheets, not in all
    (a**b, "IF(SIGN(B{r})=0,1,IF(AND(SIGN(A{r})<0,MOD(B{r},1)<>0),LN(A{r}),A{r}^B{r}))"),
    ((a**9) ** 9, "(A{r}^9)^9"),
    ((a + b) ** 9, "(A{r}+B{r})^9"),
    (a**-1, "A{r}^(-1)"),
    (a**2, "A{r}*A{r}"),
    (a**3, "A{r}*A{r}*A{r}"),
    (a**8, "A{r}*A{r}*A{r}*A{r}*A{r}*A{r}*A{r}*A{r}"),
    (a**9, "A{r}^9"),
    (a**-2, "1/(A{r}*A{r})"),
    (b / a**2, "B{r}/(A{r}*A{r})"),
    ((a + b) ** 2, "(A{r}+B{r})*(A{r}+B{r})"),
    (square(a + b), "(A{r}+B{r})*(A{r}+B{r})"),
    (square(a * b), "(A{r}*B{r})*(A{r}*B{r})"),
    (b / square(a), "B{r}/(A{r}*A{r})"),
    # functions of more than a cell
    (exp(a + b), "EXP(A{r}+B{r})"),
    (relu(a - b), "MAX(A{r}-B{r},0)"),
    (leaky_relu(a + b, 0.1), "IF(SIGN((A{r}+B{r}))>0,(A{r}+B{r}),0.1*(A{r}+B{r}))"),
    (a * softplus(b), "A{r}*(MAX(B{r},0)+LN(1+EXP(-ABS(B{r}))))"),
    (a - softplus(b), "A{r}-(MAX(B{r},0)+LN(1+EXP(-ABS(B{r}))))"),
    (log_loss(a, b + c), "MAX(A{r},0)-A{r}*(B{r}+C{r})+LN(1+EXP(-ABS(A{r})))"),
    (share(a + b, c - d), "(1+SIGN((A{r}+B{r})-(C{r}-D{r})))/2"),
    (2 * share(a, b), "2*((1+SIGN(A{r}-B{r}))/2)"),
    # long sums, over ranges only where cells stand side by side
    (total(v(1, 8)), "A{r}+B{r}+C{r}+D{r}+E{r}+F{r}+G{r}+H{r}"),
    (total(v(1, 9)), "SUM(A{r}:I{r})"),
    (total([*v(1, 8), a]), "A{r}+B{r}+C{r}+D{r}+E{r}+F{r}+G{r}+H{r}+A{r}"),
    (total(v(1, 9)[::-1]), "+".join(f"{letter}{{r}}" for letter in "IHGFEDCBA")),
    (total([*v(1, 8), prev("v9")]), "A{r}+B{r}+C{r}+D{r}+E{r}+F{r}+G{r}+H{r}+I{p}"),
    (total([*v(1, 9), const(1)]), "A{r}+B{r}+C{r}+D{r}+E{r}+F{r}+G{r}+H{r}+I{r}+1"),
    (total(v(1, 9)) / 9, "(SUM(A{r}:I{r}))/9"),
    (a * total(v(1, 9)), "A{r}*(SUM(A{r}:I{r}))"),
    (dot(v(1, 9), v(10, 18)), "SUMPRODUCT(A{r}:I{r},J{r}:R{r})"),
    (
        total([*(x * y for x, y in zip(v(1, 9), v(10, 18), strict=True)), ref("eta")]),
        "SUMPRODUCT(A{r}:I{r},J{r}:R{r})+eta",
    ),
    (dot(v(1, 8), v(10, 17)), "A{r}*J{r}+B{r}*K{r}+C{r}*L{r}+D{r}*M{r}+E{r}*N{r}+F{r}*O{r}+G{r}*P{r}+H{r}*Q{r}"),
    (dot(v(1, 9), [ref("eta")] * 9), "+".join(f"{letter}{{r}}*eta" for letter in "ABCDEFGHI")),
    (
        dot(v(1, 9), [*v(10, 17), a]),
        "+".join(f"{x}{{r}}*{y}{{r}}" for x, y in zip("ABCDEFGHI", "JKLMNOPQA", strict=True)),
    ),
    # squares and absolute values, in any order once they are many
    (squares(a, b), "SUMSQ(A{r}:B{r})"),
    (squares(a, c), "A{r}*A{r}+C{r}*C{r}"),
    (squares(*v(1, 9)[::-1]), "SUMSQ(A{r}:I{r})"),
    (norm(a, b), "SQRT(SUMSQ(A{r}:B{r}))"),
    (norm(a, c), "SQRT(A{r}*A{r}+C{r}*C{r})"),
    (absolutes(a, b), "ABS(A{r})+ABS(B{r})"),
    (0.5 * absolutes(a, b), "0.5*(ABS(A{r})+ABS(B{r}))"),
    (absolutes(*v(1, 9)), 'SUMIF(A{r}:I{r},">0")-SUMIF(A{r}:I{r},"<0")'),
    (largest(a, b, c), "MAX(A{r}:C{r})"),
    (largest(a, c), "MAX(A{r},C{r})"),
    (largest(*v(1, 12)), "MAX(A{r}:L{r})"),
]

SYMBOLS = {"v1": "w₁", "v2": "x", "v3": "y", "eta": "η"}
MATHEMATICS_TEXTS = [
    (a, "w₁"),
    (prev("v2"), "x[t−1]"),
    (prev("w+"), "w+"),
    (d, "v4"),
    (const(-2), "−2"),
    (const(0.1), "0.1"),
    (const(1e-7), "1e−07"),
    (b - c, "x − y"),
    (b * c, "x · y"),
    (b / c, "x / y"),
    (-b, "−x"),
    (b**0.7, "x^0.7"),
    (b**3, "x · x · x"),
    (square(b), "x²"),
    (exp(b), "exp(x)"),
    (log(b), "ln(x)"),
    (sqrt(b), "√(x)"),
    (function("sin")(b), "sin(x)"),
    (function("cos")(b), "cos(x)"),
    (tanh(b), "tanh(x)"),
    (function("abs")(b), "|x|"),
    (function("sign")(b), "sign(x)"),
    (relu(b), "max(x, 0)"),
    (function("max")(b, c), "max(x, y)"),
    (function("min")(b, c), "min(x, y)"),
    (sigmoid(b), "σ(x)"),
    (softplus(b), "ln(1 + exp(x))"),
    (log_loss(b, c), "−y · ln σ(x) − (1 − y) · ln(1 − σ(x))"),
    (leaky_relu(b, 0.01), "x > 0 ? x : 0.01 · x"),
    (if_positive(b, 1, 0), "x > 0 ? 1 : 0"),
    (share(b, c), "(1 + sign(x − y)) / 2"),
    (elu(b, 0.5), "x > 0 ? x : 0.5 · (exp(x) − 1)"),
    (hard_sigmoid(b), "max(0, min(1, (x + 3) / 6))"),
    (huber(b, 0.5), "|x| ≤ 0.5 ? x² / 2 : 0.5 · (|x| − 0.5 / 2)"),
    (modulo(b, 3), "x mod 3"),
    (floor(b), "⌊x⌋"),
    (const(math.pi) * b, "π · x"),
    (pick("y[1]", b + 1, 9), "y[1][x + 1]"),
    # parentheses
    (a - ref("eta") * b, "w₁ − η · x"),
    (b - (c - a), "x − (y − w₁)"),
    ((b + c) * a, "(x + y) · w₁"),
    (total([b, -c]), "x − y"),
    (-(b + c), "−(x + y)"),
    (square(b + c), "(x + y)²"),
    (square(const(-2)), "(−2)²"),
    (square(b) / 2, "x² / 2"),
    (2 * log_loss(b, c), "2 · (−y · ln σ(x) − (1 − y) · ln(1 − σ(x)))"),
    (a * if_positive(b, 1, 0), "w₁ · (x > 0 ? 1 : 0)"),
    (a * share(b, c), "w₁ · ((1 + sign(x − y)) / 2)"),
    (if_positive(b, 1, 0) + c, "(x > 0 ? 1 : 0) + y"),
    # long sums keep their ends
    (total(v(1, 8)), "w₁ + x + y + v4 + v5 + v6 + v7 + v8"),
    (total(v(1, 9)), "w₁ + x + … + v9"),
    (dot(v(1, 9), v(11, 19)), "w₁ · v11 + x · v12 + … + v9 · v19"),
    (total([*(x * y for x, y in zip(v(1, 9), v(11, 19), strict=True)), d]), "w₁ · v11 + x · v12 + … + v9 · v19 + v4"),
    (squares(b, c), "x² + y²"),
    (norm(b, c), "√(x² + … + y²)"),
    (absolutes(b, c), "|x| + |y|"),
    (largest(b, c), "max(x, y)"),
    (largest(a, b, c), "max(w₁, x, y)"),
]


@pytest.mark.parametrize(("expr", "expected"), SPREADSHEET_TEXTS)
def test_spreadsheet_text(expr: Expr, expected: str) -> None:
    """An expression prints as the formula that a spreadsheet reads the same way."""
    assert expected == LAYOUT.writer()(expr)


@pytest.mark.parametrize(("expr", "expected"), MATHEMATICS_TEXTS)
def test_mathematics_text(expr: Expr, expected: str) -> None:
    """An expression prints in the source's symbols as a textbook has it, and never ambiguously."""
    assert expected == mathematics(SYMBOLS)(expr)


@pytest.mark.parametrize("table", [SPREADSHEET, MATHEMATICS], ids=["spreadsheet", "mathematics"])
def test_every_operation_has_a_rule(table: dict[str, object]) -> None:
    """Each table prints every operation that has a derivative, but for those that need no rule."""
    guarded = {"fractional power", "any power"} & set(table)
    assert (set(RULES) - MANY - TABLE - GONE) | guarded == set(table)


@pytest.mark.parametrize("texts", [SPREADSHEET_TEXTS, MATHEMATICS_TEXTS], ids=["spreadsheet", "mathematics"])
def test_the_tables_above_miss_no_rule(texts: list[tuple[Expr, str]]) -> None:
    """The pairs of this file show every rule at least once."""
    assert set(MATHEMATICS) == {expr.op for expr, _ in texts} & set(MATHEMATICS)


def functions_in(formula: str) -> set[str]:
    """The names of the functions that a formula calls."""
    return set(re.findall(r"([A-Z][A-Z0-9.]*)\(", formula))


@pytest.mark.parametrize(("expr", "text"), SPREADSHEET_TEXTS)
def test_only_shared_functions_are_printed(expr: Expr, text: str) -> None:
    """A formula calls only functions that work in every spreadsheet program."""
    assert set() == functions_in(LAYOUT.writer()(expr)) - ALLOWED


@pytest.mark.parametrize("name", shipped())
def test_shipped_templates_use_only_shared_functions(name: str) -> None:
    """No book of a shipped template calls a function that some program lacks."""
    formulas = [formula or "" for formula in patterns_of(contents_of(name, 2))[1]]
    assert set() == set().union(*map(functions_in, formulas)) - ALLOWED


# what the printed formula is worth

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


def test_letters_of_far_columns() -> None:
    """A column beyond Z is written in two letters, as spreadsheets count."""
    far = Layout({"v1": 28, "v2": 16_384}, {}, 1, 1)
    assert f"AB{{r}}*{get_column_letter(16_384)}{{p}}" == far.writer()(a * prev("v2"))
