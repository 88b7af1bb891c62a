"""All the digits of numbers that a program saves with 15: each formula cell gets a helper that tells the rest.

With c = 2^27 + 1 and p = c x, the number  hi = p - (p - x)  has the upper 26 bits of x, and  lo = x - hi  the lower
ones (Veltkamp's split; Dekker, Numerische Mathematik 18, 1971).  The helper shows lo.  15 digits are known to 5e-15 of
their number, so x - lo, rounded to 26 bits, is hi itself; and lo is known to 5e-15 of 2^-26 x, so that hi + lo is x.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import ClassVar

import numpy as np

from xlbp.errors import reading
from xlbp.recalc.base import Values
from xlbp.recalc.libreoffice import LibreOffice
from xlbp.system.cleanup import temporary_folder
from xlbp.xlsx.areas import Area, Grid, Value
from xlbp.xlsx.sheet_xml import MAIN, PARTS, part_of, pieces, titles

RAW = "_xlfn.ORG.LIBREOFFICE.RAWSUBTRACT"  # a difference as doubles have it: a - b alone becomes 0 if it is small
SPLIT = 2**27 + 1
UPPER_BITS = 26
FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f\b')  # x:c from the Open XML SDK
ROW = re.compile(r"[0-9]+")
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
TYPES = "[Content_Types].xml"


class LibreOfficeExact(LibreOffice):
    """LibreOffice to the last bit.  It takes three times as long."""

    name: ClassVar[str] = "libreoffice-exact"

    @contextmanager
    def computing_all(self, books: Sequence[Path]) -> Iterator[list[Values]]:
        """Copies with helpers are what LibreOffice gets."""
        with temporary_folder() as folder:
            copies = [folder / f"book{number}.xlsx" for number in range(len(books))]
            helpers = [write_with_helpers(book, copy) for book, copy in zip(books, copies, strict=True)]
            with super().computing_all(copies) as computed:
                yield [_joining(values, sheets) for values, sheets in zip(computed, helpers, strict=True)]


def _joining(values: Values, helpers: dict[str, str]) -> Values:
    """What the cells are worth, and in the same place of another sheet the rest of it, made one."""

    def joined(areas: Sequence[Area]) -> list[Grid]:
        rests = [Area(helpers[a.sheet], a.first_row, a.last_row, a.columns) for a in areas if a.sheet in helpers]
        grids = values([*areas, *rests])
        waiting = iter(grids[len(areas) :])
        return [
            join(grid, next(waiting)) if area.sheet in helpers else grid
            for area, grid in zip(areas, grids, strict=False)
        ]

    return joined


def join(grid: Grid, rests: Grid) -> Grid:
    """The numbers of ``grid`` to the last bit; what has no number for a rest stays as it is."""
    return [
        _joined_row(row, rest) if any(type(lo) is float for lo in rest) else row
        for row, rest in zip(grid, rests, strict=True)
    ]


def _joined_row(row: list[Value], rest: list[Value]) -> list[Value]:
    places = [n for n, (x, lo) in enumerate(zip(row, rest, strict=True)) if type(x) is float and type(lo) is float]
    lower = np.array([rest[n] for n in places], dtype=np.float64)
    mantissa, exponent = np.frexp(np.array([row[n] for n in places], dtype=np.float64) - lower)
    upper = np.ldexp(np.rint(np.ldexp(mantissa, UPPER_BITS)), exponent - UPPER_BITS)
    found = list(row)
    for place, number in zip(places, (upper + lower).tolist(), strict=True):
        found[place] = number
    return found


def write_with_helpers(book: Path, copy: Path) -> dict[str, str]:
    """Write the copy; the sheet on which the helpers of each sheet stand."""
    with reading(book), zipfile.ZipFile(book) as source:
        known = titles(source)
        parts = {title: part for title in known if (part := part_of(source, title))}
        helpers = {title: _unused(f"digits {n}", known) for n, title in enumerate(parts, start=1)}
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for name in source.namelist():
                if name not in (*PARTS, TYPES):
                    target.writestr(name, source.read(name))
            for number, (title, part) in enumerate(parts.items(), start=1):
                with source.open(part) as stream, target.open(_part(number), "w") as out:
                    out.writelines(_helper_rows(title, pieces(stream)))
            for name, close, added in _entries(helpers):
                before, tag, after = re.split(rb"(</(?:\w+:)?%b>)" % close, source.read(name), maxsplit=1)
                target.writestr(name, before + added.encode() + tag + after)
    return helpers


def _unused(title: str, known: Sequence[str]) -> str:
    """The title, made longer until no sheet has it."""
    return _unused(f"{title}_", known) if title.lower() in {other.lower() for other in known} else title


def _part(number: int) -> str:
    return f"xl/worksheets/digits{number}.xml"


def _helper_rows(title: str, rows: Iterator[bytes]) -> Iterator[bytes]:
    """A sheet with a helper for each formula cell, in its place."""
    sheet = "'" + title.replace("'", "''").replace("&", "&amp;").replace("<", "&lt;") + "'!"
    yield f'<worksheet xmlns="{MAIN.strip("{}")}"><sheetData>'.encode()
    for row in rows:
        cells = (address.decode() for address in FORMULA.findall(row))
        for number, group in groupby(cells, lambda cell: ROW.findall(cell)[0]):
            helpers = "".join(f'<c r="{cell}"><f>{_lower(sheet + cell)}</f></c>' for cell in group)
            yield f'<row r="{number}">{helpers}</row>'.encode()
    yield b"</sheetData></worksheet>"


def _lower(x: str) -> str:
    """The formula of x - hi."""
    return f"{RAW}({x},{RAW}({x}*{SPLIT},{RAW}({x}*{SPLIT},{x})))"


def _entries(helpers: dict[str, str]) -> list[tuple[str, bytes, str]]:
    """What the package's own parts say of the new sheets: the part, the end before which it stands, and the text."""
    numbers = range(1, len(helpers) + 1)
    spaces = f'xmlns="{MAIN.strip("{}")}" xmlns:digits="{OFFICE}"'
    sheets = "".join(
        f'<sheet {spaces} name="{title}" sheetId="{60_000 + n}" digits:id="digits{n}"/>'
        for n, title in zip(numbers, helpers.values(), strict=True)
    )
    relations = "".join(
        f'<Relationship xmlns="{PACKAGE}/relationships" Id="digits{n}" Type="{OFFICE}/worksheet" Target="/{_part(n)}"/>'
        for n in numbers
    )
    types = "".join(
        f'<Override xmlns="{PACKAGE}/content-types" PartName="/{_part(n)}" ContentType="{SHEET_TYPE}"/>'
        for n in numbers
    )
    return [(PARTS[0], b"sheets", sheets), (PARTS[1], b"Relationships", relations), (TYPES, b"Types", types)]
