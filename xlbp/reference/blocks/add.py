"""Z = X + Y + ..., element by element; the derivative by each of them is that by Z."""

from __future__ import annotations

from functools import reduce
from operator import add

from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.add import Add


def forward(notes: LayerNotes, block: Add, p: Arrays, *inputs: Array) -> tuple[Array, int]:
    """Z, and how many inputs there are."""
    return notes.put("z", reduce(add, inputs)), len(inputs)


def backward(notes: LayerNotes, block: Add, p: Arrays, inputs: int, dz: Array) -> tuple[Arrays | Array, ...]:
    """dE/dZ for each input."""
    return {}, *[dz] * inputs
