"""Steps that stand apart, below, beside or on sheets of their own: where a cell of one is in another."""

from __future__ import annotations

from collections import Counter

from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell


class StepBlocks:
    """Where a cell of one step is in another, told by how far the steps' parameters stand apart."""

    def __init__(self, layout: Layout) -> None:
        firsts = {p.name: place.cell for p in layout.parameters for place in p.places if place.step == 0}
        self._apart: list[tuple[str, int, int] | None] = []
        for step in range(layout.steps):
            votes = Counter(
                (place.cell[0], place.cell[1] - firsts[p.name][1], place.cell[2] - firsts[p.name][2])
                for p, place in layout.at(step)
                if p.name in firsts
            )
            self._apart.append(max(votes, key=lambda each: (votes[each], each)) if votes else None)
        self._step_of_sheet = {apart[0]: step for step, apart in enumerate(self._apart) if apart is not None}
        self._on_sheets = len(self._step_of_sheet) > 1

    def moved(self, cell: Cell, from_step: int, to_step: int) -> Cell | None:
        """Where a cell that belongs to one step stands in another; None where that has no place for it."""
        here, there = self._apart[from_step], self._apart[to_step]
        if here is None or there is None:
            return None
        sheet, row, column = cell
        if self._on_sheets:
            step = self._step_of_sheet.get(sheet)
            to = None if step is None else step + to_step - from_step
            apart = self._apart[to] if to is not None and 0 <= to < len(self._apart) else None
            if apart is None:
                return None
            sheet = apart[0]
        row, column = row + there[1] - here[1], column + there[2] - here[2]
        return (sheet, row, column) if row > 0 and column > 0 else None

    def are_alike(
        self, one: Compiled, one_cell: Cell, one_step: int, other: Compiled, other_cell: Cell, other_step: int
    ) -> bool:
        """Whether two cells have one formula, of cells that stand as far from their steps or are the same."""
        if one.shape is not other.shape:
            return False
        pairs = zip(one.cells(one_cell), other.cells(other_cell), strict=True)
        return all(a == b or self.moved(a, one_step, other_step) == b for a, b in pairs)
