"""A formula as it is when it was filled from another cell."""

from __future__ import annotations

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell, UnreadableFormulaError
from xlbp.auditing.reading.trees import written


def filled_text(cells: Cells, like: Cell, home: Cell, meant: Compiled) -> str:
    """A cell's formula as a person fills it into another cell, with its ranges; '' where it would mean other cells."""
    tree = None if like in cells.contents.arrays else cells.tree(like)
    if tree is None:
        return ""
    text = f"={written(tree, home)}"
    try:
        compiled = cells.compile_text(text, home)
    except UnreadableFormulaError:
        return ""
    return text if set(compiled.cells(home)) == set(meant.cells(home)) else ""
