"""Maxout: the largest of each unit's pieces, Z (B, n k) to A (B, n)."""

from __future__ import annotations

import numpy as np

from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.maxout import Maxout


def forward(notes: LayerNotes, block: Maxout, p: Arrays, z: Array) -> tuple[Array, Array]:
    """A; and (B, n, k), 1 for the piece that has the slope: of equal ones the first."""
    pieces = z.reshape(len(z), -1, block.pieces)
    peak = np.max(pieces, axis=2)
    gap = notes.cleaned(peak[:, :, None] - pieces)
    wins, free = [], np.ones_like(peak)
    for k in range(block.pieces):  # one cell after the other, so that an error reaches what it would there
        wins.append(np.where(np.isnan(gap[:, :, k]), np.nan, np.where(gap[:, :, k] > 0, 0.0, free)))
        free = free - wins[-1]
    winners = np.stack(wins, axis=2)
    if notes.training:
        notes.put("k", winners.reshape(len(z), -1))
    return notes.put("a", peak), winners


def backward(notes: LayerNotes, block: Maxout, p: Arrays, winners: Array, da: Array) -> tuple[Arrays, Array]:
    """dE/dZ goes to the winning piece alone."""
    return {}, (da[:, :, None] * winners).reshape(len(da), -1)
