"""Maxout: the largest of a unit's pieces."""

from __future__ import annotations

import numpy as np

from xlbp.model.blocks.winner import put_winners
from xlbp.model.cells import Array, Cells, Grid
from xlbp.symbols.expr import function
from xlbp.template.blocks.maxout import Maxout

largest = function("largest")


def forward(cells: Cells, block: Maxout, z: Grid) -> Grid:
    """a = max of a unit's pieces; k is 1 for the first piece that reaches it, which alone the slope passes.

    (Goodfellow et al., Maxout Networks, 2013.)
    """
    k = cells.references("k")
    axis = cells.feature_axis

    def pieces(grid: Array, i: tuple[int, ...]) -> Array:
        """Those of a unit."""
        first = i[axis] * block.pieces
        neighbours = (*cells.apart(i), slice(first, first + block.pieces))
        return np.moveaxis(grid, axis, -1)[neighbours]

    a = cells.fill(
        "a",
        lambda s, *i: largest(*pieces(z[s], i)),
        lambda s, *i: zip(pieces(z[s], i), pieces(k[s], i), strict=True),
    )
    if cells.training:
        for i in np.ndindex(a[cells.marks[0]].shape):
            for s in cells.marks:
                put_winners(cells, s, a[s][i], pieces(z[s], i), pieces(k[s], i))
    return a
