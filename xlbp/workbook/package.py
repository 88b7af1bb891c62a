"""The .xlsx package: openpyxl's own, with the iteration rows put in; and the hidden sheet's data."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.page import Content, ErrorValue
from xlbp.workbook.stream import ERROR

HIDDEN_SHEET = "_xlbp"
FORMAT_VERSION = 1  # of a book of one training
SEVERAL_VERSION = 2  # of a book that compares several, at which an older xlbp says that it is too old
CHUNK = 30_000  # a cell holds 32,767 characters


def write_package(
    workbook: Workbook,
    streams: Mapping[str, tuple[int, Iterable[str]]],
    values: Mapping[str, Mapping[str, Content]],
    path: Path,
) -> None:
    """Save ``workbook``; ``streams`` holds for some sheets, by title, a row's number and the rows from there on.

    ``values`` holds for other sheets, by title, the value of each formula cell by its address.
    """
    memory = io.BytesIO()
    workbook.save(memory)
    parts = {f"xl/worksheets/sheet{n}.xml": other.title for n, other in enumerate(workbook.worksheets, start=1)}
    with zipfile.ZipFile(memory) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            title = parts.get(entry.filename, "")
            if title not in streams:
                data = source.read(entry)
                if entry.filename.startswith("xl/worksheets/_rels/"):
                    # openpyxl writes absolute targets, at which IronCalc stumbles
                    data = data.replace(b'Target="/xl/', b'Target="../')
                if title:
                    data = shortest(with_values(data.decode("utf-8"), values.get(title, {}))).encode()
                target.writestr(entry, data, compresslevel=6)
                continue
            first_row, rows = streams[title]
            head, tail = _split(source.read(entry).decode("utf-8"), first_row)
            with target.open(entry.filename, "w", force_zip64=True) as stream:
                stream.write(shortest(head).encode())
                for row in rows:
                    stream.write(row.encode())
                stream.write(tail.encode())


def _split(xml: str, first_row: int) -> tuple[str, str]:
    """The sheet's XML before the first iteration row, and from the end of its rows."""
    end = xml.index("</sheetData>")
    start = xml.find(f'<row r="{first_row}"', 0, end)
    return xml[: start if start >= 0 else end], xml[end:]


FORMULA_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)(?: t="[a-z]+")?><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)

PLAIN_NUMBER = re.compile(r'(<c r="[A-Z]+[0-9]+"[^>]* t="n"><v>)(-?[0-9]*\.[0-9]+(?:e[+-]?[0-9]+)?)</v>')


def with_values(xml: str, values: Mapping[str, Content]) -> str:
    """A sheet's XML with the value of each formula put in, typed: number, text, or error."""

    def cell(found: re.Match[str]) -> str:
        address, attributes, formula = found[1], found[2], found[3]
        value = values[address]
        kind = {str: ' t="str"', type(None): ' t="e"', ErrorValue: ' t="e"'}.get(type(value), "")
        shown = ERROR if value is None else escape(value) if isinstance(value, str) else repr(value)
        return f'<c r="{address}"{attributes}{kind}><f>{formula}</f><v>{shown}</v></c>'

    return FORMULA_CELL.sub(cell, xml) if values else xml


def shortest(xml: str) -> str:
    """A sheet's XML with each number in as few digits as tell it: 0.936, where openpyxl has 0.9360000000000001.

    As doubles these are one; a program that computes with more digits finds two.
    """
    return PLAIN_NUMBER.sub(lambda found: f"{found[1]}{float(found[2])!r}</v>", xml)


def styles_of_row(sheet: Worksheet, row: int) -> list[str]:
    """The style attributes openpyxl gives the cells of a row, as XML."""
    styles = (sheet.cell(row, column).style_id for column in range(1, sheet.max_column + 1))
    return [f' s="{style}"' if style else "" for style in styles]


def write_hidden(workbook: Workbook, data: dict[str, Any], version: int = FORMAT_VERSION) -> None:
    """Put the book's own data on a very hidden sheet, as JSON in ASCII, cut to what a cell holds."""
    sheet = workbook.create_sheet(HIDDEN_SHEET)
    sheet.sheet_state = "veryHidden"
    text = json.dumps(data, separators=(",", ":"))
    sheet.cell(1, 1, "xlbp")
    sheet.cell(1, 2, version)
    for number, start in enumerate(range(0, len(text), CHUNK), start=2):
        # a mark at each end keeps white space and a leading '=' from being taken for something else
        sheet.cell(number, 1, f"|{text[start : start + CHUNK]}|")


def read_hidden(cells: Iterable[Any]) -> dict[str, Any]:
    """The book's own data from the first column of its hidden sheet, below the title.

    Raises ValueError if it is damaged.
    """
    text = ""
    for cell in cells:
        if not isinstance(cell, str) or not re.fullmatch(r"\|.*\|", cell, re.DOTALL):
            raise ValueError("a line of the hidden sheet is damaged")
        text += cell[1:-1]
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("the hidden sheet holds no table")
    return data
