"""Opens a stranger's workbook: what every cell holds, the saved values, the defined names; nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from xlbp.auditing.reading.excel import read_excel
from xlbp.auditing.reading.google import restore_formulas
from xlbp.auditing.reading.grid import MOST_CELLS, ArrayElement, Grid, TooManyCellsError, column_number
from xlbp.auditing.reading.opendocument import read_opendocument
from xlbp.auditing.reading.package import Package
from xlbp.auditing.reading.syntax import Cell, CellKind, Turned, reference, title
from xlbp.auditing.reading.telling import Told, nobody
from xlbp.errors import UnreadableError
from xlbp.xlsx.preflight import Reader, is_opendocument, preflight

ABOUT_FORMULAS = re.compile(r"\bISFORMULA\(", re.IGNORECASE)
COLUMNS = re.compile(r"(?<![\w!'$])\$?([A-Z]{1,3})\$?[0-9]+(?::\$?([A-Z]{1,3})\$?[0-9]+)?(?![\w(!])", re.IGNORECASE)
ONE_ROW = str.maketrans("123456789", "000000000")  # in whichever row, a formula reads the same columns
ERRORS = frozenset({"#NUM!", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?", "#N/A", "#NULL!"})


@dataclass
class Contents(Grid):
    """What every cell of a book holds, and what it counts as."""

    path: Path = Path()
    _extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    _texts: dict[str, dict[Cell, str]] = field(default_factory=dict)
    _of_sheets: dict[str, list[Cell]] = field(default_factory=dict)

    def turn(self, sheet: str) -> Turned:
        """Read a sheet on its side as well: every cell of it has a second one with row and column exchanged."""
        turned = Turned(sheet)

        def other(cell: Cell) -> Cell:
            return (turned, cell[2], cell[1])

        members = self._members(sheet)
        tables: tuple[dict[Cell, Any], ...] = (self.cells, self.formulas, self.saved)
        for table in tables:
            table |= {other(cell): table[cell] for cell in members if cell in table}
        for cell in members:
            if cell in self.arrays:
                element = self.arrays[cell]
                self.arrays[other(cell)] = element._replace(home=other(element.home))
        return turned

    def _members(self, sheet: str) -> list[Cell]:
        """The cells of a sheet that have anything in them, told for all sheets at once."""
        if not self._of_sheets:
            self._of_sheets = {name: [] for name in self.sheets}
            for cell in dict.fromkeys(chain(self.cells, self.arrays)):
                self._of_sheets.setdefault(cell[0], []).append(cell)
        return self._of_sheets.get(sheet, [])

    def element(self, cell: Cell) -> ArrayElement:
        """The part that a cell has in an array formula; a formula of its own is one of a single element."""
        return self.arrays.get(cell) or ArrayElement(cell)

    def has_number(self, cell: Cell) -> bool:
        """Whether the last program that computed the cell saved a number in it."""
        saved = self.saved.get(cell)
        return isinstance(saved, int | float) and not isinstance(saved, bool)

    def text(self, cell: Cell) -> str | None:
        """The text that a cell shows; None for a number, and "" for a blank."""
        value = self.shown(cell)
        if value is None:
            return ""
        return value if isinstance(value, str) else None

    def kind(self, cell: Cell) -> CellKind:
        """Whether a cell counts as a number, a text or a blank where a function takes a range."""
        if cell in self.formulas or cell in self.arrays:
            saved = self.saved.get(cell)  # an error is a number that could not be computed
            return CellKind.TEXT if isinstance(saved, str) and saved not in ERRORS else CellKind.NUMBER
        value = self.cells.get(cell)
        if value is None:
            return CellKind.BLANK
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return CellKind.NUMBER if is_number else CellKind.TEXT

    def shown(self, cell: Cell) -> Any:
        """What a cell shows: what was typed, or what was saved beside its formula."""
        return self.saved.get(cell) if cell in self.formulas or cell in self.arrays else self.cells.get(cell)

    def extent(self, sheet: str) -> tuple[int, int]:
        """The last row and the last column of a sheet that have anything in them."""
        if sheet not in self._extents:
            for at, row, column in chain(self.cells, self.arrays):
                last_row, last_column = self._extents.get(at, (1, 1))
                if row > last_row or column > last_column:
                    self._extents[at] = (max(row, last_row), max(column, last_column))
        return self._extents.setdefault(sheet, (1, 1))

    def filled(self, first: Cell, last: Cell) -> list[Cell]:
        """The cells of a range that hold anything, row by row."""
        (sheet, *_), tables = first, (self.cells, self.arrays)
        top, bottom = sorted((first[1], last[1]))
        left, right = sorted((first[2], last[2]))
        used = self.extent(sheet)
        rows, columns = range(top, min(bottom, used[0]) + 1), range(left, min(right, used[1]) + 1)
        if len(rows) * len(columns) > sum(map(len, tables)):  # a large sheet with little on it
            every = dict.fromkeys(chain(*tables))
            return [cell for cell in every if cell[0] == sheet and cell[1] in rows and cell[2] in columns]
        every_place = ((sheet, row, column) for row in rows for column in columns)
        return [cell for cell in every_place if any(cell in table for table in tables)]

    def texts(self, sheet: str) -> dict[Cell, str]:
        """The texts that were typed into a sheet's cells, gathered once for all who look for headings."""
        if isinstance(sheet, Turned):
            return {(sheet, column, row): text for (_, row, column), text in self.texts(title(sheet)).items()}
        if not self._texts:
            self._texts = {name: {} for name in self.sheets}
            for cell, value in self.cells.items():
                if isinstance(value, str) and cell not in self.formulas and cell not in self.arrays:
                    self._texts.setdefault(cell[0], {})[cell] = value
        return self._texts.get(sheet, {})

    def is_number(self, cell: Cell) -> bool:
        """Whether a cell counts as a number."""
        return self.kind(cell) is CellKind.NUMBER


def names_of_cells(contents: Contents) -> dict[Cell, str]:
    """The cells that a defined name stands for."""
    names: dict[Cell, str] = {}
    for name, text in contents.names.items():
        sheet, _, place = text.rpartition("!")
        if sheet and ":" not in place:
            parsed = reference(text, ("", 1, 1))
            if parsed is not None and parsed[0].row_fixed:
                names[parsed[0].at(("", 1, 1))] = name
    return names


def read(path: Path, large: bool = False, told: Told = nobody) -> Contents:
    """The contents of a workbook.  Raises UnreadableError, naming what is wrong with the file."""
    preflight(path, large, reader=Reader.OF_CELLS)
    contents = Contents(path=path)
    try:
        with ZipFile(path) as archive:
            package = Package(archive, told)
            (read_opendocument if is_opendocument(archive.namelist()) else read_excel)(package, contents)
    except TooManyCellsError:
        raise UnreadableError(f"{path}: it has over {MOST_CELLS:,} cells; audit one sheet of it at a time") from None
    except (ValueError, KeyError, TypeError, SyntaxError, OSError, EOFError, BadZipFile) as error:  # a stranger's XML
        said = " ".join(str(error).split())[:120]
        raise UnreadableError(f"{path}: the workbook can't be read ({said})") from None
    restore_formulas(contents)
    contents.finished()
    remarks = {cell for cell, text in contents.formulas.items() if "ISFORMULA" in text.upper() and _is_remark(text)}
    for sheet in {cell[0] for cell in remarks}:
        _leave_out(contents, sheet, {cell for cell in remarks if cell[0] == sheet})
    return contents


def _is_remark(formula: str) -> bool:
    """Whether a formula asks if others are formulas: such tell of the sheet and train nothing."""
    return ABOUT_FORMULAS.search(formula) is not None


def _leave_out(contents: Contents, sheet: str, remarks: set[Cell]) -> None:
    """Leave out a sheet's remarks, unless another formula of the sheet reads one of their columns."""
    columns = {column for _, _, column in remarks}
    formulas = contents.formulas.items()
    others = {text.translate(ONE_ROW) for cell, text in formulas if cell[0] == sheet and cell not in remarks}
    if not any(columns.intersection(span) for text in others for span in _spans(text)):
        for cell in remarks:
            for table in (contents.cells, contents.formulas, contents.saved):
                table.pop(cell, None)


def _spans(formula: str) -> Iterator[range]:
    """The columns of its own sheet that a formula reads, as runs."""
    for first, last in COLUMNS.findall(formula):
        ends = [column_number(letters) for letters in (first, last or first)]
        yield range(min(ends), max(ends) + 1)
