"""What the chain rule has and a formula has not, or the other way round: a slope, a weight, a path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import mul

import numpy as np

from xlbp.auditing.calculation.expressions import factors
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.equations import agree, without
from xlbp.auditing.repair.fixes import Fix
from xlbp.auditing.repair.formula_at_points import FormulaAtPoints, PartToRepair
from xlbp.auditing.repair.hypotheses import (
    FACTOR,
    FACTORS_TOO_MANY,
    MASK,
    MASK_OF_UNIT_OFF,
    OTHER_SLOPE,
    PATH,
    PATH_AS_NUMBER,
    SLOPE_TOO_MANY,
)
from xlbp.auditing.truth.chains import Flow, Vector
from xlbp.symbols.expr import Expr, const, names_in, topological


def missing_slope(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """A factor of the chain rule was left out: the derivative of an activation, or a weight."""
    node, value = asked.node, trial.of(asked.node)
    for chain in (chain for chain in trial.chains if len(chain.flows) == 1):
        flow = chain.flows[0]
        if not agree(value * flow.slope, asked.wanted):
            continue
        slope = trial.slope_text(chain.cells[0], flow.users[0])
        if trial.scene.role(flow.users[0]) not in ("pre-activation", "loss"):
            # a unit that is off, which the formula does not ask: many changes make 0, but this one is meant
            off = not np.any(flow.slope) and not any(part.op == "if_positive" for part in topological(trial.expr))
            yield (MASK_OF_UNIT_OFF if off else MASK).fix(node, node * slope)
            return
        if names_in(slope):  # and no mere number
            yield FACTOR.fix(node, node * slope)


def missing_mask(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """The derivative of an activation was left out, whose cell holds the sum and the activation in one."""
    node, value = asked.node, trial.of(asked.node)
    for chain in trial.chains:
        if _varies(chain.slope) and agree(value * chain.slope, asked.wanted):
            slope = trial.activation_text(chain.cells[0])
            if slope is not None:
                yield MASK.fix(node, node * slope)
                return


def other_slope(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """The derivative of another activation stands here, as 1-a for 1-a^2."""
    if asked.node.op in ("ref", "const"):
        return
    for chain in trial.chains:
        if _varies(chain.slope) and agree(chain.slope, asked.wanted):
            slope = trial.activation_text(chain.cells[0])
            if slope is not None:
                yield OTHER_SLOPE.fix(asked.node, slope)
                return


def _varies(slope: Vector) -> bool:
    """Whether a slope is known, and no mere 0 or 1 everywhere."""
    return bool(np.isfinite(slope).all() and not (np.all(slope == 0) or np.all(slope == 1)))


def slope_too_many(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """The derivative of an activation is in it that the loss's own derivative has cancelled already."""
    node, wanted = asked.node, asked.wanted
    if node.op != "mul":
        return
    parts = list(factors(node))
    for a in parts:  # a(1-a)
        rest = [part for part in parts if part is not a and part is not 1 - a]
        if 1 - a in parts and rest and trial.fits(reduce(mul, rest), wanted):
            yield SLOPE_TOO_MANY.fix(node, reduce(mul, rest))
            return
    value = trial.of(node)
    for slope in (flow.slope for chain in trial.chains for flow in chain.flows):
        if not np.all(slope == 1) and not np.any(slope == 0) and agree(value / slope, wanted):
            kept = without(parts, lambda rest: trial.fits(rest, wanted))
            if kept is not None:
                yield FACTORS_TOO_MANY.fix(node, kept)
                return


def missing_path(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """One path of several was left out: a term of the chain rule's sum."""
    rest = asked.wanted - trial.of(asked.node)
    for chain in trial.chains:
        for flow in chain.flows if len(chain.flows) > 1 else ():
            scale = next((s for s in (1.0, *trial.scene.scales) if agree(flow.value * s, rest)), None)
            if scale is not None:
                term = _term(trial, chain.cells[0], flow, scale)
                yield (PATH if names_in(term) else PATH_AS_NUMBER).fix(asked.node, asked.node + term)
                return


def _term(trial: FormulaAtPoints, cell: Cell, flow: Flow, scale: float) -> Expr:
    """A flow as a product of cells, derived anew where none holds it, or at the worst as a number."""
    adjoint, slope = trial.known_as(flow.adjoint * scale), trial.known_as(flow.slope)
    if adjoint is not None and (slope is not None or np.all(flow.slope == 1)):
        return adjoint if slope is None or np.all(flow.slope == 1) else adjoint * slope
    derived = trial.scene.term(trial.points[0], flow.users[0], cell)
    if derived is None:
        return const(float(flow.value[0] * scale))
    for name, reference in derived[1].items():
        trial.slots.setdefault(name, reference)
    return derived[0] if scale == 1 else derived[0] * const(scale)
