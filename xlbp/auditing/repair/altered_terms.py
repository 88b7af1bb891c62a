"""Gradients that are a sum of terms, of which one is missing, has the other sign, or is counted twice or by half."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import joined, signed_terms
from xlbp.auditing.calculation.outside import PointInterpreter
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.equations import PointValues, agree
from xlbp.auditing.repair.fixes import ChangedFormula, ChangeSort, Edit, Fix, of_one_formula
from xlbp.auditing.repair.hypotheses import TERM_BY_TERM
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr

MOST_TERMS = 12
SCALED = ((ChangeSort.SIGN, -1.0), (ChangeSort.HALF, 2.0), (ChangeSort.HALF, 0.5))


def altered_terms(cells: Cells, points: tuple[Cell, ...], exact: Expr, slots: Mapping[str, Ref]) -> Fix | None:
    """The exact derivative instead of what stands there, where that is its sum of terms but for one or two.

    ``exact`` is written for the first of the points.
    """
    terms = list(signed_terms(exact))
    compiled = cells.compiled(points[0])
    if not 2 <= len(terms) <= MOST_TERMS or compiled is None:
        return None
    interpret = PointInterpreter(PointValues(cells, points, {**slots, **dict(compiled.slots)}), cells.outside)

    def values(expr: Expr) -> Vector:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(interpret(expr), dtype=np.float64), (len(points),))

    claimed, true = values(compiled.expr), values(exact)
    with np.errstate(all="ignore"):
        sort = _alteration(claimed, [sign * values(term) for sign, term in terms])
    if sort is None:
        return None
    edit = Edit(sort, compiled.expr, joined(terms))
    all_slots = {**dict(compiled.slots), **slots}
    return of_one_formula(TERM_BY_TERM.cost, ChangedFormula(points, joined(terms), all_slots, true, (edit,)))


def _alteration(claimed: Vector, terms: list[Vector]) -> ChangeSort | None:
    """What was done to the terms, so that they add up to what is claimed; None where that is not known."""
    if any(agree(claimed, np.sum(rest, axis=0)) for rest in _with_some_missing(terms)):
        return ChangeSort.PATH
    for sort, factor in SCALED:
        for k in range(len(terms)):
            scaled = [term * factor if at == k else term for at, term in enumerate(terms)]
            if agree(claimed, np.sum(scaled, axis=0)):
                return sort
    return None


def _with_some_missing(terms: list[Vector]) -> Iterator[list[Vector]]:
    """The terms but for one, or but for two, of them."""
    for count in (1, 2):
        for missing in combinations(range(len(terms)), count):
            rest = [term for k, term in enumerate(terms) if k not in missing]
            if rest:
                yield rest
