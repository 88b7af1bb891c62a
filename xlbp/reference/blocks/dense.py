"""Z = X W^T + b, and back: dE/dX = dE/dZ W, dE/dW = dE/dZ^T X, dE/db the sums of dE/dZ over the samples.

Rows are samples: X is (B, m), Z (B, n), W (n, m), b (n,) or a single number, (1,).  Of a sequence X is (B, S, m), of a
signal (B, m, S), and the same W and b are used at each of the S steps: Z is (B, S, n).
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

import math

from xlbp.reference.arithmetic import by_place, features_back, features_last, in_order, matmul, matmul_by_step
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.bias import SHARED
from xlbp.template.blocks.dense import Dense


def forward(notes: LayerNotes, block: Dense, p: Arrays, x: Array) -> tuple[Array, Array]:
    """Z, and for the way back X as (B, S, m)."""
    by_feature = features_last(x, notes.shapes[0])
    samples, *apart, features = by_feature.shape
    steps = by_feature.reshape(samples, math.prod(apart), features)
    z = matmul_by_step(steps, p["W"].T).reshape(samples, *apart, -1)
    return notes.put("z", z + p["b"] if "b" in p else z), steps


def backward(notes: LayerNotes, block: Dense, p: Arrays, x: Array, dz: Array) -> tuple[Arrays, Array]:
    """Step by step the sums over the samples of dE/dW (S, n, m) and dE/db (S, n) or (S, 1); and dE/dX."""
    samples, steps, features = x.shape
    flow = dz.reshape(samples, steps, -1)
    gradients = {"W": by_place([matmul(flow[:, t].T, x[:, t]) for t in range(steps)])}
    if "b" in p:
        gradients["b"] = by_place([of_bias(flow[:, t], block.bias) for t in range(steps)])
    below = matmul_by_step(flow, p["W"]).reshape(*dz.shape[:-1], features)
    return gradients, features_back(below, notes.shapes[0])


def of_bias(dz: Array, bias: str) -> Array:
    """dE/db from dE/dZ (B, n): the sums over the samples, (n,), or of all of it where all share one, (1,)."""
    return in_order(dz.T.reshape(1, -1) if bias == SHARED else dz.T)
