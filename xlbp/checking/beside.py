"""What a book carries of a person's numbers, to show them beside the training."""

from __future__ import annotations

import numpy as np

from xlbp.checking.check import Check
from xlbp.checking.given import Series
from xlbp.checking.truth import Truth
from xlbp.workbook.layout.mine import OwnColumn, OwnMistake, OwnNumbers

MOST_CELLS = 60_000  # numbers: with the truth, the difference and the mark of each, four times as many
MOST_QUANTITIES = 1_000


def own_numbers(check: Check) -> OwnNumbers:
    """The numbers of what departs, then all others, as many as there is room for; both in the order of computation."""
    comparison, checked = check.beside_template, check.checked
    layout, order = comparison.truth.contents.layout, comparison.truth.order
    shown = [each for each in comparison.given.values() if not each.derived_from]
    shown = [each for each in shown if each.name in layout.columns or each.name in layout.panel]
    rows = max((int(np.flatnonzero(series.there)[-1]) + 1 for series in shown if series.there.any()), default=1)
    departs = comparison.departs
    shown.sort(key=lambda each: (not departs[each.name].any(), departs[each.name].argmax(), order[each.name]))
    kept = shown[: max(1, min(MOST_CELLS // rows, MOST_QUANTITIES))]
    first = (checked.first.name, checked.first.iteration) if checked.first is not None else None
    mistakes = tuple(
        OwnMistake(each.key, each.about, each.explains, *each.cells[0]) for each in checked.mistakes if each.cells
    )
    columns = tuple(_column(series, comparison.truth, rows) for series in kept)
    return OwnNumbers(columns, len(shown) - len(kept), first, mistakes)


def _column(series: Series, truth: Truth, rows: int) -> OwnColumn:
    """A quantity's numbers, with the largest of what each may be off by besides its relative tolerance."""
    expected, sizes = truth.values(series.name), truth.sizes(series.name)
    precision = series.precision
    with np.errstate(all="ignore"):
        allowed = precision.tolerance(expected, sizes, series.values) - precision.rtol * np.abs(expected)
    finite = allowed[series.there & np.isfinite(allowed)]
    values = tuple(
        float(value) if there else None for value, there in zip(series.values[:rows], series.there[:rows], strict=True)
    )
    return OwnColumn(series.name, values, precision.rtol, float(finite.max(initial=0.0)))
