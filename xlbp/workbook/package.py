"""The .xlsx package: openpyxl's own, with the iteration rows put in; and the hidden sheet's data."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HIDDEN_SHEET = "_xlbp"
FORMAT_VERSION = 1
CHUNK = 30_000  # a cell holds 32,767 characters


def write_package(workbook: Workbook, sheet: Worksheet, first_row: int, rows: Iterable[str], path: Path) -> None:
    """Save ``workbook``, the rows of ``sheet`` from ``first_row`` on replaced by ``rows``."""
    memory = io.BytesIO()
    workbook.save(memory)
    part = f"xl/worksheets/sheet{workbook.worksheets.index(sheet) + 1}.xml"
    with zipfile.ZipFile(memory) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if entry.filename != part:
                target.writestr(entry, source.read(entry), compresslevel=6)
                continue
            head, tail = _split(source.read(entry).decode("utf-8"), first_row)
            with target.open(entry.filename, "w", force_zip64=True) as stream:
                stream.write(head.encode())
                for row in rows:
                    stream.write(row.encode())
                stream.write(tail.encode())


def _split(xml: str, first_row: int) -> tuple[str, str]:
    """The sheet's XML before the first iteration row, and from the end of its rows."""
    end = xml.index("</sheetData>")
    start = xml.find(f'<row r="{first_row}"', 0, end)
    return xml[: start if start >= 0 else end], xml[end:]


def styles_of_row(sheet: Worksheet, row: int) -> list[str]:
    """The style attributes openpyxl gives the cells of a row, as XML."""
    styles = (sheet.cell(row, column).style_id for column in range(1, sheet.max_column + 1))
    return [f' s="{style}"' if style else "" for style in styles]


def write_hidden(workbook: Workbook, data: dict[str, Any]) -> None:
    """Put the book's own data on a very hidden sheet, as JSON in ASCII, cut to what a cell holds."""
    sheet = workbook.create_sheet(HIDDEN_SHEET)
    sheet.sheet_state = "veryHidden"
    text = json.dumps(data, separators=(",", ":"))
    sheet.cell(1, 1, "xlbp")
    sheet.cell(1, 2, FORMAT_VERSION)
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
