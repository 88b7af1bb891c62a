"""What an optimizer carries from row to row: the running sums and averages that a parameter's update is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Table
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.updates.moves import Move, Moves, is_recurrent

CLOSE = 1e-6
LINEAR, SQUARE, ABSOLUTE = "g", "g^2", "|g|"
SHAPES = {(-1.0, 2.0): LINEAR, (1.0, 4.0): SQUARE, (1.0, 2.0): ABSOLUTE}  # f(-1)/f(1) and f(2)/f(1)


@dataclass(frozen=True)
class Average:
    """``decay`` times itself a row before plus ``share`` times a function of the gradient."""

    cell: Cell
    decay: float
    share: float
    of: str
    before: bool  # the update takes it from the row before

    def at(self, cells: Cells, shift: int = 0) -> float:
        """Its value, in a row further up or down."""
        return cells.value((self.cell[0], self.cell[1] + shift, self.cell[2]))


def averages(cells: Cells, reader: Moves, move: Move) -> Iterator[Average]:
    """The averages that the update is computed from."""
    table, gradient = reader.table, move.parameter.places[move.step].gradient
    seen: set[int] = set()
    for cell in list(cells.below((move.update,), reader.labels.__contains__)):
        if table.step(cell) not in (move.step, move.step - 1) or cell[2] in seen or cell in reader.labels:
            continue
        now, last = table.cell(cell[2], move.step), table.cell(cell[2], move.step - 1)
        if is_recurrent(cells, table, cell[2], move.step) and gradient in _near(cells, now, reader):
            seen.add(cell[2])
            used = set(cells.below((move.update,), {last, *reader.labels}.__contains__))
            yield _read(cells, now, last, gradient, now not in used)


def _read(cells: Cells, now: Cell, last: Cell, gradient: Cell, before: bool) -> Average:
    """How the cell is made, told by what it would be worth for other numbers."""

    def worth(old: float, g: float) -> float:
        return cells.changed(now, {last: old, gradient: g})

    decay, share = worth(1.0, 0.0) - worth(0.0, 0.0), worth(0.0, 1.0)
    ratios = (worth(0.0, -1.0) / share, worth(0.0, 2.0) / share) if share else (0.0, 0.0)
    of = next(
        (name for at, name in SHAPES.items() if all(abs(a - b) < CLOSE for a, b in zip(at, ratios, strict=True))), ""
    )
    return Average(now, decay, share, of, before)


def _near(cells: Cells, cell: Cell, reader: Moves) -> set[Cell]:
    return set(cells.below((cell,), reader.labels.__contains__))


def between(cells: Cells, table: Table, move: Move, average: Average, others: set[Cell]) -> Cell | None:
    """The cell of the row, if there is one, that prepares this average alone for the update: its correction."""
    for cell in cells.below((move.update,), lambda c: c == average.cell):
        inside = set(cells.below((cell,), lambda c: c == average.cell))
        alone = average.cell in inside and not inside & others
        if alone and cell not in (average.cell, move.update) and table.step(cell) == move.step:
            return cell
    return None
