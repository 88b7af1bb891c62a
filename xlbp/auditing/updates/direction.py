"""Which way training should go: down, where what it follows is a loss by its name or by its form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.headings import is_gain, is_loss, plain
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import ROUNDING, RTOL
from xlbp.auditing.updates.reader import Update
from xlbp.symbols.expr import Expr, names_in, topological

FAR = 0.1  # how far the parameters are moved together to see which way the loss bends, as a part of their size
MOST_ASKED = 8  # updates that are made alike, of which one that goes up or down is looked for
FURTHER = tuple(2.0**k for k in range(12))  # of this way, how far downhill a valley's other side is looked for


def is_minimised(cells: Cells, layout: Layout) -> bool:
    """Whether the loss is to be made small: its name says so, or its form does.

    By its form it is never negative, bends upwards everywhere, and compares something or rises on the other side.
    """
    if is_loss(layout.loss_name) or is_gain(plain(layout.loss_name)):
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


class Direction:
    """Tells whether updates go up the gradients that they take, by what the sheet's own numbers make of them."""

    def __init__(self, cells: Cells, layout: Layout, updates: Iterable[Update]) -> None:
        self.cells, self.gradients = cells, layout.gradients()
        self._alike: dict[tuple[Expr, ...], list[Update]] = {}
        for update in updates:
            self._alike.setdefault(update.exprs, []).append(update)
        self._is_uphill: dict[tuple[Expr, ...], bool] = {}

    def is_uphill(self, update: Update) -> bool:
        """Whether this update, or those made alike, add more to a parameter the larger the loss's derivative by it is.

        Where the first of them go neither up nor down, as where training was stopped, the others are asked.
        """
        if update.exprs not in self._is_uphill:
            alike = self._alike.get(update.exprs, [update])
            ways = (self._rise(each) for each in alike[:: max(1, len(alike) // MOST_ASKED)])
            self._is_uphill[update.exprs] = next((way > 0 for way in ways if way), False)
        return self._is_uphill[update.exprs]

    def _rise(self, update: Update) -> float:
        """How far the new value goes up the derivative that the gradient's cell tells; 0 where that is no number."""
        held = {update.old_value: self.cells.value(update.old_value)}
        changes: list[dict[Cell, float | Compiled]] = [{**held, update.gradient: gradient} for gradient in (0.0, 1.0)]
        low, high = (self.cells.changed(update.cell, change, self.gradients) for change in changes)
        rise = (high - low) * update.parameter.places[update.step].factor
        return rise if math.isfinite(rise) else 0.0


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
