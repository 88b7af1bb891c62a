"""Which step's parameters a cell hangs on: what came before a step has no part in its derivatives.

A quantity that is carried on from row to row and is no parameter, as an average is, would else lead each step's
derivative through all steps before it.
"""

from __future__ import annotations

from collections.abc import Callable

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.walks import Span, Walk
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell

NONE = -1  # the step of what hangs on no parameter


class _Steps(dict[Cell, int]):
    """The steps that are known; of what is on a circle with a cell, none is yet."""

    def __missing__(self, cell: Cell) -> int:
        return NONE


class LatestSteps:
    """The last step whose parameters a cell is made from, told once for every cell."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        self._cells = cells
        self._of_parameter = {place.cell: place.step for each in layout.parameters for place in each.places}
        self._known = _Steps()
        self._walk = Walk(cells, self._known)
        self._of_spans: dict[int, int] = {}

    def before(self, step: int) -> Callable[[Cell], bool]:
        """Tells of a cell whether it hangs on the parameters of earlier steps alone, or on none."""
        known, latest = self._known, self._latest

        def is_before(cell: Cell) -> bool:
            last = known.get(cell)
            return (latest(cell) if last is None else last) < step

        return is_before

    def _latest(self, cell: Cell) -> int:
        """The last step whose parameter is among the cells that a cell is made from."""
        known, of_parameter = self._known, self._of_parameter
        for member in self._walk.below((cell,), of_parameter.__contains__):
            own = of_parameter.get(member)
            known[member] = self._behind(member) if own is None else own
        return known[cell]

    def _behind(self, cell: Cell) -> int:
        """The last step that is known behind a cell."""
        own, spans = self._cells.parts(cell)
        return max((*map(self._of_span, spans), *map(self._known.__getitem__, own)), default=NONE)

    def _of_span(self, span: Span) -> int:
        """The same of a range, which many formulas share."""
        latest = self._of_spans.get(id(span))
        if latest is None:
            latest = max(map(self._known.__getitem__, span))
            if all(map(self._known.__contains__, span)):  # but for those of a circle
                self._of_spans[id(span)] = latest
        return latest
