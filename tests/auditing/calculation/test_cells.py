"""The workbook as a graph of cells: values computed anew, exact derivatives, what is not read."""

from __future__ import annotations

import math

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.contents import read

NUMBERS = {"A1": 0.7, "A2": -1.3, "A3": 2.5, "B1": 0.4, "B2": 1.1, "B3": -0.2, "D1": "a word"}


def book(tmp_path, **cells) -> Cells:
    """A sheet with some numbers, and these cells."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    other = workbook.create_sheet("My other")
    other["A1"] = 3
    workbook.defined_names["eta"] = DefinedName("eta", attr_text="S!$A$1")
    workbook.defined_names["block"] = DefinedName("block", attr_text="S!$A$1:$A$3")
    for cell, value in {**NUMBERS, **cells}.items():
        sheet[cell] = value
    workbook.save(tmp_path / "book.xlsx")
    return Cells(read(tmp_path / "book.xlsx"))


VALUES = [
    ("=A1+A2*A3", 0.7 - 1.3 * 2.5),
    ("=-A3^2", 6.25),
    ("=10%*A3", 0.25),
    ("=SUM(A1:A3,1)", 2.9),
    ("=SUM(A1:D3)", 3.2),
    ("=AVERAGE(A1:A4)", 1.9 / 3),
    ("=SUMPRODUCT(A1:A3,B1:B3)", 0.28 - 1.43 - 0.5),
    ("=SUMPRODUCT((A1:A3>0)*B1:B3)", 0.2),
    ("=SUMSQ(A1:A3)", 0.49 + 1.69 + 6.25),
    ("=SUMXMY2(A1:A2,B1:B2)", 0.09 + 5.76),
    ("=PRODUCT(A1:A3)", 0.7 * -1.3 * 2.5),
    ("=MAX(A1:A3,1)+MIN(A1:A3)", 1.2),
    (
        "=EXP(A1)+LN(A3)+LOG10(A3)+LOG(A3,2)+LOG(A3)",
        math.exp(0.7) + math.log(2.5) + 2 * math.log10(2.5) + math.log2(2.5),
    ),
    ("=SQRT(A3)+POWER(A3,3)+ABS(A2)+SIGN(A2)", math.sqrt(2.5) + 15.625 + 1.3 - 1),
    ("=TANH(A1)+SINH(A1)+COSH(A1)", math.tanh(0.7) + math.sinh(0.7) + math.cosh(0.7)),
    ("=IF(A1>=0,1/(1+EXP(-A1)),5)", 1 / (1 + math.exp(-0.7))),
    ("=IF(A2>0,A2,0)", 0),
    ("=IF(AND(A1>0,A2<0),1,2)+IF(OR(A1<0,A2>0),10,20)+IF(NOT(A1=0.7),100,200)", 221),
    ("=IF(A1<>A2,1,0)+(A1<=0.7)+(A2=A2)", 3),
    ("=INDEX(A1:B3,2,2)+INDEX(A1:A3,B2+0.9)", -0.2),
    ("=INDEX(A1:A3,3)", 2.5),
    ("=SUM(INDEX(A1:B3,0,2))+SUM(INDEX(A1:B3,2,0))", 1.3 - 0.2),
    ("=CHOOSE(MOD(4,3)+1,5,7,9)+CHOOSE(B2,1,2)", 8),
    ("=INDEX(A1:A3,MATCH(1.1,B1:B3,0))+MATCH(5,A1:A1)", -0.3),
    ("=VLOOKUP(0.7,A1:B3,2,FALSE)+HLOOKUP(0.7,A1:B3,3,FALSE)", 2.9),
    ("=OFFSET(A1,1,0)+SUM(OFFSET($A$1,0,1,3,1))", -1.3 + 1.3),
    ("=SUMX2MY2(A1:A2,B1:B2)+SUMX2PY2(A1:A2,B1:B2)", 2 * (0.49 + 1.69)),
    ("=DEVSQ(B1:B3)+VAR.P(B1:B3)*3-2*VAR.S(B1:B3)+STDEV.S(B1:B3)^2-VAR(B1:B3)", 1.41 - 1.69 / 3),
    ("=IFERROR(1/(A1-0.7),5)+IFERROR(LN(A2),6)+IFERROR(SQRT(A2),7)+IFERROR(2/1,8)", 20),
    ("=IFERROR(A1/A3,9)", 0.28),
    ("=IFS(A1<0,1,A2<0,2,TRUE,3)", 2),
    ("=ROUND(A2,0)+ROUND(A3,0)+TRUNC(A2)+INT(A2)+ROUNDUP(A1,0)+ROUNDDOWN(A3,0)", -1 + 3 - 1 - 2 + 1 + 2),
    ("=ROW(A7)-ROW($A$4)+COLUMN(C1)", 6),
    ("=MMULT(TRANSPOSE(A1:A3),B1:B3)", 0.28 - 1.43 - 0.5),
    ("=SUM(EXP(A1:A3))", math.exp(0.7) + math.exp(-1.3) + math.exp(2.5)),
    ("=eta*2+SUM(block)", 3.3),
    ("=N(D1)+N(A1)+ISNUMBER(A1)*10+ISTEXT(D1)*100+ISBLANK(D2)*1000", 1110.7),
    ('=IF(D1="A Word",1,2)+IF(D1<>"another",10,20)+IF(D1=D2,100,200)', 211),
    ("='My other'!A1+1", 4),
    ("=PI()", math.pi),
    ("=INT(A3)+MOD(7,4)", 5),
    ("=COUNT(A1:D3)+ROWS(A1:A3)+COLUMNS(A1:B3)", 11),
    ("=C9+1", 1),
]


@pytest.mark.parametrize(("formula", "expected"), VALUES)
def test_functions_are_worth_what_a_spreadsheet_says(tmp_path, formula, expected):
    """Every function and operator that is read, by its value; texts and blanks do not count in ranges."""
    cells = book(tmp_path, F1=formula)
    assert cells.value(("S", 1, 6)) == pytest.approx(expected, rel=1e-12)
    assert not cells.unreadable


@pytest.mark.parametrize("formula", [formula for formula, _ in VALUES if "INT" not in formula])
def test_derivatives_are_the_limits_of_differences(tmp_path, formula):
    """The adjoint of every number that a formula refers to agrees with the central difference."""
    cells = book(tmp_path, F1=formula)
    loss = ("S", 1, 6)
    adjoints = cells.adjoints(loss, ())
    for number in ("A1", "A2", "A3", "B1", "B2", "B3"):
        cell = ("S", int(number[1]), ord(number[0]) - 64)
        high, low = (cells.changed(loss, {cell: NUMBERS[number] + step}) for step in (1e-6, -1e-6))
        exact = adjoints[cell].value if cell in adjoints else 0.0
        if abs(high - low) < 1e-3:  # a step of a comparison is no derivative
            assert exact == pytest.approx((high - low) / 2e-6, rel=1e-5, abs=1e-6), number


def test_errors_are_not_numbers(tmp_path):
    """What a spreadsheet shows as an error is NaN, and so is arithmetic on a text."""
    cells = book(tmp_path, F1="=LN(A2)", F2="=1/(A1-A1)", F3="=D1+1", F4="=EXP(1000)", F5="=SQRT(A2)")
    assert all(math.isnan(cells.value(("S", row, 6))) for row in range(1, 6))


def test_the_branch_not_taken_does_not_matter(tmp_path):
    """IF's other branch may be an error; neither the value nor the derivative notices."""
    cells = book(tmp_path, F1="=IF(A2>0,LN(A2),A2*A2)")
    assert cells.value(("S", 1, 6)) == pytest.approx(1.69)
    assert cells.adjoints(("S", 1, 6), ())[("S", 2, 1)].value == pytest.approx(-2.6)


def test_an_array_formula_fills_its_range(tmp_path):
    """Every cell of the range is its element of the product, and is differentiated as such."""
    cells = book(tmp_path, F1=ArrayFormula("F1:F2", "=MMULT(A1:B2,B2:B3)"), H1="=F2*F2")
    assert [cells.value(("S", row, 6)) for row in (1, 2)] == pytest.approx([0.7 * 1.1 - 0.08, -1.43 - 0.22])
    assert cells.adjoints(("S", 1, 8), ())[("S", 3, 2)].value == pytest.approx(2 * -1.65 * 1.1)


def test_a_long_chain_of_cells_is_no_problem(tmp_path):
    """Derivatives go through thousands of cells: the depth of a training's history."""
    chain = {f"G{row}": f"=G{row - 1}*0.999+$A$1" for row in range(2, 3000)}
    cells = book(tmp_path, G1="=A1", **chain)
    assert cells.adjoints(("S", 2999, 7), ())[("S", 1, 1)].value > 900


def test_what_can_not_be_read_is_named_and_its_saved_value_used(tmp_path):
    """An unknown function makes no exception: the cell is listed; where nothing was saved, it is some number."""
    cells = book(tmp_path, F1="=LOOKUP(1,A1:B3)", F2="=F1+PERCENTILE(A1,1)", F3="=nothing+1")
    assert all(math.isfinite(cells.value(("S", row, 6))) for row in (1, 2, 3))
    assert "LOOKUP" in cells.unreadable["S", 1, 6]
    assert "PERCENTILE" in cells.unreadable["S", 2, 6]
    assert "nothing" in cells.unreadable["S", 3, 6]


def test_a_circle_ends(tmp_path):
    """Cells that refer to each other in a circle are computed once, from what was saved."""
    cells = book(tmp_path, F1="=F2+1", F2="=F1+1")
    assert math.isfinite(cells.value(("S", 1, 6)))


def test_circles_are_told_from_long_chains(tmp_path):
    """A1 and B1 need each other, C1 only looks at them; a chain of 3,000 cells, each of them asked for, has none."""
    cells = book(tmp_path, A1="=B1+1", B1="=A1/2", C1="=A1", D1="=D1", E1="=1+1")
    circle = {("S", 1, 1), ("S", 1, 2), ("S", 1, 4)}
    assert cells.circular([("S", 1, column) for column in range(1, 6)]) == circle
    chain = book(tmp_path, A1=1, **{f"A{row}": f"=A{row - 1}+1" for row in range(2, 3_000)})
    looked_at: list[object] = []
    arguments = chain.arguments
    chain.arguments = lambda cell: looked_at.append(cell) or arguments(cell)  # type: ignore[method-assign]
    assert chain.circular([("S", row, 1) for row in range(2, 3_000)]) == set()
    assert len(looked_at) < 4 * 3_000


def test_terms_that_cancel_are_known_by_their_size(tmp_path):
    """The size of an adjoint is that of its terms, so that a rounding error can be told from a slip."""
    cells = book(tmp_path, F1="=1000*A1", F2="=999.9999*A1", F3="=F1-F2")
    adjoint = cells.adjoints(("S", 3, 6), ())[("S", 1, 1)]
    assert (adjoint.value, adjoint.size) == pytest.approx((1e-4, 1999.9999), rel=1e-6)


def test_a_saved_error_is_a_number_that_could_not_be_computed(tmp_path):
    """A column that diverged goes on: #NUM! does not end the table as a text would."""
    from xlbp.auditing.reading.contents import Contents
    from xlbp.auditing.reading.syntax import CellKind

    formulas = {("S", 1, 1): "=LN(-1)", ("S", 2, 1): '="end"'}
    contents = Contents(tmp_path, formulas=formulas, saved={("S", 1, 1): "#NUM!", ("S", 2, 1): "end"})
    assert [contents.kind(("S", row, 1)) for row in (1, 2)] == [CellKind.NUMBER, CellKind.TEXT]


def test_of_a_very_long_array_formula_the_cut_is_said(tmp_path):
    """Of 1,200 rows the first 1,000 are read, and that is told."""
    cells = book(tmp_path, F1=ArrayFormula("F1:F1200", "=ROW(A1:A1200)*0+A1"))
    assert "1,000 rows" in cells.contents.cut["S", 1, 6]
    assert ("S", 1001, 6) not in cells.contents.arrays
    assert ("S", 1000, 6) in cells.contents.arrays
