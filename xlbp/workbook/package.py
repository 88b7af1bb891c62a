"""The .xlsx package: openpyxl's own, with the iteration rows put in; and the hidden sheet's data."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.form_controls import Control, add_controls
from xlbp.workbook.page.page import Content, ErrorValue
from xlbp.xlsx.chart_values import BookValues
from xlbp.xlsx.escaping import escape
from xlbp.xlsx.in_memory import saved
from xlbp.xlsx.row_xml import ERROR

HIDDEN_SHEET = "_xlbp"
CellsByRow: TypeAlias = dict[int, dict[int, str]]  # row -> column -> XML
FORMAT_VERSION = 1  # of a book of one training
SEVERAL_VERSION = 2  # of a book that compares several, at which an older xlbp says that it is too old
EXERCISE_VERSION = 3  # of an exercise, which holds nothing to verify it by
MOST_PLAIN = 1 << 30  # bytes; more need ZIP64, which not every reader knows: SheetJS and formualizer do not
CHART = re.compile(r"xl/charts/chart[0-9]+\.xml")
CHUNK = 30_000  # a cell holds 32,767 characters


class Stream(NamedTuple):
    """Rows that are written as they come, their first and last number, and at most how many bytes they are.

    ``values`` are the numbers in them, from column A on; NaN where a cell shows an error.
    """

    first_row: int
    last_row: int
    rows: Iterable[bytes]
    size: int
    values: NDArray[np.float64]


def write_package(
    workbook: Workbook,
    streams: Mapping[str, Stream],
    formulas: Mapping[str, CellsByRow],
    path: Path,
    controls: Mapping[str, Sequence[Control]] | None = None,
) -> None:
    """Save ``workbook``; ``streams`` holds for some sheets, by title, their last rows.

    ``formulas`` holds for some sheets, by title, the cells that openpyxl does not know of, above those rows; and
    ``controls`` the buttons of some.
    """
    parts = saved(workbook)
    titles = {f"xl/worksheets/sheet{n}.xml": other.title for n, other in enumerate(workbook.worksheets, start=1)}
    add_controls(parts, {part: (controls or {}).get(title, ()) for part, title in titles.items()})
    rows = {title: (stream.first_row, stream.values) for title, stream in streams.items()}
    values = BookValues(workbook, rows, formulas)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name, part in parts.items():
            title = titles.get(name, "")
            sheet = with_cells(part.decode("utf-8"), formulas.get(title, {})) if title else ""
            if title in streams:
                _write_stream(target, name, sheet, streams[title])
            elif title:
                write_part(target, name, sheet.encode())
            else:
                write_part(target, name, values.put_into(part) if CHART.fullmatch(name) else part)


def write_part(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    """A part as a whole, deflated."""
    with target.open(name, "w") as part:
        _deflate_fast(part)
        part.write(content)


def _write_stream(target: zipfile.ZipFile, name: str, sheet: str, stream: Stream) -> None:
    """A sheet whose last rows are written as they come."""
    head, tail = _split(sheet, stream.first_row)
    head = DIMENSION.sub(rf"\g<1>{stream.last_row}", head, count=1)
    with target.open(name, "w", force_zip64=stream.size > MOST_PLAIN) as part:
        _deflate_fast(part)
        part.write(head.encode())
        for block in _blocks(stream.rows):
            part.write(block)
        part.write(tail.encode())


def _blocks(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Some rows at a time."""
    waiting = iter(rows)
    while block := b"".join(islice(waiting, 64)):
        yield block


def _deflate_fast(stream: Any) -> None:
    """ISA-L deflates ten times as fast as zlib, to the same size.

    zipfile has no way to choose a compressor but this attribute; were it renamed, zlib would do the work.
    """
    try:
        from isal import isal_zlib  # noqa: PLC0415  # the program works without it
    except ImportError:
        return
    stream._compressor = isal_zlib.compressobj(2, isal_zlib.DEFLATED, -15)


def _split(xml: str, first_row: int) -> tuple[str, str]:
    """The sheet's XML before the first iteration row, and from the end of its rows."""
    end = xml.index("</sheetData>")
    start = xml.find(f'<row r="{first_row}"', 0, end)
    return xml[: start if start >= 0 else end], xml[end:]


DIMENSION = re.compile(r'(<dimension ref="[A-Z]+[0-9]+:[A-Z]+)[0-9]+')
EXTENT = re.compile(r'(<dimension ref="[A-Z]+[0-9]+:)([A-Z]+)([0-9]+)"')
ROW = re.compile(r'<row r="([0-9]+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
CELL = re.compile(r'<c r="([A-Z]+)[0-9]+"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


KINDS = {str: ' t="str"', type(None): ' t="e"', ErrorValue: ' t="e"'}


def formula_cell(address: str, style: int, formula: str, value: Content) -> str:
    """A cell's XML, its value typed: number, text, or error."""
    kind, shown = typed(value)
    look = f' s="{style}"' if style else ""
    return f'<c r="{address}"{look}{kind}><f>{escape(formula)}</f><v>{shown}</v></c>'


def typed(value: Content) -> tuple[str, str]:
    """A formula's value in XML: the attribute that says what kind it is, and its text."""
    if value is None:
        return KINDS[type(None)], ERROR
    return KINDS.get(type(value), ""), escape(value) if isinstance(value, str) else repr(value)


def with_cells(xml: str, cells: CellsByRow) -> str:
    """A sheet's XML with cells put in; one that is there already, empty, is replaced."""
    if not cells:
        return xml
    head, rest = xml.split("<sheetData", 1)
    inside, tail = ("", rest[2:]) if rest.startswith("/>") else rest[1:].split("</sheetData>", 1)
    there = {int(number): (attributes, row) for number, attributes, row in ROW.findall(inside)}
    rows = []
    for number in sorted({*there, *cells}):
        attributes, row = there.get(number, ("", ""))
        if number in cells:
            found = {column_index_from_string(cell[1]): cell[0] for cell in CELL.finditer(row)} | cells[number]
            row = "".join(found[column] for column in sorted(found))
        rows.append(f'<row r="{number}"{attributes}>{row}</row>')
    reaching = _reaching(head, max(cells), max(max(columns) for columns in cells.values()))
    return f"{reaching}<sheetData>{''.join(rows)}</sheetData>{tail}"


def _reaching(head: str, row: int, column: int) -> str:
    """A sheet's head with its dimension large enough for a cell."""

    def larger(found: re.Match[str]) -> str:
        last, bottom = max(column, column_index_from_string(found[2])), max(row, int(found[3]))
        return f'{found[1]}{get_column_letter(last)}{bottom}"'

    return EXTENT.sub(larger, head, count=1)


def styles_of_row(sheet: Worksheet, row: int, columns: int) -> list[str]:
    """The style attributes openpyxl gives the first cells of a row, as XML; the panel above may be wider."""
    styles = (sheet.cell(row, column).style_id for column in range(1, columns + 1))
    return [f' s="{style}"' if style else "" for style in styles]


def write_hidden(workbook: Workbook, data: dict[str, Any], version: int = FORMAT_VERSION) -> None:
    """Put the book's own data on a very hidden sheet, as JSON in ASCII, cut to what a cell holds."""
    sheet = workbook.create_sheet(HIDDEN_SHEET)
    sheet.sheet_state = "veryHidden"
    sheet.cell(1, 1, "xlbp")
    sheet.cell(1, 2, version)
    for (_, row, column), line in hidden_lines(data).items():
        sheet.cell(row, column, line)


def hidden_lines(data: dict[str, Any]) -> dict[tuple[str, int, int], str]:
    """The lines of the hidden sheet by their cells.

    A mark at each end keeps white space and a leading '=' from being taken for something else.
    """
    text = json.dumps(data, separators=(",", ":"))
    starts = enumerate(range(0, len(text), CHUNK), start=2)
    return {(HIDDEN_SHEET, row, 1): f"|{text[start : start + CHUNK]}|" for row, start in starts}


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
