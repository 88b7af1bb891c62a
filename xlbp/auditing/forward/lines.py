"""Lines of cells: what stands side by side, or one below the other, without a gap or a text between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.syntax import Cell, Turned


@dataclass(frozen=True)
class Line:
    """Cells at equal distances in a row or a column."""

    cells: tuple[Cell, ...]
    down: bool

    def step(self, cell: Cell, by: int) -> Cell:
        """The cell that many places further along the line's direction."""
        sheet, row, column = cell
        return (sheet, row + by, column) if self.down else (sheet, row, column + by)


def numeric_cells(contents: Contents) -> dict[str, set[Cell]]:
    """The cells of each sheet that hold a number or compute one."""
    by_sheet: dict[str, set[Cell]] = {}
    for cell in (*contents.cells, *contents.arrays):
        if not isinstance(cell[0], Turned) and contents.is_number(cell):
            by_sheet.setdefault(cell[0], set()).add(cell)
    return by_sheet


def lines_of(numeric: set[Cell], shortest: int) -> Iterator[Line]:
    """The rows and columns of a sheet that have at least ``shortest`` numeric cells without a gap."""
    for down in (True, False):
        along, across = (1, 2) if down else (2, 1)
        waiting: list[Cell] = []
        for cell in sorted(numeric, key=lambda cell: (cell[across], cell[along])):
            if waiting and (cell[across] != waiting[-1][across] or cell[along] != waiting[-1][along] + 1):
                if len(waiting) >= shortest:
                    yield Line(tuple(waiting), down)
                waiting = []
            waiting.append(cell)
        if len(waiting) >= shortest:
            yield Line(tuple(waiting), down)


def is_number_at(cells: Cells, cell: Cell) -> bool:
    """Whether a cell holds a number or computes one."""
    contents = cells.contents
    return (cell in contents.cells or cell in contents.arrays) and contents.is_number(cell)
