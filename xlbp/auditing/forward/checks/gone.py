"""A formula that names what is gone: the cells, or the sheet, that it read were deleted."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.mistakes import Mistake

GONE = "#REF!"


def gone_slips(view: SheetView) -> Iterator[Slip]:
    """The formulas in which ``#REF!`` stands for a reference, used or not."""
    for cell, text in view.cells.contents.formulas.items():
        if cell[0] == view.sheet and cell in view.numeric and GONE in text:
            yield Slip(Mistake.GONE, (cell,), "", "gone")
