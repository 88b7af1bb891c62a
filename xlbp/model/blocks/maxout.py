"""Maxout: the largest of a unit's pieces."""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, function, if_positive, total
from xlbp.template.blocks.maxout import Maxout

largest = function("largest")


def forward(cells: Cells, block: Maxout, z: Grid) -> Grid:
    """a = max of a unit's pieces; k is 1 for the first piece that reaches it, which alone the slope passes.

    (Goodfellow et al., Maxout Networks, 2013.)
    """
    k = cells.references("k")

    def pieces(i: int) -> range:
        return range(i * block.pieces, (i + 1) * block.pieces)

    def peak(s: str, i: int) -> Expr:
        return largest(*(z[s][piece] for piece in pieces(i)))

    a = cells.fill("a", peak, lambda s, i: ((z[s][piece], k[s][piece]) for piece in pieces(i)))
    for i in range(len(a[cells.marks[0]])) if cells.training else ():
        for s in cells.marks:
            winners: list[Expr] = []
            for piece in pieces(i):
                free = total([1, *(-winner for winner in winners)])
                won = if_positive(a[s][i] - z[s][piece], 0, free)
                winners.append(cells.put("k", s, (piece,), won))
    return a
