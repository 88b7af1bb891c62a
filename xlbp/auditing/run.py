"""The table of contents: read the book, understand its claims, differentiate and compare, check updates, diagnose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.book import claimed_layouts, is_ours
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.claims.tables import rate_cells
from xlbp.auditing.diagnosis.repeated_data import slid_data
from xlbp.auditing.diagnosis.sheet_findings import findings_of_sheet
from xlbp.auditing.findings import Finding
from xlbp.auditing.forward.run import audit_forward
from xlbp.auditing.reading.contents import names_of_cells, read
from xlbp.auditing.reading.outside import Engine
from xlbp.auditing.reading.syntax import Cell, in_book, title
from xlbp.auditing.reading.telling import Tell, silent, within
from xlbp.auditing.reasons.broken_steps import tell_breaks
from xlbp.auditing.reasons.departing_cells import explained_by, lacks_reasons, sheets_behind
from xlbp.auditing.recognition.recognise import Recognition, recognise
from xlbp.auditing.result import Audit, completed
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.best_fit import as_steps_if_better, follows_a_step, with_assumed_loss
from xlbp.auditing.truth.gradients import differentiate
from xlbp.auditing.updates.check import check_updates

EVERYTHING = AuditOptions()


def audit(
    path: Path,
    options: AuditOptions = EVERYTHING,
    large: bool = False,
    tell: Tell = silent,
    engine: Engine | None = None,
) -> Audit:
    """Audit a workbook; ``tell`` is given the steps of the work; ``engine`` computes what has no derivative here.

    Raises UnreadableError where it claims no gradient of a loss that can be found.
    """
    cells = Cells(read(path, large, within("reading", tell)), engine)
    headed: list[Layout] = []
    without_loss: list[Layout] = []
    for claimed in claimed_layouts(cells, options, within("looking for gradients by their headings", tell)):
        layout = claimed if claimed.losses else with_assumed_loss(cells, claimed)
        if layout is not None and not options.names_ranges and follows_a_step(cells, layout):
            layout = None  # it follows no loss's gradient
        (without_loss if layout is None else headed).append(layout or claimed)
    told = Recognition(headed)
    if not options.names_ranges and not is_ours(cells):
        told = recognise(cells, headed, within("looking for what trains", tell))
    audits = [_audit_sheet(cells, layout, tell) for layout in told.layouts]
    sheets = list(_told_once(_with_reasons(cells, audits, tell)))
    tell_breaks(cells, sheets, told.breaks)
    lossless = _not_told(without_loss, told)
    is_wanted = options.forward or not sheets  # what follows no gradient can only be held against its neighbours
    forward = audit_forward(cells, [options.sheet] if options.sheet else (), tell) if is_wanted else None
    if forward is not None:
        forward = replace(forward, findings=list(_not_proved(cells, sheets, forward.findings)))
    return completed(path, cells, sheets, lossless, told.not_followed, forward, options.forward)


def _not_proved(cells: Cells, sheets: Iterable[SheetAudit], found: Iterable[Finding]) -> Iterator[Finding]:
    """What departs from its neighbours, but for cells behind gradients and parameters that are all right."""
    proved: set[Cell] = set()
    for sheet in sheets:
        if not sheet.findings:
            claimed = {*sheet.layout.losses, *sheet.layout.gradients(), *sheet.layout.stops()}
            proved |= {in_book(cell) for cell in cells.below(sorted(claimed), lambda cell: False)}
    return (finding for finding in found if in_book(finding.cell) not in proved)


def _with_reasons(cells: Cells, sheets: list[SheetAudit], tell: Tell) -> Iterator[SheetAudit]:
    """The audits; where no columns show why gradients are wrong, cells that depart from their neighbours do."""
    behind = {name for sheet in sheets if lacks_reasons(sheet) for name in sheets_behind(cells, sheet)}
    departing = audit_forward(cells, behind, tell).findings if behind else []
    names = names_of_cells(cells.contents)
    for sheet in sheets:
        slid = (finding for finding, _ in slid_data(cells, sheet.layout, names))
        yield explained_by(cells, sheet, [*departing, *slid]) if lacks_reasons(sheet) else sheet


def _told_once(sheets: Iterable[SheetAudit]) -> Iterator[SheetAudit]:
    """The audits, each without what another has told already: two layouts of one training share their deltas."""
    told: set[tuple[Cell, str]] = set()
    for sheet in sheets:
        new = [finding for finding in sheet.findings if (finding.cell, finding.expected) not in told]
        told.update((finding.cell, finding.expected) for finding in new)
        yield replace(sheet, findings=new)


def _not_told(without_loss: list[Layout], told: Recognition) -> list[Layout]:
    """The layouts by headings of which nothing is told yet, not even by what trains."""
    stops = {in_book(cell) for layout in told.layouts for cell in layout.stops()}
    stops |= {in_book(cell) for training in told.not_followed for cell in training.stops}
    return [layout for layout in without_loss if stops.isdisjoint(map(in_book, layout.stops()))]


def _audit_sheet(cells: Cells, claimed: Layout, tell: Tell) -> SheetAudit:
    """One layout, from its claims to its findings."""
    differentiated = within(f"differentiating {title(claimed.sheet)}, {claimed.steps} steps", tell)
    rates = rate_cells(cells, claimed.sheet)
    layout = as_steps_if_better(cells, claimed, rates)
    truth = differentiate(cells, layout, differentiated)
    updates = check_updates(cells, layout, rates, within(f"following the updates on {title(layout.sheet)}", tell))
    reasons = within(f"looking for the reasons on {title(layout.sheet)}", tell)
    return SheetAudit(layout, truth, updates, findings_of_sheet(cells, layout, truth, updates, reasons))
