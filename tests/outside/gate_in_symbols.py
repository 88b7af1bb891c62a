"""The gate's forward pass; the way back follows."""

from __future__ import annotations

from tests.outside.gate import Gate
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import relu


def forward(cells: Cells, block: Gate, x: Grid) -> Grid:
    """p = k x + c,  o = max(p, 0),  y = x o."""
    k, c = cells.parameter("k"), cells.parameter("c")
    p = cells.fill("p", lambda s, *i: k[i] * x[s][i] + c[i])
    o = cells.fill("o", lambda s, *i: relu(p[s][i]))
    return cells.fill("y", lambda s, *i: x[s][i] * o[s][i])
