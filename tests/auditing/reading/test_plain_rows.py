"""Rows that are read as a whole hold what they hold when they are read element by element."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from xlbp.auditing.reading.contents import read
from xlbp.auditing.reading.plain_rows import plain_row

ROWS = (
    '<row r="1"><c r="A1" t="str"><v>a &amp; b</v></c><c r="B1"><v>1</v></c><c r="C1" s="3"/></row>',
    '<row r="2" spans="1:3"><c r="A2"><v>-1.5E-3</v></c><c r="B2"><f>IF(A2&lt;0,"&quot;",A2)</f><v>0</v></c></row>',
    '<row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3"><f t="shared" ref="B3:B4" si="0">A2*2</f><v>4</v></c></row>',
    '<row r="4"><c r="A4" t="e"><v>#NUM!</v></c><c r="B4" s="1"><f t="shared" si="0"/><v>8</v></c></row>',
    '<row r="9"><c r="AB9" t="str"><f aca="false">B3 </f><v>x</v></c><c r="AC9"><v></v></c></row>',
)


def book(path: Path, data: str) -> Path:
    """A workbook whose only sheet has this for its rows."""
    Workbook().save(path)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    text = re.sub(r"<sheetData ?/>|<sheetData>.*</sheetData>", "", parts[part].decode())
    parts[part] = text.replace("</worksheet>", f"<sheetData>{data}</sheetData></worksheet>").encode()
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("row", ROWS)
def test_these_are_plain(row: str) -> None:
    """They are written as Excel, LibreOffice and the writers of libraries write most rows."""
    assert plain_row(row.removesuffix("</row>").encode()) is not None


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c>',
        '<row r="1"><c><v>1</v></c>',
        '<row r="1"><c r="A2"><v>1</v></c>',
        '<row r="1"><c r="A1"><v>&#49;</v></c>',
        '<row r="1"><c r="A1"><f t="array" ref="A1:A2">B1</f><v>1</v></c>',
        '<row r="1"><c r="A1"><v>1</v></c> ',
        '<row r="1"><c r="A1" t="str"><v>é</v></c>',
        '<row r="1"/>',
    ],
)
def test_these_are_not(row: str) -> None:
    """Whatever needs more than a glance is left to the parser."""
    assert plain_row(row.encode()) is None


def test_both_ways_give_the_same(tmp_path: Path) -> None:
    """With a remark in front, every row goes element by element; with a blank behind a tag, one of them does."""
    whole = read(book(tmp_path / "whole.xlsx", "".join(ROWS)))
    assert whole.formulas[("Sheet", 4, 2)] == "=A3*2"
    assert whole.formulas[("Sheet", 2, 2)] == '=IF(A2<0,""",A2)'
    for k, data in enumerate(("<!-- -->" + "".join(ROWS), "".join(ROWS).replace("</c><c", "</c> <c", 1))):
        stream = read(book(tmp_path / f"{k}.xlsx", data))
        assert (whole.cells, whole.formulas, whole.saved) == (stream.cells, stream.formulas, stream.saved)


def test_a_row_in_a_remark_is_none(tmp_path: Path) -> None:
    """What looks like a row in a comment is not read."""
    assert read(book(tmp_path / "book.xlsx", f"{ROWS[0]}<!-- {ROWS[1]} -->{ROWS[2]}")).cells.keys() == {
        *(("Sheet", 1, column) for column in (1, 2)),
        *(("Sheet", 3, column) for column in (1, 2)),
    }
