"""What is done to the package that openpyxl writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.books import contents_of
from xlbp.pipeline import generate
from xlbp.workbook.drawing.plot import Cells
from xlbp.workbook.layout.layout import LAST_ROW
from xlbp.workbook.package import formula_cell, with_cells
from xlbp.workbook.page.page import NOT_AVAILABLE
from xlbp.xlsx.shared_texts import shortest


@pytest.mark.parametrize(
    ("number", "digits"),
    [(0.936, "0.936"), (-0.1, "-0.1"), (1.5e-07, "1.5e-07"), (3, "3"), (12.0, "12"), (1e300, "1e+300"), (-0.0, "-0")],
)
def test_numbers_take_as_few_digits_as_tell_them(number: float, digits: str) -> None:
    """A number is written in the fewest digits that read back as the same double."""
    assert (digits, number) == (shortest(number), float(digits))


def test_a_sheet_says_how_far_it_goes(tmp_path: Path) -> None:
    """A reader that trusts the sheet's own word sees all iterations, not the rows that openpyxl knew of."""
    book = generate("sigmoid-unit", tmp_path / "b.xlsx", ("training.iterations=30",), check_it=False).path
    sheet = load_workbook(book, read_only=True)["Training"]
    assert sheet.max_row == contents_of("sigmoid-unit", 30).layout.last_row


def test_charts_reach_the_last_row() -> None:
    """A chart may take all rows that a sheet has, more than openpyxl's own references do."""
    sheet = Workbook().active
    assert str(Cells(sheet, min_col=1, min_row=9, max_row=LAST_ROW)) == "'Sheet'!$A$9:$A$1048576"


CELLS = [
    (2.5, '<c r="B7" s="3"><f>A1&lt;2</f><v>2.5</v></c>'),
    ("a<b", '<c r="B7" s="3" t="str"><f>A1&lt;2</f><v>a&lt;b</v></c>'),
    (None, '<c r="B7" s="3" t="e"><f>A1&lt;2</f><v>#NUM!</v></c>'),
    (NOT_AVAILABLE, '<c r="B7" s="3" t="e"><f>A1&lt;2</f><v>#N/A</v></c>'),
]


@pytest.mark.parametrize(("value", "wanted"), CELLS)
def test_a_formula_carries_its_value(value: float | str | None, wanted: str) -> None:
    """Numbers, texts and errors are typed as what they are."""
    assert formula_cell("B7", 3, "A1<2", value) == wanted


def test_cells_take_their_places() -> None:
    """In the order of columns and rows; an empty cell is replaced, all else stays, and the sheet reaches so far."""
    sheet = (
        '<worksheet><dimension ref="A1:C4"/><sheetData><row r="2" ht="9"><c r="A2" t="n"><v>1</v></c>'
        '<c r="C2" s="5"/></row><row r="4"><c r="B4"/></row></sheetData><end/></worksheet>'
    )
    cells = {2: {2: "<B/>", 3: "<C/>"}, 3: {27: "<AA/>"}}
    assert with_cells(sheet, cells) == (
        '<worksheet><dimension ref="A1:AA4"/><sheetData><row r="2" ht="9"><c r="A2" t="n"><v>1</v></c><B/><C/></row>'
        '<row r="3"><AA/></row><row r="4"><c r="B4"/></row></sheetData><end/></worksheet>'
    )
    empty = with_cells('<dimension ref="A1:A1"/><sheetData/><end/>', {1: {1: "<A/>"}})
    assert empty == '<dimension ref="A1:A1"/><sheetData><row r="1"><A/></row></sheetData><end/>'
