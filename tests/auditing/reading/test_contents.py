"""What is read of a stranger's workbook, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from xlbp.auditing.reading.contents import read


def book(tmp_path: Path, cells: dict[str, object]) -> Path:
    """A workbook of one sheet."""
    workbook = Workbook()
    sheet = workbook["Sheet"]
    for address, content in cells.items():
        sheet[address] = content
    workbook.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_remarks_on_formulas_are_left_out(tmp_path: Path) -> None:
    """A column that asks whether cells hold formulas is no part of a training, nor is what is made from it alone."""
    cells = {"A1": 1, "B1": "=A1*2", "C1": "=IF(_xlfn.ISFORMULA(B1),0,1)", "D1": "=MAX(C1,IF(ISFORMULA(C1),0,1))"}
    contents = read(book(tmp_path, cells))
    assert {cell[1:] for cell in contents.formulas} == {(1, 2)}
    assert {cell[1:] for cell in contents.cells} == {(1, 1), (1, 2)}


@pytest.mark.parametrize("reader", ["=C1+1", "=SUM(A1:D1)", "=sum($b1:$c1)"])
def test_remarks_that_a_formula_reads_stay(reader: str, tmp_path: Path) -> None:
    """What a number rests on is never left out in silence."""
    cells = {"B1": "=1*2", "C1": "=IF(ISFORMULA(B1),0,1)", "F1": reader}
    assert {cell[1:] for cell in read(book(tmp_path, cells)).formulas} == {(1, 2), (1, 3), (1, 6)}
