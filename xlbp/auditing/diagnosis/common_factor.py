"""One factor that is missing in all gradients alike: one slip, however many cells it is in."""

from __future__ import annotations

from collections.abc import Iterable

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import signed_terms
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.symbols.expr import Expr

OF_FACTORS = frozenset({kinds.HALF, kinds.MEAN, kinds.FACTOR})


def common_factor(layout: Layout, truth: Truth) -> float | None:
    """By what all gradients of several parameters are larger than the derivatives; None where there is no such."""
    gradients = [gradient for parameter in layout.parameters for gradient in truth.judged(parameter) if gradient.true]
    if len({gradient.place.cell for gradient in gradients}) < 2 or any(g.place.adds for g in gradients):
        return None
    factor = gradients[0].claimed / gradients[0].true
    is_shared = all(relative(g.claimed, g.true * factor, g.size * abs(factor)) <= RTOL for g in gradients)
    return factor if is_shared and factor > 0 and abs(factor - 1) > RTOL else None


def as_one_slip(cells: Cells, layout: Layout, truth: Truth, findings: list[Finding]) -> list[Finding]:
    """The findings; where all gradients are off by one factor and several tell of it, one that tells of all."""
    of_factors = [finding for finding in findings if finding.kind in OF_FACTORS]
    factor = common_factor(layout, truth) if of_factors else None
    if factor is None:
        return findings
    others = [finding for finding in findings if finding not in of_factors]
    gradients = {gradient.place.gradient: gradient for p in layout.parameters for gradient in truth.wrong(p)}
    are_several = len(of_factors) > 1
    if (
        all(_has_factor(cells, cell, factor, are_several) for cell in gradients)
        or len({f.kind for f in of_factors}) > 1
    ):
        return [*others, _at_gradients(cells, gradients.values(), factor)]
    if not are_several:
        return findings
    first = min(of_factors, key=lambda finding: finding.cell)
    first.cells = sorted({cell for finding in of_factors for cell in finding.cells or [finding.cell]})
    first.reason = first.reason.after("common_factor", factor=factor)
    return [*others, first]


def _at_gradients(cells: Cells, wrong: Iterable[ComparedGradient], factor: float) -> Finding:
    """The finding for a factor that stands, or is missing, in the gradients themselves."""
    every = sorted({gradient.place.gradient for gradient in wrong})
    stands = cells.shown(every[0])
    body = stands.removeprefix("=")
    by = f"/{factor:.15g}" if factor > 1 else f"*{1 / factor:.15g}"
    error = max(gradient.error for gradient in wrong)
    kind = _kind(factor)
    reason = said(kind, "common_factor", factor=factor)
    return Finding(kind, every[0], stands, f"=({body}){by}", reason, error, every)


def _kind(factor: float) -> str:
    """What a factor is called."""
    larger = max(factor, 1 / factor)
    if abs(larger - 2) < RTOL:
        return kinds.HALF
    return kinds.MEAN if abs(larger - round(larger)) < RTOL * larger else kinds.FACTOR


def _has_factor(cells: Cells, cell: Cell, factor: float, sums_count: bool) -> bool:
    """Whether a cell's formula has the factor in itself: times a number, or, if that counts, a sum of so many."""
    compiled = cells.compiled(cell)
    if compiled is None:
        return False
    expr = compiled.expr
    if expr.op == "mul":
        return any(_is(arg, factor) for arg in expr.args)
    if expr.op == "div":
        return _is(expr.args[1], 1 / factor)
    return sums_count and expr.op == "add" and abs(len(list(signed_terms(expr))) - factor) <= RTOL


def _is(expr: Expr, number: float) -> bool:
    """Whether an expression is this number."""
    return expr.op == "const" and abs(float(str(expr.payload)) - number) <= RTOL * number
