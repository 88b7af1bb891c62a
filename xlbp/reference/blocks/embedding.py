"""Tokens as vectors, by hand: an embedding's rows are looked up, and each gets back what its token's steps bring.

Tokens X are (B, T), whole numbers from 0; W (N, m), positions P (T, m), and Z (B, T, m).
"""

from __future__ import annotations

import numpy as np

from xlbp.reference.arithmetic import by_place, features_back, features_last, matmul, matmul_by_step, samples_in_order
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.embedding import Embedding, Positions


def embedding(notes: LayerNotes, block: Embedding, p: Arrays, x: Array) -> tuple[Array, Array]:
    """Z = K W, K (B, T, N) being one-hot; a token that is none is all zeros.  K is kept."""
    distances = np.abs(x[..., None] - np.arange(float(block.rows)))
    k = notes.put("k", np.where(np.isnan(distances), np.nan, np.where(distances > 0, 0.0, 1.0)))
    return notes.put("z", matmul_by_step(k, p["W"])), k


def embedding_backward(notes: LayerNotes, block: Embedding, p: Arrays, k: Array, dz: Array) -> tuple[Arrays, Array]:
    """dE/dW = K^T dZ, step by step; nothing goes back to a token."""
    parts = by_place([matmul(k[:, t].T, dz[:, t]) for t in range(k.shape[1])])
    return {"W": parts}, np.zeros(k.shape[:2])


def positions(notes: LayerNotes, block: Positions, p: Arrays, x: Array) -> tuple[Array, None]:
    """Z = X + P."""
    return notes.put("z", features_last(x, notes.shapes[0]) + p["P"]), None


def positions_backward(notes: LayerNotes, block: Positions, p: Arrays, _: None, dz: Array) -> tuple[Arrays, Array]:
    """dE/dP is the sum of dE/dZ over the samples; dE/dX is dE/dZ."""
    return {"P": samples_in_order(dz)[None]}, features_back(dz, notes.shapes[0])
