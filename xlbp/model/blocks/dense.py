"""z = W x + b."""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, dot, total
from xlbp.template.blocks.dense import Dense


def forward(cells: Cells, block: Dense, x: Grid) -> Grid:
    """z_i = sum over j of W_ij x_j, plus b_i, or the b that all share."""
    W = cells.parameter("W")
    b = cells.parameter("b") if block.bias != "none" else None

    def bias(i: int) -> list[Expr]:
        if b is None:
            return []
        return [b[i] if b.shape else b[()]]

    return cells.fill("z", lambda s, i: total([dot(W[i], x[s]), *bias(i)]))
