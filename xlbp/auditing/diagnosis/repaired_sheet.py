"""The sheet as it would be with the changes that were accepted: what is wrong still, what another would gain."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.fixes import ChangedFormula, Fix
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives

SPOILT = -3.0  # what it costs to make a right claim wrong


class RepairedSheet:
    """One layout with the changed formulas of ``parts``."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, meanings: HeadingDerivatives) -> None:
        self.cells, self.layout, self.truth, self.meanings = cells, layout, truth, meanings
        self.parts: list[ChangedFormula] = []

    def wrong(self, parameter: Parameter, excused: Collection[Cell]) -> list[ComparedGradient]:
        """The claims that the changes do not make right, but for those whose error comes from elsewhere."""
        found = []
        for one in (one for one in self.truth.wrong(parameter) if one.place.gradient not in excused):
            changes = self.changes(one.place.step)
            if not changes or relative(self.claimed(one.place, changes), one.true, one.size) > RTOL:
                found.append(one)
        return found

    def changes(self, step: int) -> dict[Cell, float | Compiled]:
        """The accepted changes, as they apply to one step."""
        found: dict[Cell, float | Compiled] = {}
        for part in self.parts:
            found |= self._changes_of(part, step)
        return found

    def with_part(self, part: ChangedFormula, step: int) -> dict[Cell, float | Compiled]:
        """The accepted changes and one more; nothing where that does not reach the step."""
        more = self._changes_of(part, step)
        return {**self.changes(step), **more} if more else {}

    def _changes_of(self, part: ChangedFormula, step: int) -> dict[Cell, float | Compiled]:
        table, one = self.layout.table, part.cells[0]
        first = table.first_on(one) if table else None
        if table is None or (first is None and one[0] != table.sheet):
            return dict(zip(part.cells, map(float, part.values), strict=True))
        cell = (one[0], (first or table.first) + step, one[2])
        before, here = self.cells.compiled(part.cells[0]), self.cells.compiled(cell)
        if before is None or before != here:
            return {}
        return {cell: part.compiled}

    def claimed(self, place: Place, changes: dict[Cell, float | Compiled]) -> float:
        """What a claim is worth with some changes."""
        return self.cells.changed(place.gradient, changes, self.truth.adjoints[place.step].keys())

    def gain(self, fix: Fix, steps: Iterable[int]) -> float:
        """How many more claims are right with the change than without it."""
        gain = 0.0
        for step in steps:
            before = self.changes(step)
            after: dict[Cell, float | Compiled] = dict(before)
            for part in fix.parts:
                after |= self._changes_of(part, step)
            if any(self._is_error(cell, new) for cell, new in after.items()):
                return SPOILT
            for parameter, place in self.layout.at(step):
                one = self.truth.at(parameter, place)
                was, now = (
                    relative(self.claimed(place, changes), one.true, one.size) <= RTOL for changes in (before, after)
                )
                gain += (now - was) if now >= was else SPOILT
            gain += self._promises_kept(step, before, after)
        return gain

    def _is_error(self, cell: Cell, new: float | Compiled) -> bool:
        """Whether a change makes an error of what is a number."""
        worth = self.cells.worth(new, cell) if isinstance(new, Compiled) else new
        return not math.isfinite(worth) and math.isfinite(self.cells.value(cell))

    def _promises_kept(
        self, step: int, before: dict[Cell, float | Compiled], after: dict[Cell, float | Compiled]
    ) -> float:
        """How many more cells between loss and gradients are what their headings promise."""
        table, gain = self.layout.table, 0.0
        for column in self.meanings.columns if table else ():
            cell = table.cell(column, step) if table else ("", 0, 0)
            promised = self.meanings.promised(cell)
            if promised is not None and self.cells.is_formula(cell):
                known = self.truth.adjoints[step].keys()
                was, now = (
                    relative(self.cells.changed(cell, changes, known), promised) <= RTOL for changes in (before, after)
                )
                gain += (now - was) if now >= was else SPOILT
        return gain
