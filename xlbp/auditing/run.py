"""The table of contents: read the book, understand its claims, differentiate and compare, check updates, diagnose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.book import claimed_layouts
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.claims.tables import rate_cells
from xlbp.auditing.diagnosis.sheet_findings import findings_of_sheet
from xlbp.auditing.reading.contents import read
from xlbp.auditing.reading.syntax import title
from xlbp.auditing.result import Audit, Sheet, completed
from xlbp.auditing.truth.best_fit import assume_loss, take_steps
from xlbp.auditing.truth.gradients import differentiate
from xlbp.auditing.updates.check import check_updates

Tell = Callable[[str], None]
EVERYTHING = AuditOptions()


def audit(path: Path, wanted: AuditOptions = EVERYTHING, large: bool = False, tell: Tell = lambda step: None) -> Audit:
    """Audit a workbook; ``tell`` is given the steps of the work.

    Raises UnreadableError where it claims no gradient of a loss that can be found.
    """
    tell("reading")
    cells = Cells(read(path, large))
    sheets: list[Sheet] = []
    without_loss: list[Layout] = []
    for layout in claimed_layouts(cells, wanted):
        if layout.losses or assume_loss(cells, layout):
            sheets.append(_audited(cells, layout, tell))
        else:
            without_loss.append(layout)
    return completed(path, cells, sheets, without_loss)


def _audited(cells: Cells, claimed: Layout, tell: Tell) -> Sheet:
    """One layout, from its claims to its findings."""
    tell(f"differentiating {title(claimed.sheet)}, {claimed.steps} steps")
    rates = rate_cells(cells, [claimed.sheet])
    layout = take_steps(cells, claimed, rates)
    truth = differentiate(cells, layout)
    updates = check_updates(cells, layout, rates)
    tell(f"looking for the reasons on {title(layout.sheet)}")
    return Sheet(layout, truth, updates, findings_of_sheet(cells, layout, truth, updates))
