"""Softmax, from the largest pre-activation down, so that no power overflows."""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import exp, function, log, total
from xlbp.template.blocks.softmax import Softmax

largest = function("largest")


def forward(cells: Cells, block: Softmax, z: Grid) -> Grid:
    """m = max z;  u_i = exp(z_i - m);  S = sum of u;  lse = m + log S;  a_i = u_i / S; at each step, or place, p.

    As a_i = exp(z_i - lse), derivatives are known in closed form: dlse/dz_i = a_i, da_i/dz_i = a_i,
    da_i/dlse = -a_i.  (Goodfellow, Bengio and Courville, Deep Learning, 2016, 4.1 and 6.2.2.3.)
    """
    a = cells.references("a")
    z_at, a_at = cells.features_last(z), cells.features_last(a)
    m = cells.fill("m", lambda s, *p: largest(*z_at[s][p]))
    u = cells.fill("u", lambda s, *i: exp(z[s][i] - m[s][cells.apart(i)]))
    u_at = cells.features_last(u)
    S = cells.fill("S", lambda s, *p: total(u_at[s][p]))
    lse = cells.fill(
        *("lse", lambda s, *p: m[s][p] + log(S[s][p])),
        lambda s, *p: zip(z_at[s][p], a_at[s][p], strict=True),
    )
    return cells.fill(
        "a",
        lambda s, *i: u[s][i] / S[s][cells.apart(i)],
        lambda s, *i: ((z[s][i], a[s][i]), (lse[s][cells.apart(i)], -a[s][i])),
    )
