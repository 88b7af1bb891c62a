"""A wrong gradient that no small change makes right: told with the first cell of its chain that is off."""

from __future__ import annotations

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.diagnosis.gradient_diagnosis import GradientDiagnosis, UnexplainedGradients
from xlbp.auditing.explanations import Clause, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation, first_wrong, known_derivatives
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.roles import Roles

LONGEST = 400  # characters of a formula that a person may read


def unexplained(diagnosis: GradientDiagnosis, group: UnexplainedGradients, names: dict[Cell, str]) -> Finding:
    """The finding for a group of claims that are wrong."""
    first, cells, layout = group.gradients[0], diagnosis.cells, diagnosis.layout
    roles = diagnosis.roles(first.place.step)
    gradient = first.place.gradient
    is_formula, is_used = cells.is_formula(gradient), first.place.cell in roles.forward
    cell = gradient
    if is_formula and is_used:
        told = diagnosis.headings.first_broken(first.place.step, gradient)
        cell = told[0] if told else first_wrong(cells, roles, gradient)
    expected = _expected(cells, layout, roles, first, names)
    off = Clause(
        f"{'step' if first.place.adds else 'gradient'}_{'off' if is_used else 'of_unused'}",
        {"name": group.parameter.name, "claimed": first.claimed, "true": first.true},
    )
    worst = max(each.error for each in group.gradients)
    every = [each.place.gradient for each in group.gradients]
    stands = cells.shown(cell)
    other = _whose_gradient(layout, diagnosis.truth, group.gradients)
    if other is not None and expected:
        reason = said(kinds.UNIT, off.key, **off.values).and_then(Clause("gradient_of_other", {"name": other.name}))
        return Finding(kinds.UNIT, gradient, cells.shown(gradient), expected, reason, worst, every)
    kind = kinds.UNKNOWN if is_formula else kinds.PASTED
    key = ("unknown", f"{cell[2]}" if layout.table else f"{cell}")  # of a table once for all rows
    reason = said(kind, off.key, **off.values)
    if cell == gradient:
        return Finding(kind, cell, stands, expected, reason, worst, every, key)
    reason = reason.and_then(Clause("not_every_change" if diagnosis.was_cut_short else "no_single_change", {}))
    if expected:
        reason = reason.and_then(Clause("should_be", {"cell": address(gradient, gradient[0]), "expected": expected}))
    return Finding(kind, cell, stands, "", reason, worst, [cell], key)


def _expected(cells: Cells, layout: Layout, roles: Roles, gradient: ComparedGradient, names: dict[Cell, str]) -> str:
    """What should stand in the gradient's cell; '' where that is too long to read."""
    home = gradient.place.gradient
    derivation = Derivation(cells, roles, home, holders=known_derivatives(cells, roles, home))
    exact = derivation.adjoint(gradient.place.cell)
    if layout.rate is not None:
        exact = (-exact if layout.downhill else exact) * derivation.leaf(layout.rate)
    text = formula(exact, derivation.slots, home, names)
    return text if len(text) <= LONGEST else ""


def _whose_gradient(layout: Layout, truth: Truth, group: list[ComparedGradient]) -> Parameter | None:
    """The parameter whose true gradient is claimed here, in every step."""
    claimed = {gradient.place.step: gradient.claimed for gradient in group}

    def is_claimed(gradient: ComparedGradient) -> bool:
        off = relative(claimed[gradient.place.step], gradient.true, gradient.size)
        return off <= RTOL and bool(gradient.true)

    for parameter in layout.parameters:
        gradients = [gradient for gradient in truth.compared[parameter.name] if gradient.place.step in claimed]
        if len(gradients) == len(claimed) and all(map(is_claimed, gradients)):
            return parameter
    return None
