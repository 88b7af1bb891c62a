"""Z = X W^T + b, and back: dE/dX = dE/dZ W, dE/dW = dE/dZ^T X, dE/db the sums of dE/dZ over the samples.

Rows are samples: X is (B, m), Z (B, n), W (n, m), b (n,) or a single number, (1,).
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

from xlbp.reference.arithmetic import in_order, matmul
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.dense import Dense


def forward(notes: LayerNotes, block: Dense, p: Arrays, x: Array) -> tuple[Array, Array]:
    """Z, and X for the way back."""
    z = matmul(x, p["W"].T)
    return notes.put("z", z + p["b"] if "b" in p else z), x


def backward(notes: LayerNotes, block: Dense, p: Arrays, x: Array, dz: Array) -> tuple[Arrays, Array]:
    """The sums over the samples of dE/dW (n, m) and dE/db (n,) or (1,); and dE/dX."""
    gradients = {"W": matmul(dz.T, x)}
    if "b" in p:
        gradients["b"] = in_order(dz.T.reshape(1, -1) if block.bias == "shared" else dz.T)
    return gradients, matmul(dz, p["W"])
