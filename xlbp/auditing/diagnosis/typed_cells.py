"""A number typed where a step computes, with no other steps to say what belongs there: the gradients say it.

A typed delta is one where another number, that the chain rule has, makes all wrong claims right.  A typed activation
is one where a function of a sum makes them right, as claims of what the loss is not made from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.changed_values import Changes
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, relative
from xlbp.auditing.truth.roles import Roles

MOST = 40  # cells that are tried
ACTIVATIONS = ("TANH({})", "1/(1+EXP(-{}))", "MAX(0,{})", "{}")
NUDGE, BY_DIFFERENCES = 1e-4, 1e-6


def typed_cell(
    repaired: RepairedSheet, roles: Roles, wrong: Sequence[ComparedGradient], names: dict[Cell, str]
) -> Finding | None:
    """The finding for the typed number that explains all wrong claims; None if none does."""
    cells, layout = repaired.cells, repaired.layout
    if not wrong or any(gradient.place.step != roles.step for gradient in wrong):
        return None
    every = sorted(cells.below([gradient.place.gradient for gradient in wrong], layout.stops().__contains__))
    typed = [cell for cell in every if _is_typed(cells, roles, cell)][:MOST]
    for cell in typed:
        expected = _as_derivative(repaired, roles, wrong, cell, names) or _as_activation(repaired, roles, wrong, cell)
        if expected:
            error = max(gradient.error for gradient in wrong)
            reason = said(kinds.PASTED, "pasted_alone")
            stands, change = str(cells.shown(cell)), ("typed", f"{cell}")
            return Finding(kinds.PASTED, cell, stands, expected, reason, error, [cell], change)
    return None


def _is_typed(cells: Cells, roles: Roles, cell: Cell) -> bool:
    return is_numeric(cells, cell) and not cells.is_formula(cell) and cell not in roles.parameters


def _as_derivative(
    repaired: RepairedSheet, roles: Roles, wrong: Sequence[ComparedGradient], cell: Cell, names: dict[Cell, str]
) -> str:
    """The derivative that makes all claims right if it stands in a cell; '' if none does."""
    if cell in roles.forward:
        return ""
    for of, adjoint in sorted(roles.forward.items()):
        changes: Changes = {cell: adjoint.value}
        if of not in roles.parameters and all(_is_right(repaired, gradient, changes) for gradient in wrong):
            derivation = Derivation(repaired.cells, roles, cell)
            return formula(derivation.adjoint(of), derivation.slots, cell, names)
    return ""


def _is_right(repaired: RepairedSheet, gradient: ComparedGradient, changes: Changes) -> bool:
    claimed = repaired.claimed(gradient.place, changes)
    return relative(claimed, gradient.true, gradient.size) <= RTOL


def _as_activation(repaired: RepairedSheet, roles: Roles, wrong: Sequence[ComparedGradient], cell: Cell) -> str:
    """The activation of a sum that makes all claims right if it stands in a cell; '' if none does."""
    unused = [gradient.place.cell for gradient in wrong if gradient.place.cell not in roles.forward]
    if not unused or cell not in roles.forward:
        return ""
    for total in _sums_of(repaired.cells, roles, unused):
        for activation in ACTIVATIONS:
            text = f"={activation.format(address(total, cell[0]))}"
            instead = repaired.cells.compile_text(text, cell)
            if all(_follows(repaired, gradient, cell, instead) for gradient in wrong):
                return text
    return ""


def _sums_of(cells: Cells, roles: Roles, unused: Sequence[Cell]) -> Iterator[Cell]:
    """The cells that take all of some parameters from which no loss is made, and are no update of one."""
    news = {cell for every in roles.layout.new_values.values() for cell in every}
    for cell in sorted(cells.contents.formulas):
        taken = {*cells.arguments(cell)} & {*unused}
        if len(taken) > 1 and cell not in news and cell not in roles.claims:
            yield cell


def _follows(repaired: RepairedSheet, gradient: ComparedGradient, cell: Cell, instead: Compiled) -> bool:
    """Whether a claim is the loss's slope, by differences, with another formula in a cell."""
    cells, place = repaired.cells, gradient.place
    loss, stops = repaired.layout.losses[place.step], repaired.layout.stops()
    value = cells.value(place.cell)
    step = NUDGE * max(1.0, abs(value))
    ends = [cells.changed(loss, {cell: instead, place.cell: value + by}, stops) for by in (step, -step)]
    true = (ends[0] - ends[1]) / (2 * step) * place.factor
    claimed = cells.changed(place.gradient, {cell: instead}, stops) - place.base(cells)
    return math.isfinite(true) and relative(claimed, true, gradient.size) <= BY_DIFFERENCES
