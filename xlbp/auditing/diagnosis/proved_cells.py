"""What differentiation has proved right, which no rule of thumb may call wrong.

Where every gradient that hangs on a cell of the backward pass is right, so is the cell, whatever formula its column has
elsewhere.  A cell of the forward pass changes the loss and its gradients alike: it is only called odd where nearly all
of its column agree.
"""

from __future__ import annotations

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.column_deviations import SHARED, Deviation
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import RTOL, Truth


class ProvedCells:
    """The cells of a layout on which right gradients hang, and no wrong ones."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth) -> None:
        self.cells, self.layout, self.truth = cells, layout, truth
        self._behind: dict[int, tuple[set[Cell], set[Cell]]] = {}

    def clears(self, deviation: Deviation) -> bool:
        """Whether a cell that falls out of its column is not to be called wrong for that."""
        step = deviation.step_in(self.layout.table)
        if deviation.pasted or deviation.circular or step is None or step >= self.layout.steps:
            return False
        right, wrong = self._behind_claims(step)
        if deviation.cell in wrong:
            return False
        is_backward = deviation.cell in right and deviation.cell not in self.truth.adjoints[step]
        return is_backward or deviation.shared < SHARED

    def _behind_claims(self, step: int) -> tuple[set[Cell], set[Cell]]:
        """The cells behind the right and behind the wrong claims of a step."""
        if step not in self._behind:
            stops = self.layout.stops()
            right: list[Cell] = []
            wrong: list[Cell] = []
            for parameter, place in self.layout.at(step):
                if place not in self.truth.unjudgeable:
                    is_wrong = self.truth.at(parameter, place).error > RTOL
                    (wrong if is_wrong else right).append(place.gradient)
            wrong += self.layout.losses[step : step + 1] if wrong else []
            behind = (set(self.cells.below(roots, stops.__contains__)) for roots in (right, wrong))
            self._behind[step] = (next(behind), next(behind))
        return self._behind[step]
