"""The bias of a sum, where there is one."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.model.cells import Cells
from xlbp.symbols.expr import Expr


def bias_of(cells: Cells, letter: str = "b") -> Callable[[int], list[Expr]]:
    """By the row of a sum, counted from 0, its bias or the one that all share; none where the block has none."""
    if not cells.has(letter):
        return lambda row: []
    b = cells.parameter(letter)
    return lambda row: [b[row] if b.shape else b[()]]
