"""Gradients that are a sum of terms, of which one is missing, has the other sign, or is counted twice or by half."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import joined, signed_terms
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.equations import PointValues, agree
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix
from xlbp.auditing.repair.hypotheses import TERM_BY_TERM
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import Interpreter

MOST = 12


def altered_terms(cells: Cells, points: tuple[Cell, ...], exact: Expr, slots: Mapping[str, Ref]) -> Iterator[Fix]:
    """The exact derivative instead of what stands there, where that is its sum of terms but for one or two.

    ``exact`` is written for the first of the points.
    """
    terms = list(signed_terms(exact))
    compiled = cells.compiled(points[0])
    if not 2 <= len(terms) <= MOST or compiled is None:
        return
    value = Interpreter(PointValues(cells, points, {**slots, **dict(compiled.slots)}))

    def worth(expr: Expr) -> Vector:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(value(expr), dtype=np.float64), (len(points),))

    found, total = worth(compiled.expr), worth(exact)
    values = [sign * worth(term) for sign, term in terms]
    for hint in _hint(found, values):
        edit = Edit(hint, compiled.expr, joined(terms))
        part = ChangedFormula(points, joined(terms), {**dict(compiled.slots), **slots}, total, (edit,))
        yield Fix(TERM_BY_TERM.cost, part.expr, (), (part,))
        return


def _hint(found: Vector, values: list[Vector]) -> Iterator[str]:
    """What was done to the terms, so that they add up to what was found."""
    for most in (1, 2):
        for gone in combinations(range(len(values)), most):
            rest = [value for k, value in enumerate(values) if k not in gone]
            if rest and agree(found, np.sum(rest, axis=0)):
                yield "path"
    for hint, factor in (("sign", -1.0), ("half", 2.0), ("half", 0.5)):
        for k in range(len(values)):
            changed = [value * factor if at == k else value for at, value in enumerate(values)]
            if agree(found, np.sum(changed, axis=0)):
                yield hint
