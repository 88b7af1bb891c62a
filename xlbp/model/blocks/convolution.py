"""Convolution: each filter a weighted sum of each window, and a bias."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.model.blocks.bias import bias_of
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, total
from xlbp.template.blocks.block import Shape
from xlbp.template.blocks.convolution import Convolution


def forward(cells: Cells, block: Convolution, x: Grid) -> Grid:
    """z[f, w] = sum over channels c and places p of K[f, c, p] x[c, place of p in window w], plus b[f]."""
    K, b = cells.parameter("K"), bias_of(cells)
    maps = cells.maps(x, block.windows)
    shape = Shape(maps[cells.marks[0]].shape, block.windows.axes)
    places = list(block.windows.within())

    def products(s: str, f: int, w: tuple[int, ...]) -> Iterator[Expr]:
        """Of each number that the window lies on, channel after channel, row by row; the padding adds nothing."""
        for c in range(shape[0]):
            for p in places:
                if (seen := block.windows.seen(shape, w, p)) is not None:
                    weight, number = (f, c, *p), (c, *seen)
                    yield K[weight] * maps[s][number]

    return cells.fill("z", lambda s, f, *w: total([*products(s, f, w), *b(f)]))
