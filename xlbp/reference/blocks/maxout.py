"""Maxout: the largest of each unit's pieces, Z (B, n k) to A (B, n); of sequences and maps so at each place."""

from __future__ import annotations

import numpy as np

from xlbp.reference.arithmetic import features_back, features_last
from xlbp.reference.blocks.winner import winners
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.maxout import Maxout


def forward(notes: LayerNotes, block: Maxout, p: Arrays, z: Array) -> tuple[Array, Array]:
    """A; and (B, ..., n, k), 1 for the piece that has the slope: of equal ones the first."""
    shape = notes.shapes[0]
    rows = features_last(z, shape)
    pieces = rows.reshape(*rows.shape[:-1], -1, block.pieces)
    peak = np.max(pieces, axis=-1)
    won = winners(notes, pieces, peak)
    if notes.training:
        notes.put("k", features_back(won.reshape(*rows.shape), shape))
    return notes.put("a", features_back(peak, shape)), won


def backward(notes: LayerNotes, block: Maxout, p: Arrays, won: Array, da: Array) -> tuple[Arrays, Array]:
    """dE/dZ goes to the winning piece alone."""
    shape = notes.shapes[0]
    flow = features_last(da, shape)[..., None] * won
    return {}, features_back(flow.reshape(*won.shape[:-2], -1), shape)
