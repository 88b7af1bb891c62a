"""Dropout: H = A Q in training, with the masks Q (B, ...) of :mod:`xlbp.reference.data`; A itself otherwise."""

from __future__ import annotations

from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.dropout import Dropout


def forward(notes: LayerNotes, block: Dropout, p: Arrays, a: Array) -> tuple[Array, None]:
    """H, or A of samples that are kept from training."""
    return (notes.put("h", a * p["q"]) if notes.training else a), None


def backward(notes: LayerNotes, block: Dropout, p: Arrays, _: None, dh: Array) -> tuple[Arrays, Array]:
    """dE/dA = dE/dH Q."""
    return {}, dh * p["q"]
