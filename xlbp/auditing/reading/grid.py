"""What is taken from a workbook's file, cell by cell, whatever kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl.utils import column_index_from_string, range_boundaries

from xlbp.auditing.reading.structured import Table, with_plain_references
from xlbp.auditing.reading.syntax import LAST_COLUMN, LAST_ROW, Cell

MOST_CELLS = 3_000_000
MOST_LINES = 1_000  # rows or columns of an array formula


class TooManyCellsError(ValueError):
    """A book has more cells than are read."""


class ArrayElement(NamedTuple):
    """Which element of an array formula's result a cell shows, and the cell that the formula stands in."""

    home: Cell
    row: int = 0
    column: int = 0


@dataclass
class Grid:
    """``cells`` hold a number, a text or a formula (a text that starts with ``=`` and is in ``formulas``).

    ``arrays`` tells, of each cell of an array formula's range, which element of the formula's result it shows.
    """

    sheets: list[str] = field(default_factory=list)
    cells: dict[Cell, Any] = field(default_factory=dict)
    formulas: dict[Cell, str] = field(default_factory=dict)
    arrays: dict[Cell, ArrayElement] = field(default_factory=dict)
    saved: dict[Cell, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    cut: dict[Cell, str] = field(default_factory=dict)  # what is too large to be read as a whole, and what was left out
    notes: list[str] = field(default_factory=list)  # what the book holds besides, which is not followed

    def add_sheet(self, name: str) -> None:
        """One more sheet."""
        self.sheets.append(name)

    def put_value(self, cell: Cell, value: object) -> None:
        """A number, a text or a truth value that was typed."""
        self._must_fit(cell)
        self.cells[cell] = value

    def put_formula(self, cell: Cell, text: str, saved: object) -> None:
        """A formula, without ``=``, and the value that a program saved beside it."""
        self._must_fit(cell)
        if "[" in text and self.tables:
            text = with_plain_references(text, cell, self.tables)
        self.cells[cell] = self.formulas[cell] = text if text.startswith("=") else f"={text}"
        if saved is not None:
            self.saved[cell] = saved

    def put_array(self, cell: Cell, text: str, place: str, saved: object) -> None:
        """An array formula, and the range that its result fills."""
        self.put_formula(cell, text, saved)
        try:
            left, top, right, bottom = range_boundaries(place.replace("$", "").upper())
        except (ValueError, TypeError):
            left, top, right, bottom = cell[2], cell[1], cell[2], cell[1]
        self.spread(cell, bottom - top + 1, right - left + 1)

    def spread(self, home: Cell, rows: int, columns: int) -> None:
        """Let the result of the formula in ``home`` fill so many rows and columns."""
        if rows > MOST_LINES or columns > MOST_LINES:
            self.cut[home] = f"of this array formula the first {MOST_LINES:,} rows and columns alone are read"
        sheet, top, left = home
        for row in range(min(rows, MOST_LINES)):
            for column in range(min(columns, MOST_LINES)):
                self._must_fit(home)
                self.arrays[sheet, top + row, left + column] = ArrayElement(home, row, column)

    def finished(self) -> None:
        """What an array formula's cells show counts as saved."""
        for cell in self.arrays:
            if cell in self.cells and cell not in self.formulas:
                self.saved[cell] = self.cells[cell]

    def _must_fit(self, cell: Cell) -> None:
        _, row, column = cell
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise ValueError("a cell lies beyond the end of its sheet")
        if len(self.cells) + len(self.arrays) > MOST_CELLS:
            raise TooManyCellsError


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """A column's number, from 1.  Raises ValueError for what is no column."""
    return int(column_index_from_string(letters.replace("$", "").upper()))
