"""Cached values of rows that hold nothing but numbers, read straight from a sheet's XML.

Iteration rows are like that, in a book as xlbp or Excel writes it, and there may be millions of cells.  Whenever
anything is unusual there is no answer, and openpyxl reads the sheet, some thirty times as slowly.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

from xlbp.xlsx.areas import Area, Grid
from xlbp.xlsx.sheet_xml import part_of, pieces

ROW = re.compile(rb'<row r="([0-9]+)"[^>]*>')
CELL = re.compile(rb'<c r="([A-Z]+)[0-9]+"(?: s="[0-9]+")?>')  # without a type, which is a number's
VALUE = re.compile(rb"<v>(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)</v></c>")


def number_rows(book: Path, area: Area) -> Grid | None:
    """The numbers of an area, row by row, or None if its rows are anything but one number in each cell."""
    with zipfile.ZipFile(book) as package:
        part = part_of(package, area.sheet)
        if part is None:
            return None
        with package.open(part) as stream:
            return _numbers(stream, area)


def _numbers(stream: IO[bytes], area: Area) -> Grid | None:
    letters = [_letter(number) for number in range(1, area.columns + 1)]
    grid: Grid = []
    before = 0
    for row in pieces(stream):
        if b"<!" in row:
            return None
        start = ROW.search(row)
        number = int(start[1]) if start else 0
        if start is None or number <= before:
            break
        before = number
        if area.first_row <= number <= area.last_row:
            numbers = VALUE.findall(row)
            if CELL.findall(row) != letters or len(numbers) != len(letters) or row.count(b"<c ") != len(letters):
                return None
            grid.append(list(map(float, numbers)))
    return grid if len(grid) == area.last_row - area.first_row + 1 else None


def _letter(number: int) -> bytes:
    name = b""
    while number:
        number, digit = divmod(number - 1, 26)
        name = b"%c" % (65 + digit) + name
    return name
