"""A change that was found in one step, made in all others that stand apart: each has the formula with its own cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.step_blocks import StepBlocks
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.fixes import ChangedFormula, Fix
from xlbp.auditing.truth.gradients import Truth


class AllSteps:
    """The steps of a layout, into which changes are carried over."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, blocks: StepBlocks) -> None:
        self.cells, self.layout, self.truth, self.blocks = cells, layout, truth, blocks

    def with_others(self, fix: Fix, step: int) -> Fix | None:
        """A fix of one step with the same change in all others that have the formula; None where none has."""
        others = [other for formula in fix.formulas for other in self._in_others(formula, step)]
        return replace(fix, formulas=(*fix.formulas, *others)) if others else None

    def _in_others(self, formula: ChangedFormula, step: int) -> Iterator[ChangedFormula]:
        if formula.text or formula.variant is not None:
            return
        own = set(formula.cells)
        for other in range(self.layout.steps):
            if other != step and self.blocks.moved(formula.cells[0], step, other) not in own:
                moved = self._in_other(formula, step, other)
                if moved is not None:
                    yield moved

    def _in_other(self, formula: ChangedFormula, step: int, other: int) -> ChangedFormula | None:
        """The change as it is in another step; None where that has another formula, or lacks what it takes."""
        cells: list[Cell] = []
        for here in formula.cells:
            there = self.blocks.moved(here, step, other)
            if there is None or not self._is_there(here, step, there, other):
                return None
            cells.append(there)
        slots: dict[str, Ref] = {}
        for name in formula.names:
            reference = formula.slots[name]
            meant = self._meant(reference, formula.cells[0], step, other)
            if meant is None:
                return None
            slots[name] = Ref.to(meant, cells[0], reference.row_fixed, reference.column_fixed)
        changed = replace(formula, cells=tuple(cells), slots=slots, repeated=formula.cells)
        return replace(changed, values=np.array([self.cells.worth(changed.compiled, cell) for cell in cells]))

    def _is_there(self, here: Cell, step: int, there: Cell, other: int) -> bool:
        """Whether a cell has in another step the formula that it has in one, with the cells of that step."""
        one, same = self.cells.compiled(here), self.cells.compiled(there)
        if here == there or one is None or same is None:
            return False
        return self.blocks.are_alike(one, here, step, same, there, other)

    def _meant(self, reference: Ref, home: Cell, step: int, other: int) -> Cell | None:
        """The cell that is to another step what a reference's is to this one: what is held may be of no step at all."""
        place = reference.at(home)
        is_of_step = place in self.truth.adjoints[step] or not reference.is_held
        return self.blocks.moved(place, step, other) if is_of_step else place
