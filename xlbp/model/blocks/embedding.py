"""Tokens as vectors: an embedding has one for each token, and positions add one for each step."""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, absolute, dot, if_positive
from xlbp.template.blocks.embedding import Embedding, Positions


def embedding(cells: Cells, block: Embedding, x: Grid) -> Grid:
    """k[t, r] = 1 where the token x[t] is r, counted from 0, else 0;  z[t, i] = sum over r of k[t, r] W[r, i].

    No derivative goes back to k: which token it is, no training moves.
    """
    W = cells.parameter("W")

    def is_token(s: str, t: int, r: int) -> Expr:
        distance = x[s][t] - r if r else x[s][t]
        return if_positive(absolute(distance), 0, 1)

    k = cells.fill("k", is_token)
    return cells.fill("z", lambda s, t, i: dot(k[s][t], W[:, i]), lambda s, t, i: zip(W[:, i], k[s][t], strict=True))


def positions(cells: Cells, block: Positions, x: Grid) -> Grid:
    """z[t, i] = x[t, i] + P[t, i]."""
    P, x = cells.parameter("P"), cells.features_last(x)
    return cells.fill("z", lambda s, *i: x[s][i] + P[i])
