"""Softmax, from the largest pre-activation down, so that no power overflows."""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import exp, function, log, total
from xlbp.template.blocks.softmax import Softmax

largest = function("largest")


def forward(cells: Cells, block: Softmax, z: Grid) -> Grid:
    """m = max z;  u_i = exp(z_i - m);  S = sum of u;  lse = m + log S;  a_i = u_i / S.

    As a_i = exp(z_i - lse), derivatives are known in closed form: dlse/dz_i = a_i, da_i/dz_i = a_i,
    da_i/dlse = -a_i.  (Goodfellow, Bengio and Courville, Deep Learning, 2016, 4.1 and 6.2.2.3.)
    """
    a = cells.references("a")
    m = cells.single("m", lambda s: largest(*z[s]))
    u = cells.fill("u", lambda s, i: exp(z[s][i] - m[s]))
    S = cells.single("S", lambda s: total(u[s]))
    lse = cells.single("lse", lambda s: m[s] + log(S[s]), lambda s: zip(z[s], a[s], strict=True))
    return cells.fill("a", lambda s, i: u[s][i] / S[s], lambda s, i: ((z[s][i], a[s][i]), (lse[s], -a[s][i])))
