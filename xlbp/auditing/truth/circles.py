"""Circles in a layout, which leave what hangs on them without a value; and the column that makes one, if one does."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.circles import on_circles
from xlbp.auditing.claims.layout import Layout, Table, alike_in_column
from xlbp.auditing.reading.syntax import Cell, Ref


def circular_cells(cells: Cells, layout: Layout) -> set[Cell]:
    """The cells on circles, and those below and above them whose formula makes the circles."""
    circular = on_circles(cells, sorted({*layout.losses, *layout.gradients(), *layout.stops()}))
    if layout.table is not None:
        for cell, _ in list(takes_later_row(cells, layout.table, circular)):
            circular |= set(alike_in_column(cells, layout.table, cell))
    return circular


def takes_later_row(cells: Cells, table: Table, circular: set[Cell]) -> Iterator[tuple[Cell, Ref]]:
    """The first cell of each column that takes a later row's, on a circle, and the reference that does."""
    for column in sorted({cell[2] for cell in circular}):
        first = min((cell for cell in circular if cell[2] == column and table.step(cell) is not None), default=None)
        compiled = cells.compiled(first) if first else None
        for _, reference in compiled.slots if compiled else ():
            is_later = not reference.row_fixed and reference.row > 0 and reference.sheet in ("", table.sheet)
            if first is not None and is_later and table.step(reference.at(first)) is not None:
                yield first, reference
