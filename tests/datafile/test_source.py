"""Workbooks, records of JSON and packed files become the text of a table."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from xlbp.datafile.form import PLAIN_FORM, Form
from xlbp.datafile.rows import read_table
from xlbp.datafile.source import recognised_text, text_of
from xlbp.errors import UnreadableError

ROWS: list[list[Any]] = [
    ["length", "ok", "day", "kind"],
    [0.1 + 0.2, True, datetime(2024, 1, 31), "a, b"],
    [5, False, datetime(2024, 2, 1, 12, 30), "two\nlines"],
]
TEXT = 'length,ok,day,kind\n0.3,TRUE,2024-01-31,"a, b"\n5,FALSE,2024-02-01 12:30:00,two lines\n'


def workbook(**sheets: list[list[Any]]) -> bytes:
    """An .xlsx file with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(kind: str, text: str, repeated: int = 1, **values: str) -> str:
    """A cell of an OpenDocument sheet."""
    attributes = "".join(f' office:{name.replace("_", "-")}="{value}"' for name, value in values.items())
    times = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    content = f"<text:p>{text}</text:p>" if text else ""
    kinds = f' office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell{kinds}{attributes}{times}>{content}</table:table-cell>"


def opendocument(rows: list[str], name: str = "Tabelle1") -> bytes:
    """An .ods file with a sheet of these rows, as LibreOffice writes one."""
    content = (
        '<?xml version="1.0"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    return out.getvalue()


def test_a_workbook_is_its_only_sheet() -> None:
    """Numbers with 15 digits, truth, dates and texts in one line; the sheet is named for the template."""
    data = workbook(Empty=[], Data=ROWS)
    assert recognised_text(data, "d.xlsx", PLAIN_FORM) == (TEXT, Form(sheet="Data"))
    assert text_of(data, "renamed.csv", Form(sheet="Data")) == TEXT


def test_rows_of_a_sheet_are_lines() -> None:
    """A blank row above the table is counted."""
    text, _ = recognised_text(workbook(Data=[[], ["a", "b"], [], [1, 2], [3, 4]]), "d.xlsx", PLAIN_FORM)
    assert [line for line, _ in read_table(text).rows] == [4, 5]


def test_a_sheet_is_asked_for_where_there_are_several() -> None:
    """The sheets are named; a name takes one, and one that is not there is refused."""
    data = workbook(One=ROWS, Two=[["a"], [1]])
    with pytest.raises(ValueError, match=r"has 2 sheets, 'One', 'Two': choose one, as in .--sheet 'One'"):
        recognised_text(data, "d.xlsx", PLAIN_FORM)
    assert recognised_text(data, "d.xlsx", Form(sheet="Two"))[0] == "a\n1\n"
    with pytest.raises(ValueError, match="has no sheet 'Tow'; it has 'One', 'Two'"):
        text_of(data, "d.xlsx", Form(sheet="Tow"))


def test_formulas_without_values_are_refused() -> None:
    """As a program leaves them that does not calculate: they would be read as nothing."""
    with pytest.raises(
        ValueError, match="has formulas without values in row 2 of the sheet 'Data': open it in a sprea"
    ):
        recognised_text(workbook(Data=[["a", "b"], [1, "=A2*2"]]), "d.xlsx", PLAIN_FORM)


def test_an_opendocument_sheet() -> None:
    """Values of every type by what they are worth, repeated cells and rows, and none of a million empty ones."""
    rows = [
        f"<table:table-row>{cell('string', 'a', 2)}{cell('string', 'b')}{cell('', '', 16_000)}</table:table-row>",
        '<table:table-row table:number-rows-repeated="2">'
        + cell("float", "0,3", value="0.30000000000000004")
        + cell("percentage", "12 %", value="0.12")
        + cell("date", "31.01.24", date_value="2024-01-31T00:00:00")
        + "</table:table-row>",
        f"<table:table-row>{cell('boolean', 'WAHR', boolean_value='true')}{cell('', '')}"
        f"{cell('currency', '5 €', value='5')}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="1048570">{cell("", "", 16384)}</table:table-row>',
    ]
    text, form = recognised_text(opendocument(rows), "d.ods", PLAIN_FORM)
    assert (text, form.sheet) == ("a,a,b\n" + "0.3,0.12,2024-01-31\n" * 2 + "TRUE,,5\n", "Tabelle1")


def test_a_sheet_that_would_fill_the_memory() -> None:
    """A row that is repeated a million times is refused before it is made."""
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell("float", "1", value="1")}</table:table-row>'
    with pytest.raises(ValueError, match="has cells below row 100,000 of the sheet 'Tabelle1'"):
        recognised_text(opendocument([row]), "d.ods", PLAIN_FORM)


def test_a_package_that_is_unsound() -> None:
    """What a stranger's workbook must not hold is refused before it is opened."""
    out = io.BytesIO(workbook(Data=ROWS))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/embeddings/x.bin", "x")
    with pytest.raises(UnreadableError, match=r"d\.xlsx: refused, it holds embedded files"):
        recognised_text(out.getvalue(), "d.xlsx", PLAIN_FORM)


def test_an_old_workbook_is_named_for_what_it_is() -> None:
    """The remedy is to save it as .xlsx."""
    with pytest.raises(ValueError, match=r"is an old \.xls workbook, or one with a password; save it as \.xlsx"):
        recognised_text(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "d.xls", PLAIN_FORM)


@pytest.mark.parametrize(
    "content",
    [
        [{"length": 0.3, "ok": True, "kind": "x"}, {"length": 5, "kind": None, "ok": False}],
        {"length": [0.3, 5], "ok": [True, False], "kind": ["x"]},
    ],
)
def test_records_of_json(content: object) -> None:
    """A list of records, or a record of lists; a missing value is an empty cell."""
    assert text_of(json.dumps(content).encode(), "d.json", PLAIN_FORM) == "length,ok,kind\n0.3,TRUE,x\n5,FALSE,\n"


def test_json_that_is_no_table() -> None:
    """What a table looks like is told."""
    with pytest.raises(ValueError, match="is JSON, but no table: that is a list of records"):
        text_of(b"[1, 2]", "d.json", PLAIN_FORM)
    with pytest.raises(ValueError, match="is no readable JSON: "):
        text_of(b"[1, ", "d.json", PLAIN_FORM)


def test_a_packed_file_is_unpacked() -> None:
    """By its first bytes; a damaged one, or one that holds too much, is refused."""
    packed = gzip.compress(b"a,b\n1,2\n")
    assert text_of(packed, "d.csv.gz", PLAIN_FORM) == "a,b\n1,2\n"
    with pytest.raises(ValueError, match=r"is no readable \.gz file"):
        text_of(packed[:-9], "d.csv.gz", PLAIN_FORM)
    with pytest.raises(ValueError, match="holds more than 20 MB when unpacked"):
        text_of(gzip.compress(bytes(20_000_001)), "d.csv.gz", PLAIN_FORM)


def test_a_text_has_no_sheet() -> None:
    """A sheet that is asked of a CSV file is refused."""
    with pytest.raises(ValueError, match="is no workbook, so it has no sheet 'x'"):
        text_of(b"a,b\n1,2\n", "d.csv", Form(sheet="x"))
