"""A bias that has a gradient, but that a pre-activation forgot to add."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import ComparedGradient, relative
from xlbp.auditing.truth.roles import Roles

RTOL = 1e-8


def missing_bias(
    cells: Cells,
    layout: Layout,
    roles: Roles,
    parameter: Parameter,
    wrong: list[ComparedGradient],
    names: dict[Cell, str],
) -> Finding | None:
    """The pre-activations that lack the bias: those whose derivatives the claimed gradient has too much of."""
    one = next((c for c in wrong if c.place.step == roles.step), None)
    if one is None or len(parameter.places) > layout.steps or not math.isfinite(one.claimed - one.true):
        return None
    if any(relative(one.claimed, factor * one.true, one.size) <= RTOL for factor in (-1.0, 0.5, 2.0)):
        return None  # a slip in the gradient itself explains it better
    for group in _groups(roles, one.place.cell):
        extra = sum(roles.forward[cell].value for cell in group) * one.place.factor
        if relative(extra, one.claimed - one.true) > RTOL:
            continue
        cell = group[0]
        derivation = Derivation(cells, roles, cell)
        bias = formula(derivation.leaf(one.place.cell), derivation.slots, cell, names)[1:]
        text = cells.formula(cell) or ""
        every = [(s, r + c.place.cell[1] - one.place.cell[1], k) for c in wrong for s, r, k in group]
        words = f"{parameter.name} has a gradient, but this formula does not add it"
        return Finding(kinds.BIAS, cell, text, f"{text}+{bias}", words, one.error, every, ("bias", parameter.name))
    return None


def _groups(roles: Roles, bias: Cell) -> Iterator[list[Cell]]:
    """Pre-activations that do not take the bias: one alone, those of all samples of a unit, those of a layer."""
    lacking = [c for c in sorted(roles.forward) if roles.is_affine(c) and bias not in roles.cells.arguments(c)]
    yield from ([cell] for cell in lacking)
    seen: set[tuple[Cell, ...]] = set()
    for weight in sorted(roles.mine):
        group = tuple(cell for cell in roles.users.get(weight, []) if cell in lacking)
        if len(group) > 1 and group not in seen:
            seen.add(group)
            yield list(group)
    layers: dict[tuple[Cell, ...], list[Cell]] = {}
    for cell in lacking:
        sources = tuple(sorted(c for c in roles.cells.arguments(cell) if c not in roles.mine))
        layers.setdefault(sources, []).append(cell)
    yield from (group for group in layers.values() if len(group) > 1)
