"""Claims that rest on cells which could not be read: they are neither right nor wrong.

A cell that can't be read counts as the number that was saved in it, through which no derivative goes; the same holds
of a number that is rounded on its way from a parameter to the loss.
"""

from __future__ import annotations

from collections.abc import Collection

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, Place, reaches
from xlbp.auditing.reading.syntax import Cell

ROUNDED = "the derivative of a rounded number is 0 and says nothing"


def unjudgeable_claims(cells: Cells, layout: Layout, circular: Collection[Cell] = ()) -> dict[Place, Cell]:
    """The claims that can't be judged, each with the first cell that is to blame; what hangs on a circle has no value."""
    stops = layout.stops()
    culprits: dict[Place, Cell] = {}
    typed = typed_losses(cells, layout)

    def is_to_blame(cell: Cell) -> bool:
        return cell in circular or _is_unread(cells, cell, stops)

    for step, loss in enumerate(layout.losses):
        forward = _forward(cells, loss, stops)
        of_loss = loss if typed else next((cell for cell in forward if is_to_blame(cell)), None)
        ends = {*forward, *stops}
        for _, place in layout.at(step):
            backward = cells.below((place.gradient,), ends.__contains__)
            culprit = of_loss or next((cell for cell in backward if is_to_blame(cell)), None)
            if culprit is not None:
                culprits[place] = culprit
    return culprits


def typed_losses(cells: Cells, layout: Layout) -> bool:
    """Whether every loss is a number that was typed or pasted: a sheet of values, of which nothing can be derived."""
    return bool(layout.losses) and all(cells.compiled(loss) is None for loss in layout.losses)


def _forward(cells: Cells, loss: Cell, stops: Collection[Cell]) -> list[Cell]:
    """The cells that the loss is made from, back to the parameters."""
    return list(cells.below((loss,), lambda cell: cell in stops and cell != loss))


def _is_unread(cells: Cells, cell: Cell, stops: Collection[Cell]) -> bool:
    """Whether nothing is known of how a cell is made; a parameter's own number is given, if it was saved."""
    if cell in stops:
        return cell in cells.unreadable and cells.contents.saved.get(cell) is None
    if cell not in cells.unreadable and _rounds(cells, cell, stops):
        cells.unreadable[cell] = ROUNDED
    return cell in cells.unreadable and not _is_given(cells, cell, stops)


def _is_given(cells: Cells, cell: Cell, stops: Collection[Cell]) -> bool:
    """Whether an unread cell is a number that was saved, and that nothing which trains has a part in."""
    is_number = isinstance(cells.contents.saved.get(cell), int | float)
    return is_number and cells.reach_is_known(cell) and not reaches(cells, cell, set(stops))


def _rounds(cells: Cells, cell: Cell, stops: Collection[Cell]) -> bool:
    compiled = cells.compiled(cell)
    if compiled is None or not compiled.rounds:
        return False
    return bool(reaches(cells, cell, set(stops)))
