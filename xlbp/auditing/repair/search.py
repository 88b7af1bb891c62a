"""The smallest change of a formula that makes it right: found by trying, and proved by the numbers of many points.

Downward from a wrong cell, every part of its formula is asked what it would have to be worth, were all else
right; where a small change gives just that at every point, it is a hypothesis of what went wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlbp.auditing.calculation.expressions import joined, signed_terms
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.repair.changes import (
    argument_too_many,
    complement,
    mean_for_sum,
    minus_missing,
    other_cell,
    other_cell_throughout,
    other_class,
    other_number,
    other_operator,
    twice_or_half,
)
from xlbp.auditing.repair.equations import RTOL, agree, needed_of_argument, scale_of
from xlbp.auditing.repair.fixes import ChangedFormula, ChangeSort, Fix, choices, together
from xlbp.auditing.repair.formula_at_points import MOST_FIXES, FormulaAtPoints, PartToRepair
from xlbp.auditing.repair.hypotheses import DEAREST
from xlbp.auditing.repair.omissions import missing_mask, missing_path, missing_slope, other_slope, slope_too_many
from xlbp.auditing.repair.search_context import SearchContext
from xlbp.auditing.repair.transposed_products import transposed_products
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr, const

DEPTH = 9
MOST_ASKED = 4_000  # parts of formulas in one audit: a small sheet's searches ask some hundreds, a block's 3,400
MOST_ORDERED = 3  # terms whose orders are all tried
PER_LEVEL = 0.001
BROKEN_PROMISE = -0.5  # a cell below is likelier at fault that is not what its heading says
OF_A_COPY = 0.1  # what only names another cell may name a wrong one, but nothing else in it is likely wrong
OF_A_COPYS_SOURCE = -0.05
FACTORS = frozenset({ChangeSort.FACTOR, ChangeSort.MASK, ChangeSort.HALF, ChangeSort.SLOPE, ChangeSort.EXTRA})
MISSING = FACTORS | {ChangeSort.PATH}  # what lacks in a cell that computes rather than in one that only names it
UNPROMISED = 0.02  # a cell below that has no such heading


class Search(FormulaAtPoints):
    """Looks for changes of the formula that stands at the points."""

    def fixes(self, part: PartToRepair) -> list[Fix]:
        """The changes of one part of the formula that make it worth what is needed, the most plausible first."""
        if self.fits(part.expr, part.needed):
            return [Fix(0.0, part.expr)]
        if (
            self.context.cells.asked > MOST_ASKED
            or part.depth > DEPTH
            or not np.isfinite(part.needed[~np.isnan(part.needed)]).all()
        ):
            return []
        self.context.cells.asked += 1
        fixes: list[Fix] = []
        for hypothesis in TRIED.get(part.expr.op, OF_A_CALL):
            fixes += [fix for fix in hypothesis(self, part) if fix.cost <= DEAREST]
        return sorted(fixes, key=lambda fix: fix.cost)[:MOST_FIXES]

    def in_cells_below(self, part: PartToRepair) -> list[Fix]:
        """The reference is right, but the cell that it refers to is not."""
        return [Fix(fix.cost, part.expr, (), fix.formulas) for fix in self._below((part,))]

    def _below(self, parts: Sequence[PartToRepair]) -> list[Fix]:
        """The changes that make what some parts refer to worth what it needs to be: one formula in all these cells."""
        needed = self._needed_below(parts)
        if needed is None:
            return []
        backward = {cell: need for cell, (need, _) in needed.items() if self.context.is_backward(cell)}
        backward = self._of_one_formula(backward, {cell: origin for cell, (_, origin) in needed.items()})
        promises = [self.context.headings.holds(cell) for cell in backward]
        if not backward or all(kept is True for kept in promises):
            return []
        more = BROKEN_PROMISE if all(kept is False for kept in promises) else UNPROMISED
        origins = tuple(needed[cell][1] for cell in backward)
        below = fixes_of_cells(self.context, backward, origins, parts[0].depth + 1)
        is_copy = any(part.expr is self.expr for part in parts)
        return [replace(fix, cost=fix.cost + _more(fix, more, is_copy)) for fix in below]

    def _of_one_formula(self, needed: dict[Cell, float], origins: Mapping[Cell, int]) -> dict[Cell, float]:
        """What is needed of the cells that have the first one's formula; nothing where the others have another.

        All of them, or the search would take a part for the whole; but what has it in another step, with that step's
        own cells in it, is proved when the change is made in all steps.
        """
        if not needed:
            return needed
        shared = self.context.cells.compiled(next(iter(needed)))
        alike = {cell: need for cell, need in needed.items() if self.context.cells.compiled(cell) == shared}
        homes = {cell: origins[cell] for cell in alike}
        others = (cell for cell in needed if cell not in alike)
        return alike if all(self.context.stands_for(cell, origins[cell], homes) for cell in others) else {}

    def _needed_below(self, parts: Sequence[PartToRepair]) -> dict[Cell, tuple[float, int]] | None:
        """What the cells that parts refer to need to be worth, and the point of the context that each is reached from.

        None where one would need to be worth two things.
        """
        needed: dict[Cell, tuple[float, int]] = {}
        for part in parts:
            reference = self.slots[str(part.expr.payload)]
            for point, origin, value in zip(self.points, self.origins, part.needed, strict=True):
                cell = reference.at(point)
                if np.isnan(value):
                    continue
                before = needed.setdefault(cell, (float(value), origin))[0]
                if abs(before - value) > RTOL * max(abs(value), abs(before)) + 1e-300:
                    return None
        return needed

    def in_arguments(self, part: PartToRepair) -> Iterator[Fix]:
        """One argument is at fault, the others are right."""
        expr = part.expr
        is_product = expr.op in ("mul", "div")
        for k, arg in enumerate(expr.args):
            others = [self.values(other) for i, other in enumerate(expr.args) if i != k]
            needed = needed_of_argument(expr.op, k, others, part.needed)
            for fix in self.fixes(PartToRepair(arg, needed, part.depth + 1)) if needed is not None else ():
                if is_product and fix.expr is const(1):
                    continue  # a factor that is 1 is no factor
                edits = fix.edits
                if arg.op == "const" and not is_product:
                    edits = tuple(replace(edit, sort=ChangeSort.CONSTANT) for edit in edits)
                new = Expr(expr.op, (*expr.args[:k], fix.expr, *expr.args[k + 1 :]))
                yield Fix(fix.cost + PER_LEVEL, new, edits, fix.formulas)

    def in_terms(self, part: PartToRepair) -> Iterator[Fix]:
        """A sum over paths: every term has its own path, whatever the other terms are."""
        terms = list(signed_terms(part.expr))
        if len(terms) < 2:
            return
        for chain in self.chains:
            scale = scale_of(chain.adjoint, part.needed)
            if scale is not None and len(chain.flows) > 1:
                yield from self._terms_to_flows(terms, [flow.value * scale for flow in chain.flows], part.depth)

    def _terms_to_flows(self, terms: list[tuple[int, Expr]], flows: list[Vector], depth: int) -> Iterator[Fix]:
        """The terms that are no flow, repaired to be those flows that are no term."""
        free_flows = list(range(len(flows)))
        wrong_terms: list[int] = []
        for k, (sign, term) in enumerate(terms):
            equal = next((f for f in free_flows if agree(sign * self.values(term), flows[f])), None)
            if equal is None:
                wrong_terms.append(k)
            else:
                free_flows.remove(equal)
        if len(wrong_terms) != len(free_flows) or not free_flows:
            return
        few = len(free_flows) <= MOST_ORDERED
        for order in itertools.permutations(free_flows) if few else [tuple(free_flows)]:
            needed = [terms[k][0] * flows[f] for k, f in zip(wrong_terms, order, strict=True)]
            parts = [PartToRepair(terms[k][1], need, depth + 1) for k, need in zip(wrong_terms, needed, strict=True)]
            yield from self._fixes_of_terms(terms, wrong_terms, parts)

    def _fixes_of_terms(
        self, terms: list[tuple[int, Expr]], wrong_terms: list[int], parts: list[PartToRepair]
    ) -> Iterator[Fix]:
        """The changes of some terms of a sum: of one formula that stands in all the cells they are, or else of each."""
        are_cells = len(parts) > 1 and all(part.expr.op == "ref" for part in parts)
        of_one_formula = self._below(parts) if are_cells else []
        if of_one_formula:
            yield from (Fix(fix.cost, joined(terms), (), fix.formulas) for fix in of_one_formula)
            return
        fixes_by_term = self._fixes_of_all(parts)
        if fixes_by_term:
            yield from (together(terms, wrong_terms, fixes) for fixes in choices(fixes_by_term))

    def _fixes_of_all(self, parts: list[PartToRepair]) -> list[list[Fix]]:
        """The fixes of each part; none at all where one of them has none."""
        fixes_by_part: list[list[Fix]] = []
        for part in parts:
            fixes_by_part.append(self.fixes(part))
            if not fixes_by_part[-1]:
                return []
        return fixes_by_part


Hypothesise = Callable[[Search, PartToRepair], Iterable[Fix]]
AS_A_WHOLE: tuple[Hypothesise, ...] = (
    *(minus_missing, twice_or_half, mean_for_sum, complement),
    *(missing_slope, missing_mask, slope_too_many, other_slope, missing_path, argument_too_many),
)
OF_A_REFERENCE: tuple[Hypothesise, ...] = (*AS_A_WHOLE, other_cell, Search.in_cells_below)
OF_A_CALL: tuple[Hypothesise, ...] = (*AS_A_WHOLE, other_cell_throughout)
OF_A_PRODUCT: tuple[Hypothesise, ...] = (*AS_A_WHOLE, other_operator, other_cell_throughout, Search.in_arguments)
OF_A_CHOICE: tuple[Hypothesise, ...] = (other_class, *OF_A_PRODUCT)
OF_A_SUM: tuple[Hypothesise, ...] = (
    *(*AS_A_WHOLE, other_operator, other_cell_throughout),
    *(Search.in_terms, Search.in_arguments),
)
TRIED: dict[str, tuple[Hypothesise, ...]] = {  # by operation, in this order: of equal costs the first counts
    "const": (other_number,),
    "ref": OF_A_REFERENCE,
    **dict.fromkeys(("add", "sub"), OF_A_SUM),
    **dict.fromkeys(("mul", "div", "neg", "pow"), OF_A_PRODUCT),
    "if_positive": OF_A_CHOICE,
}


def _more(fix: Fix, more: float, is_copy: bool) -> float:
    """What a change in a cell below costs more: less, where a factor is missing and the cell above only names it."""
    sorts = {edit.sort for formula in fix.formulas[-1:] for edit in formula.edits}
    return OF_A_COPYS_SOURCE if is_copy and sorts and sorts <= MISSING else more


def _more_in_a_copy(sorts: set[ChangeSort]) -> float:
    """What a change of a cell that only names another costs more: it is likelier to name a wrong one."""
    if sorts <= MISSING:
        return OF_A_COPY
    return -OF_A_COPY if sorts <= {ChangeSort.REFERENCE} else 0.0


def fixes_of_cells(
    context: SearchContext, needed: Mapping[Cell, float], origins: tuple[int, ...], depth: int = 0
) -> list[Fix]:
    """The changes of the formula in some cells that all have it alike, to be worth what they need to be.

    ``origins`` says which of the context's points each cell was reached from.
    """
    points = tuple(needed)
    key = (points, tuple(needed.values()))
    if key not in context.fixes:
        context.fixes[key] = []  # a cell that needs itself
        compiled = context.cells.compiled(points[0])
        if compiled is not None:
            transposed = transposed_products(context.cells, needed)
            search = Search(context, points, compiled, origins)
            context.fixes[key] = [*transposed, *_changes_of_formula(search, needed, depth)]
    return context.fixes[key]


def _changes_of_formula(search: Search, needed: Mapping[Cell, float], depth: int) -> Iterator[Fix]:
    """The changes of the whole formula, and of those in the cells below."""
    values = np.array(list(needed.values()))
    for fix in search.fixes(PartToRepair(search.expr, values, depth)):
        if fix.edits and not fix.formulas and not search.fits(fix.expr, values):
            continue  # as 0/0, of which any number seems to be what it needs to be
        formulas, more = fix.formulas, 0.0
        if search.expr.op == "ref" and fix.edits:
            more = _more_in_a_copy({edit.sort for edit in fix.edits})
        if fix.edits:
            formulas = (*formulas, ChangedFormula(search.points, fix.expr, search.slots, values, fix.edits))
        yield Fix(fix.cost + more, fix.expr, (), formulas)
