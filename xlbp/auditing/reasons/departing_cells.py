"""Wrong gradients whose cause a sheet's own pattern shows: a cell that departs from its neighbours, in any layout.

The neighbours say what belongs there; that it is the cause is proved by the gradients, which are right with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.findings import UNKNOWN, Finding
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, relative

NUDGE = 1e-4  # of a parameter, where a loss with another formula in it is differentiated by differences
BY_DIFFERENCES = 1e-6  # how far such a derivative may be off
Change = Mapping[Cell, Compiled]


def lacks_reasons(sheet: SheetAudit) -> bool:
    """Whether a sheet has wrong gradients, and no column that could show which cell of it is odd."""
    return sheet.layout.table is None and any(_wrong(sheet))


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
    if wrong or _names(sheet, {finding.cell for finding in causes}):
        return sheet
    return replace(sheet, findings=[*causes, *sheet.updates.findings])


def _names(sheet: SheetAudit, departing: Collection[Cell]) -> bool:
    """Whether the sheet's own findings are in these cells alone, and each has a name."""
    own = [finding for finding in sheet.findings if finding not in sheet.updates.findings]
    told = {cell for finding in own for cell in finding.cells or [finding.cell]}
    return bool(own) and told <= set(departing) and all(finding.kind != UNKNOWN for finding in own)


def _wrong(sheet: SheetAudit) -> Iterator[ComparedGradient]:
    for parameter in sheet.layout.parameters:
        yield from sheet.truth.wrong(parameter)


def _change(cells: Cells, finding: Finding) -> Change:
    """The formula that belongs into a departing cell; none where it can't be read or several cells depart alike."""
    if len(finding.cells) > 1 or not finding.expected:
        return {}
    try:
        return {finding.cell: cells.compile_text(finding.expected, finding.cell)}
    except UnreadableFormulaError:
        return {}


def _is_right(cells: Cells, sheet: SheetAudit, gradient: ComparedGradient, change: Change) -> bool:
    """Whether a claim is right with a change, which may change the loss itself."""
    place, loss = gradient.place, sheet.layout.losses[gradient.place.step]
    stops = sheet.layout.stops()
    behind = set(cells.below((place.gradient, loss), lambda cell: cell in stops))
    if behind.isdisjoint(change):
        return False
    claimed = cells.changed(place.gradient, change) - place.base(cells)
    if not set(cells.below((loss,), lambda cell: cell in stops)) & change.keys():
        return relative(claimed, gradient.true, gradient.size) <= RTOL
    value = cells.value(place.cell)
    step = NUDGE * max(1.0, abs(value))
    ends = [cells.changed(loss, {**change, place.cell: value + by}) for by in (step, -step)]
    true = (ends[0] - ends[1]) / (2 * step) * place.factor
    return relative(claimed, true, gradient.size) <= BY_DIFFERENCES
