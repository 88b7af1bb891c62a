"""The cells that a wrong reference may have been meant for."""

from __future__ import annotations

from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, Table
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref

MOST_CANDIDATES = 1_200
WAYS_TO_HOLD = ((False, False), (True, False), (False, True))  # row and column by ``$``


class CandidateReferences:
    """References, as a formula in a certain cell would write them: near it, or held by ``$``."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        self.cells, self.layout = cells, layout
        self._panel: list[Ref] | None = None

    def of(self, home: Cell) -> list[Ref]:
        """The cells that a reference may have been meant for: those of the row, and the panel's."""
        table = self.layout.table
        if table is None or home[0] != table.sheet:
            return self._nearest(home)
        if self._panel is None:
            self._panel = self._of_panel(table)
        in_row = [Ref("", 0, column - home[2], False, False) for column in self._columns.get(home[1], ())]
        return [*in_row, *self._panel]

    @cached_property
    def _columns(self) -> dict[int, list[int]]:
        """The columns that are filled in each row of the table's sheet."""
        table = self.layout.table
        columns: dict[int, list[int]] = {}
        for sheet, row, column in sorted(self.cells.contents.cells):
            if table is not None and sheet == table.sheet:
                columns.setdefault(row, []).append(column)
        return columns

    def _of_panel(self, table: Table) -> list[Ref]:
        """The plain cells outside of the table that its formulas refer to."""
        panel: dict[str, Ref] = {}
        for step in (0, min(1, table.steps - 1)):
            for column in self._columns.get(table.first + step, ()):
                for cell in self.cells.arguments(table.cell(column, step)):
                    if table.step(cell) is None and not self.cells.arguments(cell):
                        reference = Ref.held(cell, (table.sheet, 1, 1))
                        panel.setdefault(slot(reference), reference)
        return list(panel.values())

    def _nearest(self, home: Cell) -> list[Ref]:
        """The numbers of the sheet, the nearest first, each held in several ways."""
        contents = self.cells.contents
        numbers = [cell for cell in contents.cells if cell[0] == home[0] and contents.is_number(cell)]
        numbers.sort(key=lambda cell: abs(cell[1] - home[1]) + abs(cell[2] - home[2]))
        references: list[Ref] = []
        for cell in numbers[: MOST_CANDIDATES // len(WAYS_TO_HOLD)]:
            references += [Ref.to(cell, home, *held) for held in WAYS_TO_HOLD]
        return references
