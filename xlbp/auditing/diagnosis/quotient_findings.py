"""Difference quotients that are none: divided by another distance, or made of a loss at another place."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, alike_in_column
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref, address
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.difference_quotients import Quotient
from xlbp.auditing.truth.gradients import RTOL, Truth, relative

NEAR = 1e-9


def quotient_findings(cells: Cells, layout: Layout, truth: Truth, names: dict[Cell, str]) -> Iterator[Finding]:
    """A finding for each column, or cell, with a quotient that is no derivative up to its h."""
    told: set[Cell] = set()
    for quotient in truth.quotients:
        if quotient.is_right and not quotient.is_of_other:
            continue
        finding = _finding(cells, layout, truth, quotient, names)
        if told.isdisjoint(finding.cells):
            told.update(finding.cells)
            yield finding


def _finding(cells: Cells, layout: Layout, truth: Truth, quotient: Quotient, names: dict[Cell, str]) -> Finding:
    at, name = quotient.difference.cell, quotient.parameter.name
    cell, expected = at, ""
    if quotient.is_of_other:
        reason = said(kinds.UNIT, "gradient_of_other", name=name)
    elif quotient.odd_term is None:
        expected = _expected(cells, quotient, names)
        reason = said(kinds.SIGN, "quotient_turned", name=name)
        if _kind(quotient) != kinds.SIGN:
            reason = said(_kind(quotient), "quotient_distance", name=name, distance=abs(quotient.distance))
    else:
        holder = quotient.difference.holders[quotient.odd_term]
        cell = holder if holder is not None and cells.is_formula(holder) else at
        where = address(at, at[0])
        reason = said(kinds.FORMULA, "quotient_place", name=name, quotient=where, size=quotient.size)
    adjoint = truth.adjoints[quotient.place.step].get(quotient.place.cell)
    error = relative(cells.value(at), adjoint.value if adjoint is not None else 0.0)
    every = alike_in_column(cells, layout.table, cell) if layout.table is not None else [cell]
    kind, change = reason.mistake.audited, ("quotient", f"{cell}")
    return Finding(kind, cell, cells.shown(cell), expected, reason, error, every, change)


def _kind(quotient: Quotient) -> str:
    """What it is called to divide by another distance."""
    ratio = quotient.difference.distance / quotient.distance
    if abs(ratio + 1) < RTOL:
        return kinds.SIGN
    return kinds.HALF if min(abs(ratio - 2), abs(ratio - 0.5)) < RTOL else kinds.FACTOR


def _expected(cells: Cells, quotient: Quotient, names: dict[Cell, str]) -> str:
    """The same difference, divided by how far its two places lie apart."""
    at, difference = quotient.difference.cell, quotient.difference
    compiled = cells.compiled(at)
    assert compiled is not None
    body = formula(difference.part, dict(compiled.slots), at, names).removeprefix("=")
    size = _size_in_cells(cells, quotient) or f"{quotient.size:.12g}"
    distance = f"(2*{size})" if abs(abs(quotient.distance) - 2 * quotient.size) < NEAR * quotient.size else size
    return f"={'-' if quotient.distance < 0 else ''}({body})/{distance}"


def _size_in_cells(cells: Cells, quotient: Quotient) -> str:
    """The cell that holds h, as the quotient writes it; '' where no cell behind it does."""
    at = quotient.difference.cell
    behind = cells.below((at,), lambda cell: cell == quotient.place.cell)
    plain = (cell for cell in behind if not cells.is_formula(cell))
    holder = next((cell for cell in plain if abs(cells.value(cell) - quotient.size) < NEAR * quotient.size), None)
    return Ref.held(holder, at).text(at) if holder is not None else ""
