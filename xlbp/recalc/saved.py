"""No engine at all: the values that the last program to save the book wrote beside its formulas."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

from xlbp.errors import UnreadableError, reading
from xlbp.recalc.base import Engine, Values
from xlbp.xlsx.areas import Area, CellError, Grid, Value
from xlbp.xlsx.plain_rows import number_rows

VALUE = re.compile(rb"<f\b[^<]*(?:/>|</f>)\s*<v>[^<]")


class Saved(Engine):
    """Reads cached values.  On a book that Excel saved, this checks Excel itself."""

    name = "saved"

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """The cached values; a formula without one gives None."""
        self.confirms_overflow = not _is_of_gnumeric(book)
        with _reading(book):
            workbook = load_workbook(book, data_only=True, read_only=True)
        try:
            yield lambda areas: self._grids(workbook, book, areas)
        finally:
            workbook.close()

    def _grids(self, workbook: object, book: Path, areas: Sequence[Area]) -> list[Grid]:
        with _reading(book):
            return [number_rows(book, area) or self._grid(workbook, book, area) for area in areas]

    def _grid(self, workbook: object, book: Path, area: Area) -> Grid:
        try:
            sheet = workbook[area.sheet]  # type: ignore[index]
        except KeyError:
            raise UnreadableError(f"{book}: the sheet {area.sheet!r} is missing") from None
        rows = sheet.iter_rows(area.first_row, area.last_row, 1, area.columns)
        grid = [[_value(cell) for cell in row] for row in rows]
        blank: list[Value] = [None] * area.columns
        return grid + [blank] * (area.last_row - area.first_row + 1 - len(grid))


@contextmanager
def _reading(book: Path) -> Iterator[None]:
    """Openpyxl warns of extensions that it drops; none holds a value."""
    with reading(book), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def values_when(wait: Callable[[Path], None], book: Path) -> Values:
    """The values that a program saved in ``book``, once it is done."""

    def values(areas: Sequence[Area]) -> list[Grid]:
        wait(book)
        return Saved().values(book, areas)

    return values


def has_values(book: Path) -> bool:
    """Whether any formula has a value beside it; books of programs that do not calculate have none."""
    with zipfile.ZipFile(book) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(VALUE.search(package.read(name)) for name in sheets)


def _is_of_gnumeric(book: Path) -> bool:
    """Whether the program that saved the book computes beyond doubles."""
    with zipfile.ZipFile(book) as package:
        about = "docProps/app.xml"
        return about in package.namelist() and b"gnumeric" in package.read(about).lower()


def _value(cell: ReadOnlyCell | EmptyCell) -> Value:
    value = cell.value
    if value is None:  # a text without letters is a text all the same, and no blank
        return "" if cell.data_type == "str" else None
    if cell.data_type == "e":
        return CellError(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _other(value)


def _other(value: object) -> Value:
    return value if isinstance(value, bool) else str(value)
