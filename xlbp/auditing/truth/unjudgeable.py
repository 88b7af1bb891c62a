"""Claims that rest on cells which could not be read: they are neither right nor wrong.

A cell that can't be read counts as the number that was saved in it, through which no derivative goes; the same holds
of a number that is rounded on its way from a parameter to the loss.
"""

from __future__ import annotations

from collections.abc import Collection

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.walks import Walk
from xlbp.auditing.claims.layout import Layout, Place
from xlbp.auditing.reading.syntax import Cell

ROUNDED = "the derivative of a rounded number is 0 and says nothing"


def unjudgeable_claims(cells: Cells, layout: Layout, circular: Collection[Cell] = ()) -> dict[Place, Cell]:
    """The claims that can't be judged, each with the first cell to blame; what hangs on a circle has no value."""
    is_typed = any(cells.compiled(loss) is None for loss in layout.losses)
    if not circular and not is_typed and not may_be_unread(cells, layout):
        return {}
    stops = layout.stops()
    culprits: dict[Place, Cell] = {}
    typed = typed_losses(cells, layout)
    clean: set[Cell] = set()  # cells that were looked through from a loss, with all that is behind them
    clean_of_claims: set[Cell] = set()  # and from a claim, where a number that was saved is enough
    walks = {is_claim: Walk(cells, clean_of_claims if is_claim else clean) for is_claim in (False, True)}
    untrained = Untrained(cells, stops)

    def is_saved(cell: Cell) -> bool:
        """Whether a claim's cell has no derivative to be taken of it, and was saved as a number."""
        return cell not in circular and cells.unreadable.get(cell) != ROUNDED and cells.contents.has_number(cell)

    def culprit_behind(start: Cell, is_claim: bool) -> Cell | None:
        behind: list[Cell] = []
        for cell in walks[is_claim].below((start,), stops.__contains__):
            if (cell in circular or _is_unread(cells, cell, untrained)) and not (is_claim and is_saved(cell)):
                return cell
            behind.append(cell)
        clean_of_claims.update(behind)
        if not is_claim:
            clean.update(behind)
        return None

    for step, loss in enumerate(layout.losses):
        of_loss = loss if typed or cells.compiled(loss) is None else culprit_behind(loss, is_claim=False)
        for _, place in layout.at(step):
            culprit = of_loss or culprit_behind(place.gradient, is_claim=True)
            if culprit is not None:
                culprits[place] = culprit
    return culprits


def may_be_unread(cells: Cells, layout: Layout) -> bool:
    """Whether any formula that was asked for can't be read, or rounds, so that it takes a closer look."""
    untrained = Untrained(cells, layout.stops())
    for cell, compiled in cells.doubtful():
        if compiled is not None:
            if untrained.reaches(cell):
                return True
        elif cell in untrained.stops or not _is_number(cells, cell, untrained):
            return True
    return False


class Untrained:
    """Tells the cells behind which nothing trains."""

    def __init__(self, cells: Cells, stops: Collection[Cell]) -> None:
        self.stops = stops
        self._known: set[Cell] = set()
        self._walk = Walk(cells, self._known)

    def reaches(self, root: Cell) -> bool:
        """Whether a cell is a parameter, or is made from one."""
        behind: list[Cell] = []
        for cell in self._walk.below((root,), self.stops.__contains__):
            if cell in self.stops:
                return True
            behind.append(cell)
        self._known.update(behind)
        return False


def typed_losses(cells: Cells, layout: Layout) -> bool:
    """Whether every loss is a number that was typed or pasted: a sheet of values, of which nothing can be derived."""
    return bool(layout.losses) and all(cells.compiled(loss) is None for loss in layout.losses)


def _is_unread(cells: Cells, cell: Cell, untrained: Untrained) -> bool:
    """Whether nothing is known of how a cell is made; a parameter's own number is given, if it was saved."""
    if cell in untrained.stops:
        return cell in cells.unreadable and cells.contents.saved.get(cell) is None
    if cell not in cells.unreadable and _rounds(cells, cell, untrained):
        cells.unreadable[cell] = ROUNDED
    return cell in cells.unreadable and not _is_number(cells, cell, untrained)


def _is_number(cells: Cells, cell: Cell, untrained: Untrained) -> bool:
    """Whether what can't be read needs no derivative, as nothing trained is behind it: any number will do."""
    is_number = cells.contents.has_number(cell) or cells.contents.saved.get(cell) is None
    is_known = is_number and cells.reach_is_known(cell)
    return is_known and not untrained.reaches(cell)


def _rounds(cells: Cells, cell: Cell, untrained: Untrained) -> bool:
    compiled = cells.compiled(cell)
    if compiled is None or not compiled.rounds:
        return False
    return untrained.reaches(cell)
