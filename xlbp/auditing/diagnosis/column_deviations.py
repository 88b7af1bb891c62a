"""Formulas that fall out of their column: a number pasted, a row slipped, a constant that was not held by ``$``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Table, is_numeric
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.truth.gradients import RTOL, Truth, relative
from xlbp.symbols.expr import names_in, ref

MOSTLY = 0.7  # of a column must be formulas before a number in it counts as pasted
LEAST_ROWS = 3


@dataclass(frozen=True)
class Deviation:
    """A cell that does not do what its column does; ``instead`` is the column's formula, worth ``value`` here."""

    cell: Cell
    instead: Compiled
    value: float
    error: float
    pasted: bool
    circular: bool = False


def deviations(cells: Cells, layout: Layout, truth: Truth, own_rules: Collection[int]) -> list[Deviation]:
    """All cells of the table that fall out of their column.

    Columns in ``own_rules`` (parameters and updates) are only looked through for pasted numbers: the update
    check knows better what their formulas should be.
    """
    table = layout.table
    if table is None or table.steps < LEAST_ROWS:
        return []
    wrong = {one.place.gradient for parameter in layout.parameters for one in truth.wrong(parameter)}
    gradients = {place.gradient[2] for parameter in layout.parameters for place in parameter.places}
    found: list[Deviation] = []
    for column in sorted(_columns(cells, table)):
        found += _of_column(cells, table, column, wrong if column in gradients else set(), column in own_rules)
    return found


def _columns(cells: Cells, table: Table) -> set[int]:
    """The columns that compute something, with or without a heading."""
    rows = range(table.first, table.last + 1)
    return {c for (sheet, row, c) in cells.contents.formulas if sheet == table.sheet and row in rows}


def _of_column(cells: Cells, table: Table, column: int, wrong: set[Cell], only_pasted: bool) -> list[Deviation]:
    places = [table.cell(column, step) for step in range(table.steps)]
    forms = {cell: cells.compiled(cell) for cell in places}
    rule = _rule(forms, places, wrong)
    computing = [cell for cell in places[1:] if cells.is_formula(cell)]
    rule = (rule and not only_pasted and _anchored(cells, table, rule, places)) or rule
    if rule is None or len(computing) < MOSTLY * (len(places) - 1):
        return []
    others = [
        cell
        for cell in places
        if forms[cell] != rule
        and _stands(table, rule, cell)
        and not (only_pasted and cells.is_formula(cell))
        and is_numeric(cells, cell)
        and cell not in cells.unreadable
    ]
    return list(_fallen(cells, rule, others))


def _fallen(cells: Cells, rule: Compiled, others: list[Cell]) -> Iterator[Deviation]:
    """Those, of the cells with another formula than their column's, in which it matters."""
    circular = cells.circular([cell for cell in others if cells.is_formula(cell)])
    for cell in others:
        pasted, value = not cells.is_formula(cell), cells.worth(rule, cell)
        error = 1.0 if cell in circular else relative(cells.value(cell), value)
        if pasted or error > RTOL:
            yield Deviation(cell, rule, value, error, pasted, cell in circular)


def _rule(forms: Mapping[Cell, Compiled | None], places: list[Cell], wrong: set[Cell]) -> Compiled | None:
    """The column's formula: the one that is right most often, then the most common, then the first."""
    rows = {cell: form for cell in places[1:] if (form := forms[cell]) is not None}
    counts = Counter(rows.values())
    right = Counter(form for cell, form in rows.items() if cell not in wrong)
    if not counts:
        return None
    first = {form: -k for k, form in reversed(list(enumerate(counts)))}
    frequent = [form for form in counts if counts[form] >= 0.2 * len(rows)] or [counts.most_common(1)[0][0]]
    return max(frequent, key=lambda form: ((right[form] / counts[form] > 0.5) * bool(wrong), counts[form], first[form]))


def _anchored(cells: Cells, table: Table, rule: Compiled, places: list[Cell]) -> Compiled | None:
    """The column's formula with ``$`` in it, where without one it slid down from the panel into what is no panel."""
    held = {name: _held(cells, table, reference, places) for name, reference in rule.slots}
    if not any(held.values()):
        return None
    slots = {name: held[name] or reference for name, reference in rule.slots}
    expr = relabelled(rule.expr, lambda name: ref(slot(slots[name])))
    return Compiled(expr, tuple({slot(slots[name]): slots[name] for name in names_in(rule.expr)}.items()))


def _held(cells: Cells, table: Table, reference: Ref, places: list[Cell]) -> Ref | None:
    """The reference with its row fixed to that of the table's first row; None where it does not slide."""
    if reference.row_fixed or reference.row >= -1 or reference.sheet not in ("", table.sheet):
        return None
    start = reference.at(places[0])
    if start[1] < 1 or table.step(start) is not None or not is_numeric(cells, start):
        return None
    later = [reference.at(place) for place in places[1:]]
    if all(table.step(cell) is None and is_numeric(cells, cell) for cell in later):
        return None  # a list of numbers that is read row by row
    return Ref(reference.sheet, start[1], reference.column, True, reference.column_fixed)


def _stands(table: Table, rule: Compiled, cell: Cell) -> bool:
    """Whether the column's formula makes sense in this row: in the first, it may refer to a row above the table."""
    return all(c[1] >= 1 and c[2] >= 1 for c in rule.cells(cell)) and not (
        cell[1] == table.first
        and any(
            c[0] == table.sheet and c[1] < table.first and (c[2] in table.headings or c[2] in table.computing)
            for c in _moving(rule, cell)
        )
    )


def _moving(rule: Compiled, cell: Cell) -> list[Cell]:
    return [reference.at(cell) for _, reference in rule.slots if not reference.row_fixed]
