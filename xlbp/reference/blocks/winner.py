"""Which of several numbers is the largest: of equal ones the first, which alone has the slope, as in PyTorch."""

from __future__ import annotations

import numpy as np

from xlbp.reference.history import Array
from xlbp.reference.notes import LayerNotes


def winners(notes: LayerNotes, numbers: Array, largest: Array) -> Array:
    """1 for the first number along the last axis that is the largest one, 0 for the others."""
    gap = notes.cleaned(largest[..., None] - numbers)
    wins, free = [], np.ones_like(largest)
    for k in range(numbers.shape[-1]):  # one cell after the other, so that an error reaches what it would there
        wins.append(np.where(np.isnan(gap[..., k]), np.nan, np.where(gap[..., k] > 0, 0.0, free)))
        free = free - wins[-1]
    return np.stack(wins, axis=-1)
