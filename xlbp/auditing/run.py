"""The table of contents: read the book, understand its claims, differentiate and compare, check updates, diagnose."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.book import claimed_layouts, is_ours
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.claims.tables import rate_cells
from xlbp.auditing.diagnosis.sheet_findings import findings_of_sheet
from xlbp.auditing.forward.run import audit_forward
from xlbp.auditing.reading.contents import read
from xlbp.auditing.reading.outside import Engine
from xlbp.auditing.reading.package import Told
from xlbp.auditing.reading.syntax import in_book, title
from xlbp.auditing.recognition.recognise import Recognition, recognise
from xlbp.auditing.result import Audit, completed
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.best_fit import as_steps_if_better, with_assumed_loss
from xlbp.auditing.truth.gradients import differentiate
from xlbp.auditing.updates.check import check_updates

EVERYTHING = AuditOptions()


class Tell(Protocol):
    """Told of each step of the work, and of the share of it that is done, where that is known."""

    def __call__(self, step: str, share: float | None = None) -> None:
        """A step begins, or has come this far."""


def silent(step: str, share: float | None = None) -> None:
    """Nobody is told."""


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
    cells = Cells(read(path, large, _within("reading", tell)), engine)
    headed: list[Layout] = []
    without_loss: list[Layout] = []
    for claimed in claimed_layouts(cells, options):
        layout = claimed if claimed.losses else with_assumed_loss(cells, claimed)
        (without_loss if layout is None else headed).append(layout or claimed)
    told = Recognition(headed)
    if not options.names_ranges and not is_ours(cells):
        tell("looking for what trains")
        told = recognise(cells, headed)
    sheets = [_audit_sheet(cells, layout, tell) for layout in told.layouts]
    lossless = _not_told(without_loss, told)
    is_all = bool(sheets or told.not_followed)  # where nothing trains, it is a forward pass or nothing
    forward = audit_forward(cells, options.sheet, tell) if options.forward or not is_all else None
    return completed(path, cells, sheets, lossless, told.not_followed, forward, options.forward)


def _within(step: str, tell: Tell) -> Told:
    """A step begins: what is told of its share from then on."""
    tell(step)
    return lambda share: tell(step, share)


def _not_told(without_loss: list[Layout], told: Recognition) -> list[Layout]:
    """The layouts by headings of which nothing is told yet, not even by what trains."""
    stops = {in_book(cell) for layout in told.layouts for cell in layout.stops()}
    stops |= {in_book(cell) for training in told.not_followed for cell in training.stops}
    return [layout for layout in without_loss if stops.isdisjoint(map(in_book, layout.stops()))]


def _audit_sheet(cells: Cells, claimed: Layout, tell: Tell) -> SheetAudit:
    """One layout, from its claims to its findings."""
    differentiated = _within(f"differentiating {title(claimed.sheet)}, {claimed.steps} steps", tell)
    rates = rate_cells(cells, claimed.sheet)
    layout = as_steps_if_better(cells, claimed, rates)
    truth = differentiate(cells, layout, differentiated)
    tell(f"following the updates on {title(layout.sheet)}")
    updates = check_updates(cells, layout, rates)
    tell(f"looking for the reasons on {title(layout.sheet)}")
    return SheetAudit(layout, truth, updates, findings_of_sheet(cells, layout, truth, updates))
