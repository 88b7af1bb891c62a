"""z = W x + b."""

from __future__ import annotations

from xlbp.model.blocks.bias import bias_of
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import dot, total
from xlbp.template.blocks.dense import Dense


def forward(cells: Cells, block: Dense, x: Grid) -> Grid:
    """z_i = sum over j of W_ij x_j, plus b_i, or the b that all share; of a sequence so at each step."""
    W, b = cells.parameter("W"), bias_of(cells)
    x = cells.features_last(x)
    return cells.fill("z", lambda s, *i: total([dot(W[i[-1]], x[s][i[:-1]]), *b(i[-1])]))
