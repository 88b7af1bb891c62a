"""Adam's epsilon, which keeps a step from being divided by 0: it is added to the root of the second average."""

from __future__ import annotations

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import replaced
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Table, alike_in_column
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.gradients import relative
from xlbp.auditing.updates.reader import Update
from xlbp.symbols.expr import Expr, function

MATTERS = 1e-9  # of the step: less is no difference
LARGEST = 0.1  # that an epsilon is
root = function("sqrt")


def epsilon_inside(cells: Cells, table: Table, updates: list[Update]) -> Finding | None:
    """The finding for an epsilon that stands inside the root; None where none does, or it makes no difference."""
    for formula_at in updates[0].formulas:
        cell = formula_at.cell
        compiled = cells.compiled(cell)
        mended = _mended(cells, cell, compiled) if compiled else None
        if compiled is None or mended is None:
            continue
        before = cells.value(updates[0].old_value) if cell == updates[0].cell else 0.0
        error = relative(cells.value(cell) - before, cells.worth(mended, cell) - before)
        if error > MATTERS:
            every = alike_in_column(cells, table, cell)
            first = every[0]
            text = formula(mended.expr, dict(mended.slots), first, names_of_cells(cells.contents))
            reason = said(kinds.EPSILON, "epsilon_inside")
            return Finding(kinds.EPSILON, first, cells.shown(first), text, reason, error, every, ("epsilon", "inside"))
    return None


def _mended(cells: Cells, cell: Cell, compiled: Compiled) -> Compiled | None:
    """The formula with its epsilon outside of the root; None where there is none inside."""
    places = {name: reference.at(cell) for name, reference in compiled.slots}

    def is_epsilon(expr: Expr) -> bool:
        if expr.op == "const":
            return 0 < float(str(expr.payload)) <= LARGEST
        place = places.get(str(expr.payload)) if expr.op == "ref" else None
        return place is not None and not cells.is_formula(place) and 0 < cells.value(place) <= LARGEST

    def outside(expr: Expr) -> Expr | None:
        inner = expr.args[0] if expr.op == "sqrt" else None
        if inner is None or inner.op != "add" or len(inner.args) != 2:
            return None
        small = next((arg for arg in inner.args if is_epsilon(arg)), None)
        rest = next((arg for arg in inner.args if arg is not small), None)
        return root(rest) + small if small is not None and rest is not None else None

    expr = replaced(compiled.expr, outside)
    return None if expr is compiled.expr else Compiled(expr, compiled.slots)
