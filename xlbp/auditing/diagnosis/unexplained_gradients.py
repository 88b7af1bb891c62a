"""A wrong gradient that no small change makes right: told with the first cell of its chain that is off."""

from __future__ import annotations

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.diagnosis.gradient_diagnosis import GradientDiagnosis
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation, first_wrong, known_derivatives
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.roles import Roles

LONGEST = 400  # characters of a formula that a person may read


def unexplained(
    diagnosis: GradientDiagnosis, parameter: Parameter, group: list[ComparedGradient], names: dict[Cell, str]
) -> Finding:
    """The finding for a group of claims, all of one formula, that are wrong."""
    one, cells, layout = group[0], diagnosis.cells, diagnosis.layout
    roles = diagnosis.roles(one.place.step)
    gradient = one.place.gradient
    is_formula = cells.is_formula(gradient)
    cell = first_wrong(cells, roles, gradient) if is_formula else gradient
    should = _written(cells, layout, roles, one, names)
    words = f"the gradient of {parameter.name} is {one.claimed:.6g} and should be {one.true:.6g}"
    worst = max(each.error for each in group)
    every = [each.place.gradient for each in group]
    other = _whose_gradient(layout, diagnosis.truth, group)
    if other is not None and should:
        words = f"{words}: what stands there is the gradient of {other.name}"
        return Finding(kinds.UNIT, gradient, cells.shown(gradient), should, words, worst, every)
    kind = kinds.UNKNOWN if is_formula else kinds.PASTED
    change = ("unknown", f"{cell}")
    if cell == gradient:
        return Finding(kind, cell, cells.shown(cell), should, words, worst, every, change)
    words += (
        "; no single change mends it, and this is the first cell on the way whose value the chain rule does not give"
    )
    words += f"; {address(gradient, gradient[0])} should be {should}" if should else ""
    return Finding(kind, cell, cells.shown(cell), "", words, worst, [cell], change)


def _written(cells: Cells, layout: Layout, roles: Roles, one: ComparedGradient, names: dict[Cell, str]) -> str:
    """What should stand in the gradient's cell; '' where that is too long to read."""
    gradient = one.place.gradient
    derivation = Derivation(cells, roles, gradient, known_derivatives(cells, roles, gradient))
    exact = derivation.adjoint(one.place.cell)
    if layout.rate is not None:
        exact = (-exact if layout.downhill else exact) * derivation.leaf(layout.rate)
    should = formula(exact, derivation.slots, gradient, names)
    return should if len(should) <= LONGEST else ""


def _whose_gradient(layout: Layout, truth: Truth, group: list[ComparedGradient]) -> Parameter | None:
    """The parameter whose true gradient is claimed here, in every step."""
    claimed = {one.place.step: one for one in group}
    for parameter in layout.parameters:
        theirs = [c for c in truth.compared[parameter.name] if c.place.step in claimed]
        if len(theirs) == len(claimed) and all(
            relative(claimed[c.place.step].claimed, c.true, c.size) <= RTOL and c.true for c in theirs
        ):
            return parameter
    return None
