"""What the chain rule has and a formula has not, or the other way round: a slope, a weight, a path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import mul

import numpy as np

from xlbp.auditing.calculation.expressions import factors
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.equations import agreeing, without
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
from xlbp.auditing.truth.roles import CellRole
from xlbp.symbols.expr import Expr, const, names_in, topological
from xlbp.symbols.simplify import simplify


def missing_slope(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """A factor of the chain rule was left out: the derivative of an activation, or a weight."""
    expr, values = part.expr, formula.values(part.expr)
    for chain in formula.table.of_single_flows.worth(part.needed, lambda slopes: values * slopes):
        flow = chain.flows[0]
        slope = formula.slope_text(chain.cells[0], flow.users[0])
        if not names_in(slope):
            continue  # a mere number: a mean's, or a 2
        if formula.context.role(flow.users[0]) in (CellRole.PRE_ACTIVATION, CellRole.LOSS):
            yield FACTOR.fix(expr, expr * slope)
            continue
        # a unit that is off, which the formula does not ask: many changes make 0, but this one is meant
        is_off = not np.any(flow.slope) and not any(node.op == "if_positive" for node in topological(formula.expr))
        yield (MASK_OF_UNIT_OFF if is_off else MASK).fix(expr, expr * slope)
        return


def missing_mask(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """The derivative of an activation was left out, whose cell holds the sum and the activation in one."""
    values = formula.values(part.expr)
    for chain in formula.table.of_activations.worth(part.needed, lambda slopes: values * slopes):
        slope = formula.activation_text(chain.cells[0])
        if slope is not None:
            yield MASK.fix(part.expr, part.expr * slope)
            return


def other_slope(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """The derivative of another activation stands here, as 1-a for 1-a^2."""
    if part.expr.op in ("ref", "const"):
        return
    for chain in formula.table.of_activations.worth(part.needed):
        slope = formula.activation_text(chain.cells[0])
        if slope is not None:
            yield OTHER_SLOPE.fix(part.expr, slope)
            return


def slope_too_many(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """The derivative of an activation is in it that the loss's own derivative has cancelled already."""
    if part.expr.op != "mul":
        return
    factors_here = list(factors(part.expr))
    rest = _without_sigmoid_slope(formula, factors_here, part.needed)
    if rest is not None:
        yield SLOPE_TOO_MANY.fix(part.expr, rest)
        return
    values = formula.values(part.expr)
    if formula.table.of_slopes.worth(part.needed, lambda slopes: values / slopes):
        rest = without(factors_here, lambda product: formula.fits(product, part.needed))
        if rest is not None:
            yield FACTORS_TOO_MANY.fix(part.expr, rest)


def _without_sigmoid_slope(formula: FormulaAtPoints, factors_here: list[Expr], needed: Vector) -> Expr | None:
    """The product without its factors a(1-a), where that is worth what is needed."""
    for a in factors_here:
        rest = [factor for factor in factors_here if factor is not a and factor is not 1 - a]
        if 1 - a in factors_here and rest and formula.fits(reduce(mul, rest), needed):
            return reduce(mul, rest)
    return None


def missing_path(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """One path of several was left out: a term of the chain rule's sum."""
    missing = part.needed - formula.values(part.expr)
    paths = formula.table.of_paths
    scales = (1.0, *formula.context.scales)
    places = [agreeing(paths.numbers * scale, missing) for scale in scales]
    first = min((found[0] for found in places if len(found)), default=None)
    if first is not None:
        scale = next(scale for scale, found in zip(scales, places, strict=True) if first in found)
        chain, flow = paths.items[first]
        term = _term(formula, chain.cells[0], flow, scale)
        yield (PATH if names_in(term) else PATH_AS_NUMBER).fix(part.expr, part.expr + term)


def _term(formula: FormulaAtPoints, cell: Cell, flow: Flow, scale: float) -> Expr:
    """A flow as a product of cells, or derived anew where none holds it."""
    adjoint, slope = formula.cell_worth(flow.adjoint * scale), formula.cell_worth(flow.slope)
    if adjoint is not None and np.all(flow.slope == 1):
        return adjoint
    if adjoint is not None and slope is not None:
        return adjoint * slope
    derivation = formula.context.derivation(formula.points[0])
    user = flow.users[0]
    term = simplify(derivation.adjoint(user, 1) * derivation.slope(user, cell))
    formula.add_slots(derivation.slots)
    return term if scale == 1 else term * const(scale)
