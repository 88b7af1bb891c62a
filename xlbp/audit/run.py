"""From a book to findings: reads it, finds out what it claims, differentiates, compares, and names what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlbp.audit.calculation.cells import Cells
from xlbp.audit.claims.headings import PREDICTION, TARGET
from xlbp.audit.claims.labels import by_labels
from xlbp.audit.claims.layout import Layout
from xlbp.audit.claims.options import Wanted, by_options, losses, named_sheet, put_loss
from xlbp.audit.claims.tables import rate_cells, tables
from xlbp.audit.diagnosis.judge import judge
from xlbp.audit.findings import Finding
from xlbp.audit.reading.contents import read
from xlbp.audit.reading.syntax import address
from xlbp.audit.truth.best_fit import take_steps
from xlbp.audit.truth.gradients import Truth, differentiate
from xlbp.audit.updates.check import Updates, check_updates
from xlbp.errors import UnreadableError

Tell = Callable[[str], None]
OURS = "_xlbp"
EVERYTHING = Wanted()
ASSUMED = ("squared_error", "half_squared_error")


@dataclass
class Sheet:
    """One sheet's audit."""

    layout: Layout
    truth: Truth
    updates: Updates
    findings: list[Finding]


@dataclass
class Audit:
    """A book's audit: that of each of its sheets that claims gradients, and what could not be read."""

    book: str
    cells: Cells
    sheets: list[Sheet] = field(default_factory=list)
    unreadable: list[dict[str, str]] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """All findings, sheet by sheet."""
        return [finding for sheet in self.sheets for finding in sheet.findings]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with what could be read."""
        return not self.findings


def audit(path: Path, wanted: Wanted = EVERYTHING, large: bool = False, tell: Tell = lambda step: None) -> Audit:
    """Audit a workbook; ``tell`` is given the steps of the work.

    Raises UnreadableError where it claims no gradient of a loss that can be found.
    """
    tell("reading")
    cells = Cells(read(path, large))
    found = Audit(str(path), cells)
    without_loss: list[Layout] = []
    for layout in _layouts(cells, wanted):
        if not layout.losses and not _assume_loss(cells, layout):
            without_loss.append(layout)
            continue
        tell(f"differentiating {layout.sheet}, {layout.steps} steps")
        layout = take_steps(cells, layout)  # noqa: PLW2901
        truth = differentiate(cells, layout)
        updates = check_updates(cells, layout, rate_cells(cells, [layout.sheet]))
        tell(f"looking for the reasons on {layout.sheet}")
        found.sheets.append(Sheet(layout, truth, updates, judge(cells, layout, truth, updates)))
    if not found.sheets:
        raise UnreadableError(_why_nothing(path, without_loss))
    found.unreadable = [*_unreadable(cells, found), *_no_loss(without_loss), *_doubts(found)]
    return found


def _layouts(cells: Cells, wanted: Wanted) -> Iterator[Layout]:
    if wanted.given:
        yield by_options(cells, wanted)
        return
    sheets = [named_sheet(cells, wanted.sheet)] if wanted.sheet else cells.contents.sheets
    is_ours = OURS in cells.contents.sheets
    for sheet in sheets:
        found = list(tables(cells, sheet))
        if wanted.loss or wanted.loss_expr:
            for layout in found:
                assert layout.table is not None
                layout.losses = losses(cells, sheet, wanted, layout.table.first, layout.table.steps)
        if is_ours:
            found = [layout for layout in found if layout.losses]
        elif not found and (labelled := by_labels(cells, sheet)) is not None:
            if wanted.loss or wanted.loss_expr:
                labelled.losses = losses(cells, sheet, wanted, 1, 1)
            found = [labelled]
        yield from found
        if is_ours and found:
            return  # the other sheets show what this one holds


def _assume_loss(cells: Cells, layout: Layout) -> bool:
    """Where a table has a prediction and a target but no loss, take the squared error that fits the claims best."""
    table = layout.table
    if table is None:
        return False
    predictions = [c for c, text in table.headings.items() if PREDICTION.fullmatch(text) and c in table.computing]
    targets = [c for c, text in table.headings.items() if TARGET.fullmatch(text) and c not in predictions]
    if len(predictions) != 1 or len(targets) != 1:
        return False
    y, t = (address(table.cell(c, 0)) for c in (predictions[0], targets[0]))
    best: tuple[int, str] | None = None
    for name in ASSUMED:
        layout.losses = _put(cells, layout, f"{name}({y},{t})")
        wrong = sum(len(differentiate(cells, layout).wrong(p)) for p in layout.parameters)
        if best is None or wrong < best[0]:
            best = (wrong, f"{name}({y},{t})")
    assert best is not None
    layout.losses, layout.assumed = _put(cells, layout, best[1]), best[1]
    return True


def _put(cells: Cells, layout: Layout, text: str) -> list[tuple[str, int, int]]:
    assert layout.table is not None
    first = layout.table.first
    cells.forget((layout.sheet, first + step, 0) for step in range(layout.table.steps))
    return [put_loss(cells, layout.sheet, text, first, first + step) for step in range(layout.table.steps)]


def _why_nothing(path: Path, without_loss: list[Layout]) -> str:
    if without_loss:
        sheets = ", ".join(sorted({repr(layout.sheet) for layout in without_loss}))
        return (
            f"{path}: no loss was found for the gradients on {sheets}; name its cell with --loss, or give --loss-expr"
        )
    return (
        f"{path}: no gradients were found by their headings; "
        "name them, as --loss E5 --parameters B5:I5 --gradients T5:AA5"
    )


def _unreadable(cells: Cells, found: Audit) -> Iterator[dict[str, str]]:
    """The cells, among those that matter, whose formulas can't be read: each is taken as its saved number."""
    for cell, reason in sorted(cells.unreadable.items()):
        if cell[2] > 0:
            home = found.sheets[0].layout.sheet
            yield {"cell": address(cell, home), "formula": (cells.formula(cell) or "")[:200], "reason": reason}


def _no_loss(layouts: list[Layout]) -> Iterator[dict[str, str]]:
    for layout in layouts:
        cell = address(layout.parameters[0].places[0].gradient)
        yield {"cell": cell, "formula": "", "reason": "no loss was found for these gradients; name it with --loss"}


def _doubts(found: Audit) -> Iterator[dict[str, str]]:
    for sheet in found.sheets:
        broken = next((loss for loss in sheet.layout.losses if math.isnan(found.cells.value(loss))), None)
        if broken is not None:
            formula = found.cells.formula(broken) or ""
            reason = "the loss is an error from here on: what belongs to it can't be judged"
            yield {"cell": address(broken, sheet.layout.sheet), "formula": formula[:200], "reason": reason}
        for doubt in sheet.truth.doubted[:10]:
            where, _, words = doubt.partition(": ")
            yield {"cell": where, "formula": "", "reason": words}
