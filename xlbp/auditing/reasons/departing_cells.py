"""Wrong gradients whose cause a sheet's own pattern shows: a cell that departs from its neighbours, in any layout.

The neighbours say what belongs there; that it is the cause is proved by the gradients, which are right with it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import alike_in_column
from xlbp.auditing.explanations import Clause, Places, Share, said
from xlbp.auditing.findings import DATA, FACTOR, FORMULA, PATH, UNKNOWN, Finding
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError, address, title
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.reasons.sibling_columns import Sibling, siblings
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, relative
from xlbp.auditing.truth.heading_derivatives import HeadingDerivatives

NUDGE = 1e-4  # of a parameter, where a loss with another formula in it is differentiated by differences
BY_DIFFERENCES = 1e-6  # how far such a derivative may be off
DOUBTFUL = frozenset(
    {UNKNOWN, PATH, FACTOR, FORMULA, DATA}
)  # kinds of changes that a cell out of its pattern may explain
READABLE = 80  # characters: a longer formula is no likely slip's
Change = Mapping[Cell, Compiled]


def lacks_reasons(sheet: SheetAudit) -> bool:
    """Whether a sheet has wrong gradients that no column explains, or only with several or with doubtful changes."""
    if not any(_wrong(sheet)):
        return False
    own = [finding for finding in sheet.findings if finding not in sheet.updates.findings]
    return sheet.layout.table is None or len(own) != 1 or own[0].kind in DOUBTFUL


def sheets_behind(cells: Cells, sheet: SheetAudit) -> set[str]:
    """The sheets on which anything stands that wrong gradients, or their loss, are made from."""
    wrong = list(_wrong(sheet))
    losses = {sheet.layout.losses[gradient.place.step] for gradient in wrong}
    roots = [*(gradient.place.gradient for gradient in wrong), *losses]
    return {title(cell[0]) for cell in cells.below(roots, lambda cell: False)}


def explained_by(cells: Cells, sheet: SheetAudit, departing: Iterable[Finding]) -> SheetAudit:
    """The sheet with the departing cells as its findings, where these are why its gradients are wrong.

    Findings that name the mistake in those very cells stay: what is wrong says more than that a cell departs.
    """
    wrong = list(_wrong(sheet))
    causes: list[Finding] = []
    for finding in departing:
        change = _change(cells, finding)
        mended = [gradient for gradient in wrong if change and _is_right(cells, sheet, gradient, change)]
        if mended:
            causes.append(finding)
            wrong = [gradient for gradient in wrong if gradient not in mended]
    if wrong:
        sibling = _unlike_siblings(cells, sheet)
        return replace(sheet, findings=[sibling, *sheet.updates.findings]) if sibling is not None else sheet
    if _names(sheet, causes):
        return sheet
    return replace(sheet, findings=[*causes, *sheet.updates.findings])


def _unlike_siblings(cells: Cells, sheet: SheetAudit) -> Finding | None:
    """The one column of a table that makes all gradients right if it is made as those beside it; None if none does."""
    wrong, table = list(_wrong(sheet)), sheet.layout.table
    own = [finding for finding in sheet.findings if finding not in sheet.updates.findings]
    is_told = len(own) == 1 and own[0].kind != UNKNOWN and len(own[0].expected) <= READABLE
    if table is None or not wrong or is_told:
        return None
    step = wrong[0].place.step
    stops = sheet.layout.stops()
    of_step = [gradient for gradient in wrong if gradient.place.step == step]
    roots = [*(gradient.place.gradient for gradient in of_step), sheet.layout.losses[step]]
    judged = [gradient for p in sheet.layout.parameters for gradient in sheet.truth.judged(p)]
    headings = HeadingDerivatives(cells, sheet.layout, sheet.truth)
    named = [cell for gradient in of_step for cell in headings.first_broken(step, gradient.place.gradient)]
    for sibling in siblings(cells, table, named or set(cells.below(roots, stops.__contains__)) - stops, step):
        if not _is_right(cells, sheet, of_step[0], {sibling.cell: sibling.instead}):
            continue
        every = alike_in_column(cells, table, sibling.cell)
        change = dict.fromkeys(every, sibling.instead)
        if all(
            _is_right(cells, sheet, gradient, change)
            for gradient in judged
            if _hangs_on(cells, gradient, change, stops)
        ):
            return _of_sibling(cells, sheet, sibling, every, max(gradient.error for gradient in wrong))
    return None


def _hangs_on(cells: Cells, gradient: ComparedGradient, change: Change, stops: Collection[Cell]) -> bool:
    """Whether a claim is wrong, or may become so by a change within its step."""
    return gradient.error > RTOL or not change.keys().isdisjoint(
        cells.below((gradient.place.gradient,), lambda cell: cell in change or cell in stops)
    )


def _of_sibling(cells: Cells, sheet: SheetAudit, sibling: Sibling, every: list[Cell], error: float) -> Finding:
    """The finding for a column that is not made as those beside it."""
    first = every[0]
    expected = formula(sibling.instead.expr, dict(sibling.instead.slots), first, names_of_cells(cells.contents))
    like, every_cell = address(sibling.like, first[0]), Places(every, sheet.layout.sheet)
    reason = said(FORMULA, "unlike_siblings", like=like, cells=every_cell)
    reason = reason.and_then(Clause("off_up_to", {"percent": Share(error)}))
    return Finding(FORMULA, first, cells.shown(first), expected, reason, error, every, ("sibling", f"{first}"))


def _names(sheet: SheetAudit, causes: Collection[Finding]) -> bool:
    """Whether the sheet's own findings each have a name, and are fewer or in the departing cells alone."""
    own = [finding for finding in sheet.findings if finding not in sheet.updates.findings]
    told = {cell for finding in own for cell in finding.cells or [finding.cell]}
    is_as_good = len(own) < len(causes) or told <= {finding.cell for finding in causes}
    return bool(own) and is_as_good and all(finding.kind != UNKNOWN for finding in own)


def _wrong(sheet: SheetAudit) -> Iterator[ComparedGradient]:
    for parameter in sheet.layout.parameters:
        yield from sheet.truth.wrong(parameter)


def _change(cells: Cells, finding: Finding) -> Change:
    """The formula that belongs into a departing cell, and into those below that it was filled into; none if unread."""
    is_filled = len({(cell[0], cell[2]) for cell in finding.cells}) <= 1
    if not is_filled or not finding.expected:
        return {}
    try:
        compiled = cells.compile_text(finding.expected, finding.cell)
    except UnreadableFormulaError:
        return {}
    own = cells.compiled(finding.cell)
    return {cell: compiled for cell in {finding.cell, *finding.cells} if cells.compiled(cell) == own}


def _is_right(cells: Cells, sheet: SheetAudit, gradient: ComparedGradient, change: Change) -> bool:
    """Whether a claim is right with a change, which may change the loss itself."""
    place, loss = gradient.place, sheet.layout.losses[gradient.place.step]
    stops = sheet.layout.stops()
    behind = set(cells.below((place.gradient, loss), lambda cell: cell in stops))
    if behind.isdisjoint(change):
        return False
    claimed = cells.changed(place.gradient, change, stops) - place.base(cells)
    if not set(cells.below((loss,), lambda cell: cell in stops)) & change.keys():
        return relative(claimed, gradient.true, gradient.size) <= RTOL
    value = cells.value(place.cell)
    step = NUDGE * max(1.0, abs(value))
    ends = [cells.changed(loss, {**change, place.cell: value + by}, stops) for by in (step, -step)]
    true = (ends[0] - ends[1]) / (2 * step) * place.factor
    return math.isfinite(true) and relative(claimed, true, gradient.size) <= BY_DIFFERENCES
