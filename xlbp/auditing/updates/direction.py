"""Which way training should go: down, where what it follows is a loss by its name or by its form."""

from __future__ import annotations

import math

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_gain, is_loss
from xlbp.auditing.claims.layout import Layout

FAR = 0.1  # how far the parameters are moved together to see which way the loss bends, as a part of their size


def is_minimised(cells: Cells, layout: Layout) -> bool:
    """Whether the loss is to be made small: its name says so, or it is never negative and bends upwards everywhere."""
    if is_loss(layout.loss_name) or is_gain(layout.loss_name):
        return is_loss(layout.loss_name)
    is_positive = bool(layout.losses) and all(cells.value(loss) >= 0 for loss in layout.losses)
    return is_positive and all(_bends_upwards(cells, layout, step) for step in range(layout.steps))


def _bends_upwards(cells: Cells, layout: Layout, step: int) -> bool:
    """Whether the loss of a step is a valley along its own gradient."""
    loss, places = layout.losses[step], [place for _, place in layout.at(step)]
    stops = layout.stops()
    adjoints = cells.adjoints(loss, stops)
    slopes = {place.cell: adjoints[place.cell].value for place in places if place.cell in adjoints}
    steepest = max(map(abs, slopes.values()), default=0.0)
    if not steepest or not math.isfinite(steepest):
        return True  # it is flat here, and says nothing
    size = max(0.1, *(abs(cells.value(cell)) for cell in slopes))

    def at(share: float) -> float:
        moved = {cell: cells.value(cell) + share * FAR * size * slope / steepest for cell, slope in slopes.items()}
        return cells.changed(loss, moved, stops - moved.keys())

    return at(1.0) + at(-1.0) > 2 * at(0.0)
