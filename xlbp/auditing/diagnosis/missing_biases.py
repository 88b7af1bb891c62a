"""A bias that has a gradient, but that a pre-activation forgot to add."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.layout import Parameter
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import ComparedGradient, relative
from xlbp.auditing.truth.roles import Roles

RTOL = 1e-8
SLIPS_OF_GRADIENT = (-1.0, 0.5, 2.0)  # factors that a slip in the gradient itself explains better


def missing_bias(
    roles: Roles, parameter: Parameter, wrong: list[ComparedGradient], names: dict[Cell, str]
) -> Finding | None:
    """The pre-activations that lack the bias: those whose derivatives the claimed gradient has too much of."""
    gradient = next((each for each in wrong if each.place.step == roles.step), None)
    if gradient is None:
        return None
    if len(parameter.places) > roles.layout.steps:
        return _of_units(roles, parameter, wrong, names)
    group = _group_without(roles, parameter, gradient)
    return None if group is None else _finding(roles, parameter, gradient, group, wrong, names)


def _of_units(
    roles: Roles, parameter: Parameter, wrong: list[ComparedGradient], names: dict[Cell, str]
) -> Finding | None:
    """The pre-activations of all units of a layer, each of which lacks its own bias."""
    groups = [_group_without(roles, parameter, gradient) for gradient in wrong]
    found = [group for group in groups if group is not None]
    if len(found) < len(groups):
        return None
    finding = _finding(roles, parameter, wrong[0], found[0], wrong[:1], names)
    finding.cells = sorted({cell for group in found for cell in group})
    return finding


def _group_without(roles: Roles, parameter: Parameter, gradient: ComparedGradient) -> list[Cell] | None:
    """The pre-activations without a bias whose derivatives its claimed gradient has too much of."""
    surplus = gradient.claimed - gradient.true
    if not math.isfinite(surplus) or _is_slip_of_gradient(gradient):
        return None
    for group in _groups_without(roles, parameter, gradient.place.cell):
        extra = sum(roles.forward[cell].value for cell in group) * gradient.place.factor
        if relative(extra, surplus) <= RTOL:
            return group
    return None


def _is_slip_of_gradient(gradient: ComparedGradient) -> bool:
    factors = SLIPS_OF_GRADIENT
    return any(relative(gradient.claimed, factor * gradient.true, gradient.size) <= RTOL for factor in factors)


def _finding(
    roles: Roles,
    parameter: Parameter,
    gradient: ComparedGradient,
    group: list[Cell],
    wrong: list[ComparedGradient],
    names: dict[Cell, str],
) -> Finding:
    """The bias is missing in a group of pre-activations, and below them in every wrong row."""
    cell = group[0]
    derivation = Derivation(roles.cells, roles, cell)
    bias = formula(derivation.leaf(gradient.place.cell), derivation.slots, cell, names)[1:]
    text = roles.cells.formula(cell) or ""
    every: list[Cell] = []
    for each in wrong:
        down = each.place.cell[1] - gradient.place.cell[1]
        every += [(sheet, row + down, column) for sheet, row, column in group]
    reason = said(kinds.BIAS, "bias_not_added", name=parameter.name)
    return Finding(kinds.BIAS, cell, text, f"{text}+{bias}", reason, gradient.error, every, ("bias", parameter.name))


def _groups_without(roles: Roles, parameter: Parameter, bias: Cell) -> Iterator[list[Cell]]:
    """Pre-activations that do not take the bias: one alone, those of all samples of a unit, those of a layer."""
    alike = {bias, *(place.cell for place in parameter.places if len(parameter.places) > roles.layout.steps)}
    affine = (cell for cell in sorted(roles.forward) if roles.is_affine(cell))
    lacking = [cell for cell in affine if alike.isdisjoint(roles.cells.arguments(cell))]
    yield from ([cell] for cell in lacking)
    seen: set[tuple[Cell, ...]] = set()
    for weight in sorted(roles.of_this_step):
        group = tuple(cell for cell in roles.users.get(weight, []) if cell in lacking)
        if len(group) > 1 and group not in seen:
            seen.add(group)
            yield list(group)
    layers: dict[tuple[Cell, ...], list[Cell]] = {}
    for cell in lacking:
        sources = tuple(sorted(c for c in roles.cells.arguments(cell) if c not in roles.of_this_step))
        layers.setdefault(sources, []).append(cell)
    yield from (group for group in layers.values() if len(group) > 1)
