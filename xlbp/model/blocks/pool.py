"""Pooling: of each window of each map its largest number, or its mean."""

from __future__ import annotations

import numpy as np

from xlbp.model.blocks.winner import put_winners
from xlbp.model.cells import Array, Cells, Grid
from xlbp.symbols.expr import Expr, function, total
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows

largest = function("largest")


def _window(maps: Array, windows: Windows, index: tuple[int, ...]) -> list[Expr]:
    """The cells of a channel that a window lies on, row by row; the index is the channel's and the window's."""
    channel, *window = index
    steps = zip(window, windows.size, windows.stride, strict=True)
    part = (channel, *(slice(at * stride, at * stride + size) for at, size, stride in steps))
    return list(maps[part].flat)


def largest_of(cells: Cells, block: MaxPool, x: Grid) -> Grid:
    """p = the largest of a window; k is 1 for the first place that reaches it, which alone the slope passes."""
    k = cells.references("k")
    maps = cells.maps(x, block.windows)
    p = cells.fill(
        "p",
        lambda s, *i: largest(*_window(maps[s], block.windows, i)),
        lambda s, *i: zip(_window(maps[s], block.windows, i), k[s][i], strict=True),
    )
    if cells.training:
        for i in np.ndindex(p[cells.marks[0]].shape):
            for s in cells.marks:
                put_winners(cells, s, p[s][i], _window(maps[s], block.windows, i), k[s][i])
    return p


def mean_of(cells: Cells, block: AveragePool, x: Grid) -> Grid:
    """p = the mean of a window."""
    maps = cells.maps(x, block.windows)

    def mean(s: str, *i: int) -> Expr:
        seen = _window(maps[s], block.windows, i)
        return total(seen) / len(seen)

    return cells.fill("p", mean)
