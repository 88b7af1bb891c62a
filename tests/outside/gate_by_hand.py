"""The gate forward and backward in NumPy.  Rows are samples."""

from __future__ import annotations

import numpy as np

from tests.outside.gate import Gate
from xlbp.reference.arithmetic import in_order
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes


def forward(notes: LayerNotes, block: Gate, p: Arrays, x: Array) -> tuple[Array, tuple[Array, Array]]:
    """P = k X + c,  O = max(P, 0),  Y = X O; X and O are kept."""
    pre = notes.put("p", p["k"] * x + p["c"])
    opened = notes.put("o", np.maximum(pre, 0))
    return notes.put("y", x * opened), (x, opened)


def backward(notes: LayerNotes, block: Gate, p: Arrays, kept: tuple[Array, Array], dy: Array) -> tuple[Arrays, Array]:
    """dE/dO = dE/dY X, dE/dP = dE/dO where the gate is open, dE/dX = dE/dP k + dE/dY O."""
    x, opened = kept
    d_open = notes.put("do", dy * x)
    d_pre = notes.put("dp", d_open * np.heaviside(opened, 0.0))
    gradients = {"k": in_order((d_pre * x).T), "c": in_order(d_pre.T)}
    return gradients, d_pre * p["k"] + dy * opened
