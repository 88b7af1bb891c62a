"""A formula that names what is gone: the cells, or the sheet, that it read were deleted."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.mistakes import Mistake

GONE = "#REF!"


def gone_slips(view: SheetView) -> Iterator[Slip]:
    """The formulas in which ``#REF!`` stands for a reference, used or not."""
    formulas = view.cells.contents.formulas
    for cell in sorted(cell for cell in view.numeric if GONE in formulas.get(cell, "")):
        yield Slip(Mistake.GONE, (cell,), "", "gone")
