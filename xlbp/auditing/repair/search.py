"""The smallest change of a formula that makes it right: found by trying, and proved by the numbers of many points.

Downward from a wrong cell, every part of its formula is asked what it would have to be worth, were all else
right; where a small change gives just that at every point, it is a hypothesis of what went wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from xlbp.auditing.calculation.expressions import signed_terms
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.changes import (
    argument_too_many,
    mean_for_sum,
    minus_missing,
    other_cell,
    other_cell_throughout,
    other_number,
    other_operator,
    twice_or_half,
)
from xlbp.auditing.repair.equations import RTOL, agree, needed, scale_of
from xlbp.auditing.repair.fixes import ChangedFormula, Fix, choices, together
from xlbp.auditing.repair.formula_at_points import FormulaAtPoints, PartToRepair
from xlbp.auditing.repair.hypotheses import DEAREST
from xlbp.auditing.repair.omissions import missing_mask, missing_path, missing_slope, other_slope, slope_too_many
from xlbp.auditing.repair.search_context import SearchContext
from xlbp.auditing.repair.transposed_products import transposed
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr, const

DEPTH = 9
KEPT = 12  # hypotheses of one part of a formula
PER_LEVEL = 0.001
TRUSTED, DOUBTFUL = -0.5, 0.02  # a cell below that is not what its heading promises, and one that promises nothing


class Search(FormulaAtPoints):
    """Looks for changes of the formula that stands at the points."""

    def repair(self, asked: PartToRepair) -> list[Fix]:
        """The changes of one part of the formula that make it worth what is asked, the most plausible first."""
        if self.fits(asked.node, asked.wanted):
            return [Fix(0.0, asked.node)]
        if asked.depth > DEPTH or not np.isfinite(asked.wanted[~np.isnan(asked.wanted)]).all():
            return []
        tried = TRIED.get(asked.node.op, OF_A_CALL)
        found = (fix for hypothesis in tried for fix in hypothesis(self, asked))
        return sorted((f for f in found if f.cost <= DEAREST), key=lambda fix: fix.cost)[:KEPT]

    def deeper(self, asked: PartToRepair) -> list[Fix]:
        """The reference is right, but the cell that it refers to is not."""
        at = self.slots[str(asked.node.payload)].at
        values: dict[Cell, float] = {}
        origins: dict[Cell, int] = {}
        for point, origin, value in zip(self.points, self.origins, asked.wanted, strict=True):
            cell = at(point)
            if np.isnan(value):
                continue
            if cell in values and abs(values[cell] - value) > RTOL * max(abs(value), abs(values[cell])) + 1e-300:
                return []
            values[cell] = float(value)
            origins.setdefault(cell, origin)
        values = {cell: value for cell, value in values.items() if self.scene.is_backward(cell)}
        said = [self.scene.holds(cell) for cell in values]
        if not values or all(one is True for one in said):
            return []
        if len({self.scene.cells.compiled(cell) for cell in values}) > 1:
            return []  # all of them, or the search would take a part for the whole
        more = TRUSTED if all(one is False for one in said) else DOUBTFUL
        fixes = below(self.scene, values, tuple(origins[cell] for cell in values), asked.depth + 1)
        return [Fix(fix.cost + more, asked.node, (), fix.parts) for fix in fixes]

    def arguments(self, asked: PartToRepair) -> Iterator[Fix]:
        """One argument is at fault, the others are right."""
        node = asked.node
        for k, arg in enumerate(node.args):
            others = [self.of(a) for i, a in enumerate(node.args) if i != k]
            need = needed(node.op, k, others, asked.wanted)
            for fix in self.repair(PartToRepair(arg, need, asked.depth + 1)) if need is not None else ():
                if node.op in ("mul", "div") and fix.expr is const(1):
                    continue  # a factor that is 1 is no factor
                edits = fix.edits
                if arg.op == "const" and node.op not in ("mul", "div"):
                    edits = tuple(replace(edit, hint="constant") for edit in edits)
                new = Expr(node.op, (*node.args[:k], fix.expr, *node.args[k + 1 :]))
                yield Fix(fix.cost + PER_LEVEL, new, edits, fix.parts)

    def sums(self, asked: PartToRepair) -> Iterator[Fix]:
        """A sum over paths: every term has its own path, whatever the other terms are."""
        terms = list(signed_terms(asked.node))
        for chain in self.chains if len(terms) > 1 else ():
            scale = scale_of(chain.adjoint, asked.wanted)
            if scale is not None and len(chain.flows) > 1:
                yield from self._terms_to_flows(terms, [flow.value * scale for flow in chain.flows], asked.depth)

    def _terms_to_flows(self, terms: list[tuple[int, Expr]], flows: list[Vector], depth: int) -> Iterator[Fix]:
        """The terms that are no flow, repaired to be those flows that are no term."""
        left = list(range(len(flows)))
        open_terms: list[int] = []
        for k, (sign, term) in enumerate(terms):
            hit = next((f for f in left if agree(sign * self.of(term), flows[f])), None)
            if hit is None:
                open_terms.append(k)
            else:
                left.remove(hit)
        if len(open_terms) != len(left) or not left:
            return
        for order in itertools.permutations(left) if len(left) <= 3 else [tuple(left)]:
            tried: list[list[Fix]] = []
            for k, f in zip(open_terms, order, strict=True):
                sign, term = terms[k]
                tried.append(self.repair(PartToRepair(term, sign * flows[f], depth + 1)))
                if not tried[-1]:
                    break
            else:
                yield from (together(terms, open_terms, chosen) for chosen in choices(tried))


Tried = Callable[[Search, PartToRepair], Iterable[Fix]]
AS_A_WHOLE: tuple[Tried, ...] = (
    *(minus_missing, twice_or_half, mean_for_sum),
    *(missing_slope, missing_mask, slope_too_many, other_slope, missing_path, argument_too_many),
)
OF_A_REFERENCE: tuple[Tried, ...] = (*AS_A_WHOLE, other_cell, Search.deeper)
OF_A_CALL: tuple[Tried, ...] = (*AS_A_WHOLE, other_cell_throughout)
OF_A_PRODUCT: tuple[Tried, ...] = (*AS_A_WHOLE, other_operator, other_cell_throughout, Search.arguments)
OF_A_SUM: tuple[Tried, ...] = (*AS_A_WHOLE, other_operator, other_cell_throughout, Search.sums, Search.arguments)
TRIED: dict[str, tuple[Tried, ...]] = {  # by operation, in this order: of two that cost the same, the first counts
    "const": (other_number,),
    "ref": OF_A_REFERENCE,
    **dict.fromkeys(("add", "sub"), OF_A_SUM),
    **dict.fromkeys(("mul", "div", "neg", "pow", "if_positive"), OF_A_PRODUCT),
}


def below(scene: SearchContext, asked: Mapping[Cell, float], origins: tuple[int, ...], depth: int) -> list[Fix]:
    """The changes of the formula in some cells that all have it alike, to be worth what is asked of them.

    ``origins`` says which of the scene's points each cell was reached from.
    """
    points = tuple(asked)
    key = (points, tuple(asked.values()))
    if key not in scene.seen:
        scene.seen[key] = []  # a cell that needs itself
        compiled = scene.cells.compiled(points[0])
        if compiled is not None:
            scene.seen[key] = [*transposed(scene.cells, asked), *_changed(scene, compiled, asked, origins, depth)]
    return scene.seen[key]


def _changed(
    scene: SearchContext, compiled: Compiled, asked: Mapping[Cell, float], origins: tuple[int, ...], depth: int
) -> Iterator[Fix]:
    points, wanted = tuple(asked), np.array(list(asked.values()))
    search = Search(scene, points, compiled, origins)
    for fix in search.repair(PartToRepair(compiled.expr, wanted, depth)):
        here = (ChangedFormula(points, fix.expr, search.slots, wanted, fix.edits),) if fix.edits else ()
        yield Fix(fix.cost, fix.expr, (), (*fix.parts, *here))
