"""The .xlsx package: openpyxl's own, with the iteration rows put in; and the hidden sheet's data."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.in_memory import saved, with_fonts_in_order
from xlbp.workbook.page import Content, ErrorValue
from xlbp.workbook.stream import ERROR

HIDDEN_SHEET = "_xlbp"
CellsByRow: TypeAlias = dict[int, dict[int, str]]  # row -> column -> XML
FORMAT_VERSION = 1  # of a book of one training
SEVERAL_VERSION = 2  # of a book that compares several, at which an older xlbp says that it is too old
EXERCISE_VERSION = 3  # of an exercise, which holds nothing to verify it by
MOST_PLAIN = 1 << 30  # bytes; more need ZIP64, which not every reader knows: SheetJS and formualizer do not
CHUNK = 30_000  # a cell holds 32,767 characters


class Stream(NamedTuple):
    """Rows that are written as they come, their first and last number, and at most how many bytes they are."""

    first_row: int
    last_row: int
    rows: Iterable[bytes]
    size: int


def write_package(
    workbook: Workbook,
    streams: Mapping[str, Stream],
    formulas: Mapping[str, CellsByRow],
    path: Path,
) -> None:
    """Save ``workbook``; ``streams`` holds for some sheets, by title, their last rows.

    ``formulas`` holds for some sheets, by title, the cells that openpyxl does not know of, above those rows.
    """
    memory = saved(workbook)
    parts = {f"xl/worksheets/sheet{n}.xml": other.title for n, other in enumerate(workbook.worksheets, start=1)}
    with zipfile.ZipFile(memory) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            title = parts.get(entry.filename, "")
            if title not in streams:
                data = source.read(entry)
                if entry.filename.startswith("xl/worksheets/_rels/"):
                    # openpyxl writes absolute targets, at which IronCalc stumbles
                    data = data.replace(b'Target="/xl/', b'Target="../')
                if entry.filename == "xl/styles.xml":
                    data = with_fonts_in_order(data)
                if title:
                    data = shortest(with_cells(data.decode("utf-8"), formulas.get(title, {}))).encode()
                target.writestr(entry, data, compresslevel=6)
                continue
            first_row, last_row, rows, size = streams[title]
            xml = with_cells(source.read(entry).decode("utf-8"), formulas.get(title, {}))
            head, tail = _split(xml, first_row)
            head = DIMENSION.sub(rf"\g<1>{last_row}", head, count=1)
            with target.open(entry.filename, "w", force_zip64=size > MOST_PLAIN) as stream:
                _deflate_fast(stream)
                stream.write(shortest(head).encode())
                for block in _blocks(rows):
                    stream.write(block)
                stream.write(tail.encode())


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
PLAIN_NUMBER = re.compile(r'(<c r="[A-Z]+[0-9]+"[^>]* t="n"><v>)(-?[0-9]*\.[0-9]+(?:e[+-]?[0-9]+)?)</v>')


def formula_cell(address: str, style: int, formula: str, value: Content) -> str:
    """A cell's XML, its value typed: number, text, or error."""
    kind = {str: ' t="str"', type(None): ' t="e"', ErrorValue: ' t="e"'}.get(type(value), "")
    shown = ERROR if value is None else escape(value) if isinstance(value, str) else repr(value)
    look = f' s="{style}"' if style else ""
    return f'<c r="{address}"{look}{kind}><f>{escape(formula)}</f><v>{shown}</v></c>'


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


def shortest(xml: str) -> str:
    """A sheet's XML with each number in as few digits as tell it: 0.936, where openpyxl has 0.9360000000000001.

    As doubles these are one; a program that computes with more digits finds two.
    """
    return PLAIN_NUMBER.sub(lambda found: f"{found[1]}{float(found[2])!r}</v>", xml)


def styles_of_row(sheet: Worksheet, row: int, columns: int) -> list[str]:
    """The style attributes openpyxl gives the first cells of a row, as XML; the panel above may be wider."""
    styles = (sheet.cell(row, column).style_id for column in range(1, columns + 1))
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
