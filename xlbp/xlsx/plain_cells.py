"""Contents of cells, formulas among them, read straight from the XML of a sheet as xlbp writes it.

openpyxl takes ten times as long, and takes the formulas that a column shares apart even where nobody asks for them.
Whenever anything is unusual there is no answer, and openpyxl reads the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import IO, TypeAlias

from openpyxl.utils import column_index_from_string

from xlbp.xlsx.escaping import unescape
from xlbp.xlsx.sheet_xml import END, HEAD, MAIN, START, pieces

Content: TypeAlias = float | str | None
Cells: TypeAlias = dict[int, Content]  # column -> content

NAMESPACE = f'xmlns="{MAIN[1:-1]}"'.encode()
ROW = re.compile(rb'<row r="([0-9]+)"[^<>]*>')
CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]+)"(?: s="[0-9]+")?(?: t="(n|s|str|e|b)")?'
    rb"(?:/>|>(?:<f>([^<]*)</f>)?(?:<v>([^<]*)</v>|<v ?/>)?</c>)"
)
UNUSUAL = re.compile(rb"[\x00-\x08\x0b-\x1f]|&(?!(?:lt|gt|amp|quot|apos);)|<[!?]|xmlns")
column_of = cache(column_index_from_string)


def plain_cells(stream: IO[bytes], last_row: int, texts: Sequence[str]) -> dict[int, Cells] | None:
    """What stands in a sheet's rows down to ``last_row``; None if they are not as plain as xlbp writes them.

    Formulas are texts that start with '='; a text that does so itself has a mark before it.  ``texts`` are those that
    the sheets of the book share.
    """
    found: dict[int, Cells] = {}
    rows = pieces(stream)
    head, start, row = next(rows).partition(START)
    if not HEAD.fullmatch(head + start) or NAMESPACE not in head:
        return None
    last = 0
    try:
        while not row.startswith(END):
            opening = ROW.match(row)
            number = int(opening[1]) if opening else 0
            if opening is None or number <= last:
                return None
            if number > last_row:
                return found
            found[number], last = _cells(row, opening.end(), opening[1], texts), number
            row = next(rows)
    except (ValueError, IndexError, StopIteration):
        return None
    return None if b"<!" in row or re.search(rb"<row[\s/>]", row) else found


def _cells(row: bytes, place: int, number: bytes, texts: Sequence[str]) -> Cells:
    """What stands in the cells of a row of this number, from a place on.  Raises ValueError where one is not plain."""
    cells: Cells = {}
    last = 0
    for cell in CELL.finditer(row, place):
        letters, own_number, kind, formula, value = cell.groups()
        column = column_of(letters.decode())
        if cell.start() != place or own_number != number or column <= last:
            raise ValueError("no plain cell")
        cells[column] = _text(formula, "=") if formula is not None else _value(kind, value, texts)
        place, last = cell.end(), column
    if place != len(row) or UNUSUAL.search(row):
        raise ValueError("no plain row")
    return cells


def _text(xml: bytes, mark: str = "") -> str:
    return mark + unescape(xml.decode())


def _value(kind: bytes | None, value: bytes | None, texts: Sequence[str]) -> Content:
    """The content of a cell without a formula, from its type and what is written in it."""
    if not value:
        return None
    if kind in (None, b"n"):
        return float(value) if re.search(rb"[.eE]", value) else int(value)
    if kind == b"b":
        return bool(int(value))
    text = texts[int(value)] if kind == b"s" else _text(value)
    return f"'{text}" if text.startswith("=") else text
