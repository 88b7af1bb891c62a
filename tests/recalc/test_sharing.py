"""What is said once of formulas that are filled down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from xlbp.recalc.bench import open_bench, opened_as_it_is
from xlbp.recalc.sharing import with_shared_formulas

ROWS = range(9, 12)  # so that the row has one digit, then two


def written(formulas: Mapping[int, str]) -> str:
    """A sheet with a formula in column C of each row, as XML; the text of each is as XML has it."""
    cells = (f'<row r="{row}"><c r="C{row}"><f>{text}</f><v>0.0</v></c></row>' for row, text in formulas.items())
    return f"<sheetData>{''.join(cells)}</sheetData>"


def shared(pattern: str) -> list[str]:
    """The formulas that are still written of one that stands in several rows, {r} being the row."""
    xml = with_shared_formulas(written({row: pattern.replace("{r}", str(row)) for row in ROWS}).encode())
    return re.findall("<f[^/]*?>([^<]+)</f>", xml.decode())


@pytest.mark.parametrize(
    "pattern",
    [
        "A{r}*$B{r}",
        "SUM(A{r}:B{r})/16",
        "A{r}-$D$9*h",
        "TANH(Training!$K$19*B{r})",
        "IF(ISBLANK('My rows'!$A$1),&quot;&quot;,B{r}&lt;&gt;2E-09)",
        'IF(B{r}&gt;0,"right",TRUE)',
        "ATAN2($A$9,A{r})",
    ],
)
def test_a_formula_that_is_filled_down_is_written_once(pattern: str) -> None:
    """In the first row, whatever else it refers to by $; the others name it."""
    assert shared(pattern) == [pattern.replace("{r}", "9")]


@pytest.mark.parametrize(
    "pattern",
    [
        "A8*A{r}",  # a row that moves when it is filled down
        "A$8*a7",
        "SUM(5:5)+A{r}",
        'A{r}&amp;"of row A{r}"',  # a text is no reference
        "'sheet A{r}'!$A$1",
        "the_A{r}*2",  # a name
        "A{r}1*2",  # a row of another number
    ],
)
def test_what_would_change_when_filled_down_stays(pattern: str) -> None:
    """Each cell keeps its own formula where another row would make something else of it."""
    assert shared(pattern) == [pattern.replace("{r}", str(row)) for row in ROWS]


def test_each_column_has_its_own() -> None:
    """The same text in another column refers to other cells when it is filled down."""
    row = '<row r="{r}"><c r="C{r}"><f>A{r}</f><v/></c><c r="D{r}"><f>A{r}</f><v/></c></row>'
    xml = with_shared_formulas("".join(row.replace("{r}", str(r)) for r in ROWS).encode())
    assert xml.count(b">A9</f>") == 2


def test_rows_without_cells_stay() -> None:
    """A row that has nothing is no part of the next one."""
    empty = b'<sheetData><row r="8"/><row r="9"><c r="C9"><f>A9</f><v/></c></row></sheetData>'
    assert with_shared_formulas(empty) == empty.replace(b"<f>", b'<f t="shared" ref="C9" si="0">')


def test_the_engine_keeps_the_same_book(tmp_path: Path) -> None:
    """Byte for byte: it notes for each formula which one it is, however it was told."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in range(1, 30):
        sheet.cell(row, 1).value = row / 7
        sheet.cell(row, 2).value = f"=IF($A${row}>2,A{row}*$A$3,A$1)"
        sheet.cell(row, 3).value = f"=SUM(A{row}:B{row})*LOG10($A$5)"
        sheet.cell(row, 4).value = f"=A{max(1, row - 1)}+C{row}"
    workbook.save(tmp_path / "book.xlsx")
    plain, shared_once = open_bench(tmp_path / "book.xlsx"), opened_as_it_is(tmp_path / "book.xlsx")
    shared_once.put({})
    assert plain.packed() == shared_once.packed()
