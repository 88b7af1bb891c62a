"""Tells of a step that does not go on from the one before it."""

from __future__ import annotations

from collections.abc import Iterable

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.findings import Finding
from xlbp.auditing.recognition.breaks import Break
from xlbp.auditing.sheet import SheetAudit
from xlbp.auditing.truth.gradients import relative

BROKEN = "this step does not go on from what the step before made of the parameter, as it does for the others"


def tell_break(cells: Cells, sheets: Iterable[SheetAudit], broken: Break) -> None:
    """Put a break in front of the findings of the sheet that its parameter is audited on."""
    kind = kinds.WEIGHT if cells.is_formula(broken.cell) else kinds.PASTED
    error = relative(cells.value(broken.cell), cells.value(broken.new))
    stands = cells.shown(broken.cell)
    finding = Finding(kind, broken.cell, stands, broken.expected, BROKEN, error, [broken.cell])
    sheet = next((sheet for sheet in sheets if broken.start in sheet.layout.stops()), None)
    if sheet is not None:
        sheet.findings.insert(0, finding)
