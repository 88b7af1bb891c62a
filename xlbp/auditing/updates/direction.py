"""Which way training should go: down, where what it follows is a loss by its name or by its form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_gain, is_loss
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import ROUNDING, RTOL
from xlbp.auditing.updates.reader import Update
from xlbp.symbols.expr import names_in, topological

FAR = 0.1  # how far the parameters are moved together to see which way the loss bends, as a part of their size
FURTHER = tuple(2.0**k for k in range(12))  # of this way, how far downhill a valley's other side is looked for


def is_minimised(cells: Cells, layout: Layout) -> bool:
    """Whether the loss is to be made small: its name says so, or its form does.

    By its form it is never negative, bends upwards everywhere, and compares something or rises on the other side.
    """
    if is_loss(layout.loss_name) or is_gain(layout.loss_name):
        return is_loss(layout.loss_name)
    is_positive = bool(layout.losses) and all(cells.value(loss) >= 0 for loss in layout.losses)
    if not is_positive or not all(_bends_upwards(_Slope.of(cells, layout, step)) for step in range(layout.steps)):
        return False
    return _compares(cells, layout) or _rises_again(_Slope.of(cells, layout, 0))


@dataclass(frozen=True)
class _Slope:
    """The loss of a step along its own gradient; ``slopes`` are empty where it is flat."""

    cells: Cells
    loss: Cell
    slopes: dict[Cell, float]
    stops: frozenset[Cell]

    @classmethod
    def of(cls, cells: Cells, layout: Layout, step: int) -> _Slope:
        """The slope of one step's loss."""
        loss, stops = layout.losses[step], layout.stops()
        adjoints = cells.adjoints(loss, stops)
        slopes = {place.cell: adjoints[place.cell].value for _, place in layout.at(step) if place.cell in adjoints}
        steepest = max(map(abs, slopes.values()), default=0.0)
        is_flat = not steepest or not math.isfinite(steepest)
        shares = {} if is_flat else {cell: slope / steepest for cell, slope in slopes.items()}
        return cls(cells, loss, shares, frozenset(stops))

    def at(self, share: float) -> float:
        """The loss so far uphill, or downhill below 0, as a part of the parameters' size."""
        size = max(0.1, *(abs(self.cells.value(cell)) for cell in self.slopes))
        moved = {cell: self.cells.value(cell) + share * size * slope for cell, slope in self.slopes.items()}
        return self.cells.changed(self.loss, moved, self.stops - moved.keys())


def _bends_upwards(slope: _Slope) -> bool:
    """Whether the loss of a step is a valley along its own gradient; where it is flat, it says nothing."""
    return not slope.slopes or slope.at(FAR) + slope.at(-FAR) > 2 * slope.at(0.0)


def _rises_again(slope: _Slope) -> bool:
    """Whether the loss rises again far enough downhill, and is negative nowhere on the way: a valley has a floor."""
    values = [slope.at(-FAR * share) for share in FURTHER] if slope.slopes else []
    return bool(values) and min(values) >= 0 and max(values[values.index(min(values)) :]) > min(values)


def _compares(cells: Cells, layout: Layout) -> bool:
    """Whether something made of the parameters is compared with something else, or its logarithm is taken."""
    stops = layout.stops()
    made = set(cells.below((layout.losses[0],), stops.__contains__)) if layout.losses else set()
    for cell in made - stops:
        compiled = cells.compiled(cell)
        for node in topological(compiled.expr) if compiled is not None else ():
            if node.op == "log" or (node.op == "sub" and all(map(names_in, node.args))):
                return True
    return False


def goes_straight_down(cells: Cells, updates: Iterable[Update]) -> bool:
    """Whether in every step all parameters are moved by one negative multiple of their gradients, whatever makes it."""
    factors: dict[int, list[float]] = {}
    for update in updates:
        moved, gradient = cells.value(update.cell) - cells.value(update.old_value), cells.value(update.gradient)
        rounding = ROUNDING * abs(cells.value(update.old_value))
        if abs(moved) > rounding or gradient:
            factors.setdefault(update.step, []).append(moved / gradient if gradient else math.nan)
    alike = (abs(each - of_step[0]) <= RTOL * abs(of_step[0]) for of_step in factors.values() for each in of_step)
    return all(of_step[0] < 0 for of_step in factors.values()) and all(alike)
