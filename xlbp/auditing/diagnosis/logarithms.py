"""A loss that takes LOG, to base 10 in a spreadsheet, where its gradients are those of the natural logarithm."""

from __future__ import annotations

import math
import re

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative

TO_BASE_TEN = re.compile(r"\bLOG(?:10)?\((?=[^(),]*(?:\([^()]*\)[^(),]*)*\))", re.IGNORECASE)


def logarithm_finding(cells: Cells, layout: Layout, truth: Truth) -> Finding | None:
    """The finding for a loss whose every wrong gradient is too large by ln 10; None where it is another slip."""
    wrong = [gradient for parameter in layout.parameters for gradient in truth.wrong(parameter)]
    if not wrong or not all(map(_is_of_natural_logarithm, wrong)):
        return None
    steps = {gradient.place.step for gradient in wrong}
    every: set[Cell] = set()
    for step in steps:
        forward = cells.below((layout.losses[step],), layout.stops().__contains__)
        every |= {cell for cell in forward if TO_BASE_TEN.search(cells.formula(cell) or "")}
    if not every:
        return None
    first = min(every)
    expected = TO_BASE_TEN.sub("LN(", cells.formula(first) or "")
    error = max(gradient.error for gradient in wrong)
    reason = said(kinds.LOGARITHM, "logarithm_of_loss")
    return Finding(kinds.LOGARITHM, first, cells.shown(first), expected, reason, error, sorted(every))


def _is_of_natural_logarithm(gradient: ComparedGradient) -> bool:
    return relative(gradient.claimed, gradient.true * math.log(10), gradient.size) <= RTOL
