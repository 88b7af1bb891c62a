"""What the chain rule has and a formula has not, or the other way round: a slope, a weight, a path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import mul

import numpy as np

from xlbp.audit.calculation.expressions import factors
from xlbp.audit.reading.syntax import Cell
from xlbp.audit.repair.hypotheses import Edit, Fix, agree, without
from xlbp.audit.repair.trial import Trial
from xlbp.audit.truth.chains import Flow, Vector
from xlbp.graph.expr import Expr, const, names_in, topological


class Omissions(Trial):
    """Changes that add a factor or a term of the chain rule, or take away one that is too many."""

    def missing_slope(self, node: Expr, value: Vector, wanted: Vector) -> Iterator[Fix]:
        """A factor of the chain rule was left out: the derivative of an activation, or a weight."""
        for chain in self.chains:
            for flow in chain.flows:
                if len(chain.flows) != 1 or not agree(value * flow.slope, wanted):
                    continue
                new = node * self.slope_text(chain.cells[0], flow.users[0])
                if self.scene.role(flow.users[0]) in ("pre-activation", "loss"):
                    if not names_in(self.slope_text(chain.cells[0], flow.users[0])):
                        continue  # a mere number
                    yield Fix(1.0, new, (Edit("factor", node, new),))
                    continue
                # a unit that is off, which the formula does not ask: many changes make 0, but this one is meant
                off = not np.any(flow.slope) and not any(part.op == "if_positive" for part in topological(self.expr))
                yield Fix(0.85 if off else 0.97, new, (Edit("mask", node, new),))
                return

    def slope_too_many(self, node: Expr, value: Vector, wanted: Vector) -> Iterator[Fix]:
        """The derivative of an activation is in it that the loss's own derivative has cancelled already."""
        if node.op != "mul":
            return
        parts = list(factors(node))
        for a in parts:  # a(1-a)
            rest = [part for part in parts if part is not a and part is not 1 - a]
            if 1 - a in parts and rest and agree(self.of(reduce(mul, rest)), wanted):
                yield Fix(0.9, reduce(mul, rest), (Edit("extra", node, reduce(mul, rest)),))
                return
        slopes = [flow.slope for chain in self.chains for flow in chain.flows]
        for slope in slopes:
            if not np.all(slope == 1) and not np.any(slope == 0) and agree(value / slope, wanted):
                kept = without(parts, lambda rest: agree(self.of(rest), wanted))
                if kept is not None:
                    yield Fix(0.98, kept, (Edit("extra", node, kept),))
                    return

    def missing_term(self, node: Expr, value: Vector, wanted: Vector) -> Iterator[Fix]:
        """One path of several was left out: a term of the chain rule's sum."""
        rest = wanted - value
        for chain in self.chains:
            for flow in chain.flows if len(chain.flows) > 1 else ():
                scale = next((s for s in (1.0, *self.scene.scales) if agree(flow.value * s, rest)), None)
                if scale is not None:
                    term = self._term(chain.cells[0], flow, scale)
                    new = node + term
                    yield Fix(1.2 if names_in(term) else 1.9, new, (Edit("path", node, new),))
                    return

    def _term(self, cell: Cell, flow: Flow, scale: float) -> Expr:
        """A flow as a product of cells, derived anew where none holds it, or at the worst as a number."""
        adjoint, slope = self.known_as(flow.adjoint * scale), self.known_as(flow.slope)
        if adjoint is not None and (slope is not None or np.all(flow.slope == 1)):
            return adjoint if slope is None or np.all(flow.slope == 1) else adjoint * slope
        derived = self.scene.term(self.points[0], flow.users[0], cell)
        if derived is None:
            return const(float(flow.value[0] * scale))
        for name, reference in derived[1].items():
            self.slots.setdefault(name, reference)
        return derived[0] if scale == 1 else derived[0] * const(scale)
