"""A sheet of a workbook as the text of a CSV file: .xlsx by openpyxl, .ods from its XML.

Every row of the sheet is a line of the text, so that a line's number is the row's.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook

from xlbp.datafile.numbers import snap
from xlbp.errors import worded
from xlbp.xlsx.preflight import OLE, Reader, is_opendocument, must_be_harmless

ZIP = b"PK"
MOST_ROWS, MOST_COLUMNS = 100_000, 16_384
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
Rows = list[tuple[str, ...]]
Content = TypeVar("Content", str, tuple[str, ...])


def is_workbook(data: bytes) -> bool:
    """Whether a file is a workbook, whatever its name."""
    return data.startswith((ZIP, OLE))


def sheet_text(data: bytes, name: str, sheet: str = "") -> tuple[str, str]:
    """A sheet's cells as CSV, and the sheet's name; the only one with anything in it where none is asked for.

    Raises ValueError, whose message continues "the data file ...", or UnreadableError for a package that is unsound.
    """
    if data.startswith(OLE):
        raise ValueError("is an old .xls workbook, or one with a password; save it as .xlsx without one")
    must_be_harmless(io.BytesIO(data), Path(name), len(data), reader=Reader.OF_DATA, sheets=True)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        is_ods = is_opendocument(package.namelist())
    sheets = _of_opendocument(data) if is_ods else _of_workbook(data)
    chosen = _chosen({title: rows for title, rows in sheets if any(map(any, rows)) or title == sheet}, sheet)
    return as_csv(chosen[1]), chosen[0]


def _chosen(sheets: dict[str, Rows], sheet: str) -> tuple[str, Rows]:
    shown = ", ".join(map(repr, sheets))
    if sheet:
        if sheet not in sheets:
            raise ValueError(f"has no sheet {sheet!r}; it has {shown}")
        return sheet, sheets[sheet]
    if not sheets:
        raise ValueError("has no sheet with anything in it")
    if len(sheets) > 1:
        first = next(iter(sheets))
        example = worded(f"--sheet {first!r}", f"sheet={first!r}")
        raise ValueError(f"has {len(sheets)} sheets, {shown}: choose one, as in {example}")
    return next(iter(sheets.items()))


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as the text of a CSV file, a line for each."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return stream.getvalue()


def cell_text(value: object) -> str:
    """What a cell holds, as a CSV file has it: numbers with 15 digits, dates as 2024-01-31, truth as TRUE."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{snap(value):.15g}"
    if isinstance(value, datetime | date):
        return str(value).removesuffix(" 00:00:00")
    return str(value)


def _of_workbook(data: bytes) -> Iterator[tuple[str, Rows]]:
    """The sheets that are in sight."""
    values, formulas = (_opened(data, is_value) for is_value in (True, False))
    for sheet in values.worksheets:
        if sheet.sheet_state == "visible":
            rows = [tuple(map(cell_text, row)) for row in _rows(sheet)]
            _must_be_calculated(sheet.title, rows, formulas)
            yield sheet.title, rows


def _opened(data: bytes, is_value: bool) -> Any:
    """The workbook, read row by row: its saved values, or its formulas."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=is_value, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a stranger's file says of its own size
    return book


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise ValueError(f"has cells below row {MOST_ROWS:,} of the sheet {sheet.title!r}; draw a random sample")
        yield row


def _must_be_calculated(title: str, rows: Rows, formulas: Any) -> None:
    """Refuse formulas whose values no program has saved: they would be read as nothing."""
    if all(map(all, rows)):
        return
    for number, (row, written) in enumerate(zip(rows, _rows(formulas[title]), strict=False), start=1):
        for value, content in zip(row, written, strict=False):
            if not value and isinstance(content, str) and content.startswith("="):
                where = f"row {number} of the sheet {title!r}"
                raise ValueError(f"has formulas without values in {where}: open it in a spreadsheet program, and save")


def _of_opendocument(data: bytes) -> Iterator[tuple[str, Rows]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = fromstring(package.read("content.xml"))
    for table in root.iter(f"{TABLE}table"):
        title = str(table.get(f"{TABLE}name"))
        repeated = f"{TABLE}number-rows-repeated"
        runs = ((int(row.get(repeated, "1")), _cells(row)) for row in table.iter(f"{TABLE}table-row"))
        too_many = f"has cells below row {MOST_ROWS:,} of the sheet {title!r}; draw a random sample"
        yield title, _repeated(runs, (), MOST_ROWS, too_many)


def _cells(row: Any) -> tuple[str, ...]:
    """The texts of a row, up to the last one that holds anything."""
    repeated = f"{TABLE}number-columns-repeated"
    runs = ((int(cell.get(repeated, "1")), _opendocument_text(cell)) for cell in row)
    return tuple(_repeated(runs, "", MOST_COLUMNS, "has a sheet wider than any program opens"))


def _repeated(runs: Iterable[tuple[int, Content]], empty: Content, most: int, too_many: str) -> list[Content]:
    """Each content as often as it is repeated; empty ones count only if others follow.

    Raises ValueError, which says ``too_many``, for more than ``most``.
    """
    contents: list[Content] = []
    blank = 0
    for times, content in runs:
        if not content:
            blank += times
            continue
        if len(contents) + blank + times > most:
            raise ValueError(too_many)
        contents += [empty] * blank + [content] * times
        blank = 0
    return contents


def _opendocument_text(cell: Any) -> str:
    """What a cell holds: its value, or its paragraphs."""
    kind = cell.get(f"{OFFICE}value-type", "")
    if kind in ("float", "percentage", "currency"):
        return cell_text(float(cell.get(f"{OFFICE}value")))
    if kind == "boolean":
        return str(cell.get(f"{OFFICE}boolean-value")).upper()
    if kind == "date":
        return str(cell.get(f"{OFFICE}date-value")).replace("T", " ").removesuffix(" 00:00:00")
    return " ".join("".join(paragraph.itertext()) for paragraph in cell.findall(f"{TEXT}p"))
