"""Softmax, from the largest pre-activation down, so that no power overflows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, exp, function, log, total
from xlbp.template.blocks.softmax import Softmax

largest = function("largest")
Index: TypeAlias = tuple[int, ...]
Row: TypeAlias = Callable[..., Sequence[Expr]]  # of a sample, and of a place


def forward(cells: Cells, block: Softmax, z: Grid) -> Grid:
    """The shares of the features, or channels, at each step, or place."""

    def together(grid: Grid) -> Row:
        by_place = cells.features_last(grid)
        return lambda s, *p: by_place[s][p]

    return put_shares(cells, "a", z, together, cells.apart)


def put_shares(
    cells: Cells, letter: str, z: Grid, together: Callable[[Grid], Row], place_of: Callable[[Index], Index]
) -> Grid:
    """m = max z;  u_i = exp(z_i - m);  S = sum of u;  lse = m + log S;  a_i = u_i / S; at each place p of several.

    ``together`` tells of a tensor the cells at a place that share, ``place_of`` the place of an element; the shares
    have this ``letter``.  As a_i = exp(z_i - lse), derivatives are known in closed form: dlse/dz_i = a_i,
    da_i/dz_i = a_i, da_i/dlse = -a_i.  (Goodfellow, Bengio and Courville, Deep Learning, 2016, 4.1 and 6.2.2.3.)
    """
    a, u = cells.references(letter), cells.references("u")
    z_at, a_at, u_at = map(together, (z, a, u))
    m = cells.fill("m", lambda s, *p: largest(*z_at(s, *p)))
    cells.fill("u", lambda s, *i: exp(z[s][i] - m[s][place_of(i)]))
    S = cells.fill("S", lambda s, *p: total(u_at(s, *p)))
    lse = cells.fill(
        *("lse", lambda s, *p: m[s][p] + log(S[s][p])),
        lambda s, *p: zip(z_at(s, *p), a_at(s, *p), strict=True),
    )
    return cells.fill(
        *(letter, lambda s, *i: u[s][i] / S[s][place_of(i)]),
        lambda s, *i: ((z[s][i], a[s][i]), (lse[s][place_of(i)], -a[s][i])),
    )
