"""A slip that makes a sheet circular: its cells, and where it would not be, if a reference stood in its own row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.claims.layout import Layout, Table, alike_in_column
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.circles import takes_later_row
from xlbp.symbols.expr import ref


def circle_findings(
    cells: Cells, layout: Layout, circular: set[Cell], told: set[Cell], names: dict[Cell, str]
) -> Iterator[Finding]:
    """What is told of the cells on circles, but for circles through those that are told already."""
    if not circular or not circular.isdisjoint(told):
        return
    table = layout.table
    slipped = list(takes_later_row(cells, table, circular)) if table is not None else []
    if slipped:
        for cell, reference in slipped:
            yield _of_later_row(cells, table, cell, reference, names)
        return
    first = min(circular)
    reason = said(kinds.CIRCLE, "circle")
    yield Finding(kinds.CIRCLE, first, cells.shown(first), "", reason, 1.0, sorted(circular), ("circle", ""))


def _of_later_row(cells: Cells, table: Table | None, cell: Cell, reference: Ref, names: dict[Cell, str]) -> Finding:
    """The finding for a column whose formula takes a later row."""
    assert table is not None
    compiled = cells.compiled(cell)
    assert compiled is not None
    own_row = replace(reference, row=0)
    slots = dict(compiled.slots) | {slot(own_row): own_row}
    old = next(name for name, each in compiled.slots if each == reference)
    expr = relabelled(compiled.expr, lambda name: ref(slot(own_row)) if name == old else ref(name))
    every = alike_in_column(cells, table, cell)
    reason = said(kinds.ROW, "circle_by_later_row", found=reference.text(cell))
    expected = formula(expr, slots, every[0], names)
    return Finding(kinds.ROW, every[0], cells.shown(every[0]), expected, reason, 1.0, every)
