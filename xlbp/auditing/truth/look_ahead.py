"""Gradients at a look-ahead, as Nesterov's method takes them: at w + mu v, where the velocity alone would carry w.

Such a gradient is right, though it is not the loss's derivative at the parameters themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import numbers_in
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.responses import Response
from xlbp.auditing.claims.layout import Layout, Place
from xlbp.auditing.reading.syntax import Cell

RTOL = 1e-6
STEP = 1e-4  # of the differences, relative to where they are taken


Points: TypeAlias = dict[Cell, float]  # by parameter


class LookAhead:
    """One step of a layout: where it may look ahead, and the loss's derivatives there.

    ``known`` are formulas of which another step has told which of their arguments is a velocity.
    """

    def __init__(self, cells: Cells, layout: Layout, step: int, known: dict[Compiled, int | None]) -> None:
        self.cells, self._stops, self._step, self._known = cells, layout.stops(), step, known
        places = [place for parameter in layout.parameters for place in parameter.places]
        self._step_of = {place.gradient: place.step for place in places}
        loss = layout.losses[step]
        self._behind_loss = set(cells.below((loss,), self._stops.__contains__))
        self._response = Response(cells, loss, self._stops)
        self._velocities: dict[Cell, Cell] = {}
        self._shares: set[float] = {1.0}
        for _, place in layout.at(step):
            self._look_behind(place)

    def is_gradient(self, place: Place) -> bool:
        """Whether a claim is the loss's derivative where all parameters stand at one look-ahead."""
        if place.cell not in self._velocities or place.adds or place.factor != 1:
            return False
        claimed = self.cells.value(place.gradient)
        for points in self._points():
            true, rough = self._response.slope(place.cell, points, STEP)
            if abs(claimed - true) <= RTOL * max(abs(claimed), abs(true)) + rough:
                return True
        return False

    def _points(self) -> Iterator[Points]:
        """Where all parameters would stand, were they moved by a share of their velocities, to and fro."""
        value = self.cells.value
        for share in sorted(self._shares):
            for sign in (1, -1):
                yield {cell: value(cell) + sign * share * value(other) for cell, other in self._velocities.items()}

    def _look_behind(self, place: Place) -> None:
        """Find what a gradient, and not the loss, is made from besides the parameter: a velocity, and its share."""
        for cell in self.cells.below((place.gradient,), self._stops.__contains__):
            compiled = self.cells.compiled(cell)
            arguments = self.cells.arguments(cell)
            if compiled is None or cell in self._behind_loss or cell in self._stops or place.cell not in arguments:
                continue
            if compiled not in self._known or not self._step:
                among = (k for k, other in enumerate(arguments) if other != place.cell and self._is_velocity(other))
                self._known[compiled] = next(among, None)
            at = self._known[compiled]
            if at is not None:
                self._velocities.setdefault(place.cell, arguments[at])
                self._shares |= {abs(self.cells.value(each)) for each in arguments if not self.cells.is_formula(each)}
                self._shares |= {abs(number) for number in numbers_in(compiled.expr)}

    def _is_velocity(self, cell: Cell) -> bool:
        """Whether a cell is made from gradients of earlier steps and not of this one; in the first, it is typed."""
        if not self.cells.is_formula(cell):
            return self._step == 0
        behind = self.cells.below((cell,), self._step_of.__contains__)
        steps = {self._step_of[each] for each in behind if each in self._step_of}
        return bool(steps) and max(steps) < self._step
