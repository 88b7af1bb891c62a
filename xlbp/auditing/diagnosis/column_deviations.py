"""Formulas that fall out of their column: a number pasted, a row slipped, a constant that was not held by ``$``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout, Table, is_numeric
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.telling import Told, each, nobody
from xlbp.auditing.truth.gradients import RTOL, Truth, relative
from xlbp.symbols.expr import names_in, ref

MOSTLY = 0.7  # of a column, or all but one cell of it, must be formulas before a number in it counts as pasted
FREQUENT = 0.2  # of a column must have a formula before it may be the column's
SHARED = 0.6  # or so many, where no gradient is wrong that hangs on the odd one
LEAST_ROWS = 3
LEAST_ALIKE = 2  # rows must have a formula before it is the column's


@dataclass(frozen=True)
class Deviation:
    """A cell that does not do what its column, or the other steps, do; ``instead`` is theirs, worth ``value`` here."""

    cell: Cell
    instead: Compiled
    value: float
    error: float
    pasted: bool
    circular: bool = False
    shared: float = 1.0  # the part of its column's formulas that are the column's formula
    step: int | None = None  # where no table's row tells it
    text: str = ""  # of the formula, as a person fills it

    def step_in(self, table: Table | None) -> int | None:
        """The step that the cell is of."""
        return self.step if table is None else table.step(self.cell)


def deviations(
    cells: Cells, layout: Layout, truth: Truth, own_rules: Collection[int], told: Told = nobody
) -> list[Deviation]:
    """All cells of the table that fall out of their column; ``told`` hears how many columns are done.

    Columns in ``own_rules`` (parameters and updates) are only looked through for pasted numbers: the update
    check knows better what their formulas should be.
    """
    table = layout.table
    if table is None or table.steps < LEAST_ROWS:
        return []
    wrong = {gradient.place.gradient for p in layout.parameters for gradient in truth.wrong(p)}
    gradient_columns = {column for _, _, column in layout.gradients()}
    every: list[Deviation] = []
    for column in each(sorted(_columns_that_compute(cells, table)), told):
        if _is_filled(cells, table, column, column in own_rules):
            continue
        if column in own_rules:
            every += _pasted_in_column(cells, table, column, wrong if column in gradient_columns else set())
        else:
            every += _of_column(cells, table, column, wrong if column in gradient_columns else set())
    return every


def _columns_that_compute(cells: Cells, table: Table) -> set[int]:
    """The columns that compute something, with or without a heading."""
    rows = range(table.first, table.last + 1)
    return {column for sheet, row, column in cells.contents.formulas if sheet == table.sheet and row in rows}


def _is_filled(cells: Cells, table: Table, column: int, is_judged_elsewhere: bool) -> bool:
    """Whether all cells of a column have one formula, and no reference in it slid, so that none is odd."""
    places = [table.cell(column, step) for step in range(table.steps)]
    rule = cells.compiled(places[-1])
    if rule is None or not all(cells.compiled(cell) is rule for cell in places):
        return False
    return is_judged_elsewhere or _anchored(cells, table, rule, places) is None


def _pasted_in_column(cells: Cells, table: Table, column: int, wrong: set[Cell]) -> list[Deviation]:
    """The numbers in a column of formulas."""
    places = [table.cell(column, step) for step in range(table.steps)]
    rule = _rule(cells, places, wrong)
    if rule is None or not _mostly_computes(cells, places):
        return []
    numbers = [cell for cell in places if not cells.is_formula(cell)]
    return list(_that_matter(cells, rule, _judgeable(cells, table, rule, numbers)))


def _of_column(cells: Cells, table: Table, column: int, wrong: set[Cell]) -> list[Deviation]:
    """The cells of a column that have not its formula."""
    places = [table.cell(column, step) for step in range(table.steps)]
    rule = _rule(cells, places, wrong)
    anchored = _anchored(cells, table, rule, places) if rule else None
    if rule is None or not _mostly_computes(cells, places):
        return []
    alike = sum(_is(cells.compiled(cell), rule) for cell in places)
    shared = 1.0 if anchored else alike / max(1, sum(map(cells.is_formula, places)))
    if alike < LEAST_ALIKE and not anchored:
        return []
    return list(_that_matter(cells, anchored or rule, _judgeable(cells, table, anchored or rule, places), shared))


def _mostly_computes(cells: Cells, places: list[Cell]) -> bool:
    later = places[1:]
    computing = sum(map(cells.is_formula, later))
    return computing >= MOSTLY * len(later) or (computing == len(later) - 1 and computing >= LEAST_ALIKE)


def _judgeable(cells: Cells, table: Table, rule: Compiled, candidates: list[Cell]) -> list[Cell]:
    """Those of the cells that have another formula than the column's, though it makes sense there."""
    others = [cell for cell in candidates if not _is(cells.compiled(cell), rule) and _makes_sense(table, rule, cell)]
    return [cell for cell in others if is_numeric(cells, cell) and cell not in cells.unreadable]


def _is(compiled: Compiled | None, rule: Compiled) -> bool:
    """Whether a formula is the column's: most often it is the very same object."""
    return compiled is rule or compiled == rule


def _that_matter(cells: Cells, rule: Compiled, others: list[Cell], shared: float = 1.0) -> Iterator[Deviation]:
    """Those, of the cells with another formula than their column's, in which it matters."""
    circular = cells.circular([cell for cell in others if cells.is_formula(cell)])
    for cell in others:
        pasted, value = not cells.is_formula(cell), cells.worth(rule, cell)
        error = 1.0 if cell in circular else relative(cells.value(cell), value)
        if pasted or error > RTOL:
            yield Deviation(cell, rule, value, error, pasted, cell in circular, shared)


def _rule(cells: Cells, places: list[Cell], wrong: set[Cell]) -> Compiled | None:
    """The column's formula: the one that is right most often, then the most common, then the first."""
    in_rows = [(cell, cells.compiled(cell)) for cell in places[1:]]
    counts = Counter(compiled for _, compiled in in_rows if compiled is not None)
    if not counts:
        return None
    right = Counter(compiled for cell, compiled in in_rows if compiled and cell not in wrong) if wrong else counts
    position = {compiled: k for k, compiled in enumerate(counts)}

    def rank(compiled: Compiled) -> tuple[bool, int, int]:
        is_right = bool(wrong) and right[compiled] / counts[compiled] > 0.5
        return is_right, counts[compiled], -position[compiled]

    frequent = [compiled for compiled in counts if counts[compiled] >= FREQUENT * counts.total()]
    return max(frequent or [counts.most_common(1)[0][0]], key=rank)


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


def _makes_sense(table: Table, rule: Compiled, cell: Cell) -> bool:
    """Whether the column's formula makes sense in this row: in the first, it may refer to a row above the table."""
    if any(row < 1 or column < 1 for _, row, column in rule.cells(cell)):
        return False
    if cell[1] != table.first:
        return True
    moving = [reference.at(cell) for _, reference in rule.slots if not reference.row_fixed]
    above = [other for other in moving if other[0] == table.sheet and other[1] < table.first]
    return not any(column in table.headings or column in table.computing for _, _, column in above)
