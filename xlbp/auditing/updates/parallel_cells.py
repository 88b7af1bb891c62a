"""Where the update of one parameter is made otherwise than that of another, with no table: in which of its cells."""

from __future__ import annotations

from collections.abc import Collection

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError, moved_text
from xlbp.symbols.expr import Expr, ref


def where_they_part(cells: Cells, one: Cell, other: Cell, ends: Collection[Cell]) -> tuple[Cell, Cell]:
    """The first cells with formulas of different forms, on the way back from two new values; these where none have."""
    at, beside = one, other
    while True:
        own, theirs = cells.compiled(at), cells.compiled(beside)
        if own is None or theirs is None or _form(own) is not _form(theirs):
            return at, beside
        pairs = [
            pair
            for pair in zip(own.cells(at), theirs.cells(beside), strict=True)
            if all(cells.is_formula(cell) and cell not in ends for cell in pair)
        ]
        if len(pairs) != 1 or pairs[0][0] == pairs[0][1]:
            return one, other
        at, beside = pairs[0]


def filled_into(cells: Cells, like: Cell, home: Cell) -> tuple[str, Compiled] | None:
    """A cell's formula as it is filled into another; None where it leads off the sheet."""
    text = moved_text(cells.formula(like) or "", home[1] - like[1], home[2] - like[2])
    try:
        return text, cells.compile_text(text, home)
    except (UnreadableFormulaError, ValueError):
        return None


def _form(compiled: Compiled) -> Expr:
    """A formula with its references numbered, wherever they lead."""
    numbers = {name: ref(str(n)) for n, name in enumerate(compiled.names)}
    return relabelled(compiled.expr, numbers.__getitem__)
