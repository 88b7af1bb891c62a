"""What carries a move: the cells between a new value and the gradient that it follows, each a multiple of the next."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import numbers_in
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.moves import Move

LINEAR = 1e-9
DEEPEST = 6
LEAST_KEPT = 0.5  # of a value, by a decay


@dataclass(frozen=True)
class Carrier:
    """A cell that moves a parameter by ``share`` times its own value."""

    cell: Cell
    share: float


def change(cells: Cells, move: Move) -> float:
    """By how much a move changes its parameter."""
    return cells.value(move.new) - cells.value(move.old)


def carried(cells: Cells, move: Move, made: set[Cell]) -> tuple[tuple[Cell, float], ...]:
    """What a move carries on of the step before, and its share of it, as by momentum in the formula of a step itself.

    It stands as far from what carries it on as the old value from the new one.
    """
    cell, share = move.new, 1.0
    for _ in range(DEEPEST):
        slopes = [(c, slope) for c, slope in cells.slopes(cell) if c != move.old]
        for before, slope in slopes:
            if before not in made and 0 < abs(slope) < 1 and _distance(before, cell) == _distance(move.old, move.new):
                return ((before, share * slope),)
        here = [(c, slope) for c, slope in slopes if c in made]
        if len(here) != 1:
            break
        cell, share = here[0][0], share * here[0][1]
    return ()


def _distance(before: Cell, after: Cell) -> tuple[str, str, int, int] | tuple[int, int]:
    """How far one cell stands from another; between sheets, which they are."""
    way = after[1] - before[1], after[2] - before[2]
    return way if before[0] == after[0] else (before[0], after[0], *way)


def own_change(cells: Cells, move: Move, made: set[Cell]) -> float:
    """By how much a move changes its parameter besides what it carries on."""
    return change(cells, move) - sum(share * cells.value(cell) for cell, share in carried(cells, move, made))


def carriers(cells: Cells, move: Move, made: set[Cell]) -> list[Carrier]:
    """The cells that carry a move, from the new value downwards; none where several are mixed in one formula."""
    found: list[Carrier] = []
    cell, share, value = move.new, 1.0, _beside_decay(cells, move)
    while len(found) < DEEPEST:
        meant = {argument for argument in cells.counting(cell) if argument in made and argument != move.old}
        slopes = [(c, slope) for c, slope in cells.slopes(cell) if c in meant]
        if len({c for c, _ in slopes}) != 1 or len(slopes) != 1:
            break
        below, slope = slopes[0]
        if abs(slope * cells.value(below) - value) > LINEAR * max(abs(value), 1e-300) + rounding(cells, move, cell):
            break
        share *= slope
        found.append(Carrier(below, share))
        cell, value = below, cells.value(below)
    return found


def _beside_decay(cells: Cells, move: Move) -> float:
    """By how much a move changes its parameter besides a decay, where its formula keeps less than all of the value."""
    kept = sum(slope for cell, slope in cells.slopes(move.new) if cell == move.old)
    return cells.value(move.new) - kept * cells.value(move.old) if LEAST_KEPT < kept < 1 else change(cells, move)


def rounding(cells: Cells, move: Move, cell: Cell) -> float:
    """How far the change of a parameter may be off by rounding, as it is a difference of two values."""
    return 1e-13 * max(abs(cells.value(move.old)), abs(cells.value(move.new))) if cell == move.new else 0.0


def numbers_behind(cells: Cells, move: Move, made: set[Cell]) -> list[float]:
    """The plain numbers that a move's formulas multiply with: one of them is the learning rate."""
    numbers: dict[float, None] = {}
    for cell in [move.new, *(carrier.cell for carrier in carriers(cells, move, made))][:3]:
        for argument in cells.arguments(cell):
            if argument not in made and argument != move.old:
                numbers[abs(cells.value(argument))] = None
        compiled = cells.compiled(cell)
        for number in numbers_in(compiled.expr) if compiled else ():
            numbers[abs(number)] = None
    return [number for number in numbers if number]
