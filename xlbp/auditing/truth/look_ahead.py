"""Gradients at a look-ahead, as Nesterov's method takes them: at w + mu v, where the velocity alone would carry w.

Such a gradient is right, though it is not the loss's derivative at the parameters themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.responses import Response
from xlbp.auditing.claims.layout import Layout, Place
from xlbp.auditing.reading.syntax import Cell

RTOL = 1e-6
STEP = 1e-4  # of the differences, relative to where they are taken


class LookAhead:
    """One step of a layout: where it looks ahead, and the loss's derivatives there.

    ``known`` are formulas of which another step has told whether they look ahead.
    """

    def __init__(self, cells: Cells, layout: Layout, step: int, known: dict[Compiled, bool]) -> None:
        self.cells, self._stops, self._step, self._known = cells, layout.stops(), step, known
        places = [place for parameter in layout.parameters for place in parameter.places]
        self._step_of = {place.gradient: place.step for place in places}
        loss = layout.losses[step]
        self._behind_loss = set(cells.below((loss,), self._stops.__contains__))
        self._response = Response(cells, loss, self._stops)
        of_step = [place for _, place in layout.at(step)]
        self._points = {place.cell: points[0] for place in of_step if (points := [*self._points_of(place)])}

    def is_gradient(self, place: Place) -> bool:
        """Whether a claim is the loss's derivative where all parameters stand at their look-ahead."""
        if place.cell not in self._points or place.adds or place.factor != 1:
            return False
        claimed = self.cells.value(place.gradient)
        true, rough = self._derivative(place.cell)
        return abs(claimed - true) <= RTOL * max(abs(claimed), abs(true)) + rough

    def _points_of(self, place: Place) -> Iterator[Cell]:
        """The cells behind a gradient, but not behind the loss, that are the parameter and a share of its velocity."""
        for cell in self.cells.below((place.gradient,), self._stops.__contains__):
            compiled = self.cells.compiled(cell)
            if compiled is None or cell in self._behind_loss or cell in self._stops:
                continue
            slopes = dict(self.cells.slopes(cell))
            if slopes.get(place.cell) != 1:
                continue
            if compiled not in self._known or not self._step:
                self._known[compiled] = any(self._is_velocity(other) for other in slopes if other != place.cell)
            if self._known[compiled]:
                yield cell

    def _is_velocity(self, cell: Cell) -> bool:
        """Whether a cell is made from gradients of earlier steps and not of this one; in the first, it is typed."""
        if not self.cells.is_formula(cell):
            return self._step == 0
        behind = self.cells.below((cell,), self._step_of.__contains__)
        steps = {self._step_of[each] for each in behind if each in self._step_of}
        return bool(steps) and max(steps) < self._step

    def _derivative(self, cell: Cell) -> tuple[float, float]:
        """The loss's derivative by a parameter at the look-ahead, and how much rounding may have changed it."""
        points = {parameter: self.cells.value(point) for parameter, point in self._points.items()}
        here = points[cell]
        whole = STEP * max(abs(here), 0.1)

        def central(step: float) -> tuple[float, float]:
            high, low = (self._response.worth({**points, cell: here + sign * step}) for sign in (1, -1))
            return (high - low) / (2 * step), 1e-14 * max(abs(high), abs(low)) / step

        (coarse, _), (fine, rough) = central(whole), central(whole / 2)
        return (4 * fine - coarse) / 3, 2 * rough + 1e-9
