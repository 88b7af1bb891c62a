"""A sheet as xlbp writes it is read straight from its XML, just as openpyxl reads it; anything else is not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from xlbp.workbook.reader import open_book
from xlbp.xlsx.plain_cells import Cells, plain_cells

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = (
    '<row r="2"><c r="A2" s="3" t="s"><v>1</v></c><c r="C2" t="n"><v>0.5</v></c><c r="D2"/></row>'
    '<row r="3" ht="15"></row>'
    '<row r="4"><c r="B4" s="1"><f>IF(A1&lt;2,"a",\'b\'!A1)&amp;""</f><v>7</v></c>'
    '<c r="AA4" t="str"><f>A1</f><v>x</v></c><c r="AB4" t="b"><v>1</v></c><c r="AC4" t="e"><v>#N/A</v></c></row>'
    '<row r="9"><c r="A9"><f t="shared" ref="A9:A10" si="0">A8</f><v>1</v></c></row>'
)
SHEET = f'<worksheet xmlns="{NAMESPACE}"><dimension ref="A1"/><sheetData>{ROWS}</sheetData><rowBreaks/></worksheet>'
TEXTS = ("one", "=two")


def read(sheet: str | bytes, last_row: int = 8, texts: Sequence[str] = TEXTS) -> dict[int, Cells] | None:
    """The cells of a sheet down to a row."""
    data = sheet.encode() if isinstance(sheet, str) else sheet
    return plain_cells(io.BytesIO(data), last_row, texts)


def test_contents_are_typed() -> None:
    """Numbers, truth values, shared texts, formulas with their entities; a text that begins with '=' has a mark."""
    assert read(SHEET) == {
        2: {1: "'=two", 3: 0.5, 4: None},
        3: {},
        4: {2: '=IF(A1<2,"a",\'b\'!A1)&""', 27: "=A1", 28: True, 29: "#N/A"},
    }


def test_rows_behind_the_last_do_not_matter() -> None:
    """What stands below the last row is not looked at; asked for, it is not plain."""
    assert read(SHEET, 4) == read(SHEET, 8)
    assert read(SHEET, 9) is None


FAULTS = {
    "a cell of another row": ('r="C2"', 'r="C3"'),
    "a column twice": ('r="C2"', 'r="A2"'),
    "columns out of order": ('<c r="C2" t="n"><v>0.5</v></c><c r="D2"/>', '<c r="D2"/><c r="C2" t="n"><v>0.5</v></c>'),
    "a row twice": ('<row r="3" ht="15">', '<row r="2">'),
    "rows out of order": ('<row r="3" ht="15">', '<row r="1">'),
    "a row within a row": ('<c r="D2"/>', '<c r="D2"/><row r="3"><c r="A3"/>'),
    "a comment in a row": ('<c r="D2"/>', "<!-- --><c r='D2'/>"),
    "a comment in a formula": ("<f>A1</f>", "<f>A<!-- -->1</f>"),
    "text set apart": ("<f>A1</f>", "<f><![CDATA[A1]]></f>"),
    "an array formula": ("<f>A1</f>", '<f t="array" ref="AA4">A1</f>'),
    "a character by its number": ("<f>A1</f>", "<f>A&#49;</f>"),
    "a text within the cell": ('<c r="D2"/>', '<c r="D2" t="inlineStr"><is><t>x</t></is></c>'),
    "a text that is not there": ("<v>1</v>", "<v>2</v>"),
    "a number that is none": ("<v>0.5</v>", "<v>0.5.1</v>"),
    "another prefix": ("<f>A1</f>", "<x:f>A1</x:f>"),
    "another namespace": (NAMESPACE, "http://example.org"),
    "a namespace of a row's own": ('<row r="3" ht="15">', '<row r="3" xmlns="http://example.org">'),
    "a comment around the rows": ("<dimension", "<!-- <sheetData> --><dimension"),
    "an instruction around the rows": ("<dimension", "<?x <sheetData>?><dimension"),
    "a control character": ("<f>A1</f>", "<f>A1\x01</f>"),
    "a line's end of two characters": ("<f>A1</f>", "<f>A1\r\n</f>"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_unusual_is_not_read(fault: str) -> None:
    """Whatever openpyxl could read in another way is left to it."""
    before, after = FAULTS[fault]
    assert before in SHEET
    assert read(SHEET.replace(before, after)) is None


def test_rows_that_come_behind_their_end_are_not_read() -> None:
    """A second table, or a sheet that is cut, is left to openpyxl."""
    whole = SHEET.replace(ROWS, ROWS.partition('<row r="9">')[0])
    assert read(whole, 20) is not None
    assert read(whole.replace("</sheetData>", '</sheetData><sheetData><row r="9"/></sheetData>'), 20) is None
    assert read(whole.partition("</sheetData>")[0], 20) is None


@pytest.mark.slow
def test_a_book_is_read_as_openpyxl_reads_it(mazur: Path) -> None:
    """Of each sheet of a book every content, and its type, is the same in both ways, down to the shared formulas."""
    with open_book(mazur) as opened:
        for sheet in opened.workbook.worksheets:
            last = 9 if sheet.title == "Training" else sheet.max_row
            area = (sheet.title, 1, last, sheet.max_column)
            assert opened._plain_cells(sheet.title, last) is not None
            straight = opened.rows(*area)
            opened.workbook._date_formats.add(-1)  # sends the reader to openpyxl
            slowly = opened.rows(*area)
            opened.workbook._date_formats.clear()
            assert typed(straight) == typed(slowly)


def typed(rows: Sequence[Sequence[Any]]) -> list[list[tuple[type, Any]]]:
    """Contents with their types."""
    return [[(type(content), content) for content in row] for row in rows]


@pytest.mark.slow
def test_a_formula_that_was_changed_is_read(mazur: Path) -> None:
    """A sheet that is still plain shows the formula that somebody put in."""
    with zipfile.ZipFile(mazur) as package:
        sheet = package.read("xl/worksheets/sheet3.xml")
    changed, count = re.subn(rb"<f>[^<]*</f>", b"<f>1+1</f>", sheet, count=1)
    rows = plain_cells(io.BytesIO(changed), 10_000, [""] * 10_000)
    assert count == 1
    assert rows is not None
    assert "=1+1" in [content for cells in rows.values() for content in cells.values()]
