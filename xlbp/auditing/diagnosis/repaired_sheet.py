"""The sheet as it would be with the changes that were accepted: what is wrong still, what another would gain."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.changed_values import ChangedValues, Changes
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Parameter, Place
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.fixes import ChangedFormula, Fix
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives

SPOILT = -3.0  # what it costs to make a right claim wrong


class RepairedSheet:
    """One layout with the changed formulas that were accepted."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, headings: HeadingDerivatives) -> None:
        self.cells, self.layout, self.truth, self.headings = cells, layout, truth, headings
        self.accepted: list[ChangedFormula] = []
        self._changed_values: dict[tuple[int, frozenset[Cell]], ChangedValues] = {}

    def wrong(self, parameter: Parameter, excused: Collection[Cell]) -> list[ComparedGradient]:
        """The claims that the changes do not make right, but for those whose error comes from elsewhere."""
        wrong: list[ComparedGradient] = []
        for gradient in self.truth.wrong(parameter):
            if gradient.place.gradient in excused:
                continue
            changes = self.changes(gradient.place.step)
            if not changes or not self._is_right(gradient, changes):
                wrong.append(gradient)
        return wrong

    def _is_right(self, gradient: ComparedGradient, changes: Changes) -> bool:
        return relative(self.claimed(gradient.place, changes), gradient.true, gradient.size) <= RTOL

    def is_right_with(self, fix: Fix, gradient: ComparedGradient) -> bool:
        """Whether a claim is right with the accepted changes and one more fix."""
        changes = self.changes(gradient.place.step)
        for formula in fix.formulas:
            changes |= self._changes_of(formula, gradient.place.step)
        return self._is_right(gradient, changes)

    def changes(self, step: int) -> Changes:
        """The accepted changes, as they apply to one step."""
        changes: Changes = {}
        for formula in self.accepted:
            changes |= self._changes_of(formula, step)
        return changes

    def with_formula(self, formula: ChangedFormula, step: int) -> Changes:
        """The accepted changes and one more; nothing where that does not reach the step."""
        more = self._changes_of(formula, step)
        return {**self.changes(step), **more} if more else {}

    def _changes_of(self, formula: ChangedFormula, step: int) -> Changes:
        table, (sheet, _, column) = self.layout.table, formula.cells[0]
        first = table.first_on(formula.cells[0]) if table else None
        if table is None or (first is None and sheet != table.sheet):
            if self._is_filled(formula):  # one of them may be made from another, as the steps back through time are
                return dict.fromkeys(formula.cells, formula.compiled)
            return dict(zip(formula.cells, map(float, formula.values), strict=True))
        cell = (sheet, (first or table.first) + step, column)
        before, here = self.cells.compiled(formula.cells[0]), self.cells.compiled(cell)
        return {cell: formula.compiled} if before is not None and before == here else {}

    def _is_filled(self, formula: ChangedFormula) -> bool:
        """Whether a change is of one formula in several cells, and not of an array's elements."""
        if len(formula.cells) < 2 or formula.variant is not None or formula.text:
            return False
        if not self.layout.stops().isdisjoint(formula.cells):
            return False  # a step takes what the step before made as given
        return len({self.cells.compiled(cell) for cell in formula.cells}) == 1

    def claimed(self, place: Place, changes: Changes) -> float:
        """What a claim is worth with some changes."""
        return self._worth(place.gradient, place.step, changes) - place.base(self.cells)

    def _worth(self, cell: Cell, step: int, changes: Changes) -> float:
        """What a cell of a step is worth with some changes; nothing of the forward pass is computed anew."""
        changed = frozenset(changes)
        if not changed:
            return self.cells.value(cell)
        if (step, changed) not in self._changed_values:
            stops = self.truth.adjoints[step].keys()
            self._changed_values[step, changed] = ChangedValues(self.cells, self._claimed_in(step), changed, stops)
        return self._changed_values[step, changed].worth(cell, changes)

    def _claimed_in(self, step: int) -> set[Cell]:
        """The cells of a step that claim a gradient, or anything else by their headings."""
        gradients = {place.gradient for _, place in self.layout.at(step)}
        table = self.layout.table
        return gradients | {table.cell(column, step) for column in self.headings.columns} if table else gradients

    def gain(self, fix: Fix, steps: Iterable[int]) -> float:
        """How many more claims are right with the change than without it."""
        gain = 0.0
        for step in steps:
            before = self.changes(step)
            after = dict(before)
            for formula in fix.formulas:
                after |= self._changes_of(formula, step)
            if any(self._is_error(cell, new) for cell, new in after.items()):
                return SPOILT
            for parameter, place in self.layout.at(step):
                gradient = self.truth.at(parameter, place)
                gain += _gain_of_one(self._is_right(gradient, before), self._is_right(gradient, after))
            gain += self._promises_kept(step, before, after)
        return gain

    def _is_error(self, cell: Cell, new: float | Compiled) -> bool:
        """Whether a change makes an error of what is a number."""
        value = self.cells.worth(new, cell) if isinstance(new, Compiled) else new
        return not math.isfinite(value) and math.isfinite(self.cells.value(cell))

    def _promises_kept(self, step: int, before: Changes, after: Changes) -> float:
        """How many more cells between loss and gradients are what their headings promise."""
        table, gain = self.layout.table, 0.0
        if table is None:
            return gain
        for column in self.headings.columns:
            cell = table.cell(column, step)
            promised = self.headings.promised(cell)
            if promised is not None and self.cells.is_formula(cell):
                values = (self._worth(cell, step, changes) for changes in (before, after))
                gain += _gain_of_one(*(relative(value, promised) <= RTOL for value in values))
        return gain


def _gain_of_one(before: bool, after: bool) -> float:
    """What it is worth to make one claim right, or to spoil it."""
    return after - before if after >= before else SPOILT
