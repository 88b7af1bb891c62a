"""What is done to the package that openpyxl writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.books import contents_of
from xlbp.pipeline import generate
from xlbp.workbook.layout import LAST_ROW
from xlbp.workbook.package import shortest
from xlbp.workbook.plot import Cells


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("0.9360000000000001", "0.936"), ("-0.1", "-0.1"), ("1.5e-07", "1.5e-07"), ("3", "3"), ("12.0", "12.0")],
)
def test_numbers_take_as_few_digits_as_tell_them(written: str, wanted: str) -> None:
    """A number is the same double in fewer digits; whole numbers, texts and values of formulas stay."""
    others = '<c r="B1" t="s"><v>0</v></c><c r="C1"><f>A1*0.9360000000000001</f><v>0.9360000000000001</v></c>'
    assert shortest(f'<c r="A1" s="6" t="n"><v>{written}</v></c>{others}') == (
        f'<c r="A1" s="6" t="n"><v>{wanted}</v></c>{others}'
    )


def test_a_sheet_says_how_far_it_goes(tmp_path: Path) -> None:
    """A reader that trusts the sheet's own word sees all iterations, not the rows that openpyxl knew of."""
    book = generate("sigmoid-unit", tmp_path / "b.xlsx", ("training.iterations=30",), check_it=False).path
    sheet = load_workbook(book, read_only=True)["Training"]
    assert sheet.max_row == contents_of("sigmoid-unit", 30).layout.last_row


def test_charts_reach_the_last_row() -> None:
    """A chart may take all rows that a sheet has, more than openpyxl's own references do."""
    sheet = Workbook().active
    assert str(Cells(sheet, min_col=1, min_row=9, max_row=LAST_ROW)) == "'Sheet'!$A$9:$A$1048576"
