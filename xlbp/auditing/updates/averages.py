"""What an optimizer carries from row to row: the running sums and averages that a parameter's update is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, moved
from xlbp.auditing.updates.reader import Update, UpdateReader, is_recurrent

TOLERANCE = 1e-6


class AverageOf(Enum):
    """The function of the gradient that is averaged; the values are f(-1)/f(1) and f(2)/f(1)."""

    GRADIENT = (-1.0, 2.0)
    SQUARE = (1.0, 4.0)
    ABSOLUTE = (1.0, 2.0)


@dataclass(frozen=True)
class Average:
    """``decay`` times itself a row before plus ``share`` times a function of the gradient."""

    cell: Cell
    decay: float
    share: float
    of: AverageOf | None  # None for any other function

    def value(self, cells: Cells, shift: int = 0) -> float:
        """Its value, in a row further up or down."""
        return cells.value(moved(self.cell, shift, 0))


def averages(reader: UpdateReader, update: Update) -> Iterator[Average]:
    """The averages that the update is computed from."""
    cells, table = reader.cells, reader.table
    seen: set[int] = set()
    for cell in list(cells.below((update.cell,), reader.is_claimed)):
        step, column = table.step(cell), cell[2]
        if step is None or abs(step - update.step) > 1 or column in seen or reader.is_claimed(cell):
            continue
        for now in (table.cell(column, update.step), table.cell(column, update.step + 1)):
            is_average = is_recurrent(cells, now)
            if is_average and update.gradient in set(cells.below((now,), reader.is_claimed)):
                seen.add(column)
                yield _read(cells, now, moved(now, -1, 0), update.gradient)
                break


def _read(cells: Cells, now: Cell, last: Cell, gradient: Cell) -> Average:
    """How the cell is made, told by what it would be worth for other numbers."""

    def worth(old: float, g: float) -> float:
        return cells.changed(now, {last: old, gradient: g})

    decay, share = worth(1.0, 0.0) - worth(0.0, 0.0), worth(0.0, 1.0)
    ratios = (worth(0.0, -1.0) / share, worth(0.0, 2.0) / share) if share else (0.0, 0.0)
    return Average(now, decay, share, _function(ratios))


def _function(ratios: tuple[float, float]) -> AverageOf | None:
    """The function f with these values of f(-1)/f(1) and f(2)/f(1)."""
    for function in AverageOf:
        if all(abs(a - b) < TOLERANCE for a, b in zip(function.value, ratios, strict=True)):
            return function
    return None


def correction(reader: UpdateReader, update: Update, average: Average, others: set[Cell]) -> Cell | None:
    """The cell of the row, if there is one, that prepares this average alone for the update: its correction."""

    def is_average(cell: Cell) -> bool:
        return cell == average.cell

    cells = reader.cells
    for cell in cells.below((update.cell,), is_average):
        inside = set(cells.below((cell,), is_average))
        alone = average.cell in inside and not inside & others
        if (
            alone
            and cell not in (average.cell, update.cell)
            and reader.table.step(cell) == reader.table.step(average.cell)
        ):
            return cell
    return None
