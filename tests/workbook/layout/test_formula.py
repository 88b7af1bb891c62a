"""Expressions as text, and what the text is worth in a spreadsheet."""

from __future__ import annotations

import math

import pytest
from openpyxl.utils import get_column_letter

from tests.books import contents_of
from tests.sheet_functions import ALLOWED, functions_in
from tests.templates import REPRESENTATIVES
from xlbp.symbols.derivatives import RULES
from xlbp.symbols.expr import (
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
    total,
)
from xlbp.workbook.layout.formula import MATHEMATICS, SPREADSHEET, mathematics
from xlbp.workbook.layout.layout import Layout, Place
from xlbp.workbook.layout.patterns import patterns_of

WIDTH = 24
COLUMNS = {f"v{n}": n for n in range(1, WIDTH + 1)}
PANEL = {"eta": Place("training", 4, 2, "eta"), "k": Place("training", 4, 3), "x[1]@9": Place("data", 1, 2)}
TABLE_OF_NINE = {f"y[1]#{n}": Place("data", n, 4) for n in range(1, 10)}
LAYOUT = Layout(COLUMNS, PANEL | TABLE_OF_NINE, first_row=1, iterations=1, data_sheet="Data sheet")

MANY = {"add", "largest", "squares", "absolutes"}  # printed as chains or over ranges, not from the tables
TABLE = {"pick"}  # a row of a table, which the layout writes
GONE = {"copy"}  # simplification leaves none

a, b, c, d = (ref(f"v{n}") for n in range(1, 5))
k = ref("k")
largest = function("largest")


def v(first: int, last: int) -> list[Expr]:
    """The cells of some columns that stand side by side."""
    return [ref(f"v{n}") for n in range(first, last + 1)]


ABSOLUTES = "SUMPRODUCT(A{r}:I{r}*((A{r}:I{r}>0)-(A{r}:I{r}<0)))"
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
    # the same of more than a cell, or with a number on the panel
    (elu(a + b, k), "IF(SIGN((A{r}+B{r}))>0,(A{r}+B{r}),$C$4*(EXP((A{r}+B{r}))-1))"),
    (b * elu(a, 1), "B{r}*IF(SIGN(A{r})>0,A{r},1*(EXP(A{r})-1))"),
    (hard_sigmoid(a - b), "MAX(0,MIN(1,(A{r}-B{r}+3)/6))"),
    (huber(a - b, 1), "IF(ABS((A{r}-B{r}))<=1,(A{r}-B{r})*(A{r}-B{r})/2,1*(ABS((A{r}-B{r}))-1/2))"),
    (modulo(a * 2 + 1, b), "MOD(A{r}*2+1,B{r})"),
    (modulo(prev("v1"), 7) + 1, "MOD(A{p},7)+1"),
    (floor(a * 2 / 5) + 1, "INT(A{r}*2/5)+1"),
    (b * floor(a + 1), "B{r}*INT(A{r}+1)"),
    (const(math.pi), "PI()"),
    (const(math.pi) * a / 7, "PI()*A{r}/7"),
    (const(3.14159265358979), "3.14159265358979"),
    # a row of a table
    (pick("y[1]", a + 1, 9), "INDEX('Data sheet'!$D$1:$D$9,A{r}+1)"),
    (pick("y[1]", a * 2 + 1, 3), "INDEX('Data sheet'!$D$1:$D$3,A{r}*2+1)"),
    (b - pick("y[1]", a, 2), "B{r}-INDEX('Data sheet'!$D$1:$D$2,A{r})"),
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
    (total(v(1, 9)) / 9, "SUM(A{r}:I{r})/9"),
    (a * total(v(1, 9)), "A{r}*SUM(A{r}:I{r})"),
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
    (squares(a, b), "A{r}*A{r}+B{r}*B{r}"),
    (squares(a, c), "A{r}*A{r}+C{r}*C{r}"),
    (squares(a + b), "(A{r}+B{r})*(A{r}+B{r})"),
    (norm(a - b, -c), "SQRT((A{r}-B{r})*(A{r}-B{r})+(-C{r})*(-C{r}))"),
    (k * squares(a, c), "$C$4*(A{r}*A{r}+C{r}*C{r})"),
    (squares(*v(1, 9)), "SUMSQ(A{r}:I{r})"),
    (squares(*v(1, 9)[::-1]), "SUMSQ(A{r}:I{r})"),
    (norm(a, b), "SQRT(A{r}*A{r}+B{r}*B{r})"),
    (norm(a, c), "SQRT(A{r}*A{r}+C{r}*C{r})"),
    (absolutes(a, b), "ABS(A{r})+ABS(B{r})"),
    (k * absolutes(a, b), "$C$4*(ABS(A{r})+ABS(B{r}))"),
    (absolutes(*v(1, 9)), ABSOLUTES),
    (k * absolutes(*v(1, 9)), f"$C$4*{ABSOLUTES}"),
    (b - absolutes(*v(1, 9)), f"B{{r}}-{ABSOLUTES}"),
    (absolutes(*v(2, 9), a), ABSOLUTES),
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
    (leaky_relu(b, 0.01), "max(x, 0) + 0.01 · min(x, 0)"),
    (if_positive(b, 1, 0), "{1 (x > 0); 0 (x ≤ 0)}"),
    (share(b, c), "(1 + sign(x − y)) / 2"),
    (elu(b, 0.5), "max(x, 0) + 0.5 · (exp(min(x, 0)) − 1)"),
    (hard_sigmoid(b), "max(0, min(1, (x + 3) / 6))"),
    (huber(b, 0.5), "{x² / 2 (|x| ≤ 0.5); 0.5 · (|x| − 0.5 / 2) (|x| > 0.5)}"),
    (hard_sigmoid(b - c), "max(0, min(1, (x − y + 3) / 6))"),
    (modulo(b, 3), "x mod 3"),
    (modulo(b + 1, c), "(x + 1) mod y"),
    (floor(b), "⌊x⌋"),
    (floor(b / 5), "⌊x / 5⌋"),
    (prev("v2") * 2, "x[t−1] · 2"),
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
    (a * if_positive(b, 1, 0), "w₁ · {1 (x > 0); 0 (x ≤ 0)}"),
    (a * share(b, c), "w₁ · ((1 + sign(x − y)) / 2)"),
    (if_positive(b, 1, 0) + c, "{1 (x > 0); 0 (x ≤ 0)} + y"),
    # long sums keep their ends
    (total(v(1, 8)), "w₁ + x + y + v4 + v5 + v6 + v7 + v8"),
    (total(v(1, 9)), "w₁ + x + … + v9"),
    (dot(v(1, 9), v(11, 19)), "w₁ · v11 + x · v12 + … + v9 · v19"),
    (total([*(x * y for x, y in zip(v(1, 9), v(11, 19), strict=True)), d]), "w₁ · v11 + x · v12 + … + v9 · v19 + v4"),
    (squares(b, c), "x² + y²"),
    (squares(b + c), "(x + y)²"),
    (a * squares(b, c), "w₁ · (x² + y²)"),
    (a - squares(b, c), "w₁ − (x² + y²)"),
    (norm(b, c), "√(x² + y²)"),
    (norm(b, a, c), "√(x² + … + y²)"),
    (absolutes(b, c), "|x| + |y|"),
    (a * absolutes(b, c), "w₁ · (|x| + |y|)"),
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


@pytest.mark.parametrize(("expr", "text"), SPREADSHEET_TEXTS)
def test_only_shared_functions_are_printed(expr: Expr, text: str) -> None:
    """A formula calls only functions that work in every spreadsheet program."""
    assert set() == functions_in(LAYOUT.writer()(expr)) - ALLOWED


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_shipped_templates_use_only_shared_functions(name: str) -> None:
    """No book of a shipped template calls a function that some program lacks."""
    formulas = [formula or "" for formula in patterns_of(contents_of(name, 2))[1]]
    assert set() == set().union(*map(functions_in, formulas)) - ALLOWED


def test_letters_of_far_columns() -> None:
    """A column beyond Z is written in two letters, as spreadsheets count."""
    far = Layout({"v1": 28, "v2": 16_384}, {}, 1, 1)
    assert f"AB{{r}}*{get_column_letter(16_384)}{{p}}" == far.writer()(a * prev("v2"))
