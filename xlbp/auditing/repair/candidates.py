"""The cells that a wrong reference may have been meant for."""

from __future__ import annotations

from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref

MOST_CANDIDATES = 1_200


class CandidateReferences:
    """References, as a formula in a certain cell would write them: near it, or held by ``$``."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        self.cells, self.layout = cells, layout
        self._known: list[Ref] | None = None

    def __call__(self, home: Cell) -> list[Ref]:
        """The cells that a reference may have been meant for: those of the row, and the panel's."""
        table = self.layout.table
        if table is None or home[0] != table.sheet:
            return self._everywhere(home)
        if self._known is None:
            self._known = self._panel()
        here = [Ref("", 0, column - home[2], False, False) for column in self._columns.get(home[1], ())]
        return [*here, *self._known]

    @cached_property
    def _columns(self) -> dict[int, list[int]]:
        """The columns that are filled in each row of the table's sheet."""
        table = self.layout.table
        found: dict[int, list[int]] = {}
        for sheet, row, column in sorted(self.cells.contents.cells):
            if table is not None and sheet == table.sheet:
                found.setdefault(row, []).append(column)
        return found

    def _panel(self) -> list[Ref]:
        """The plain cells outside of the table that its formulas refer to."""
        table = self.layout.table
        assert table is not None
        found: dict[str, Ref] = {}
        for step in (0, min(1, table.steps - 1)):
            for column in self._columns.get(table.first + step, ()):
                for cell in self.cells.arguments(table.cell(column, step)):
                    if table.step(cell) is None and not self.cells.arguments(cell):
                        reference = Ref.held(cell, (table.sheet, 1, 1))
                        found.setdefault(slot(reference), reference)
        return list(found.values())

    def _everywhere(self, home: Cell) -> list[Ref]:
        cells = [c for c in self.cells.contents.cells if c[0] == home[0] and self.cells.contents.kind(c) == "number"]
        cells.sort(key=lambda c: abs(c[1] - home[1]) + abs(c[2] - home[2]))
        return [
            Ref(
                "",
                row if row_fixed else row - home[1],
                column if column_fixed else column - home[2],
                row_fixed,
                column_fixed,
            )
            for _, row, column in cells[: MOST_CANDIDATES // 3]
            for row_fixed, column_fixed in ((False, False), (True, False), (False, True))
        ]
