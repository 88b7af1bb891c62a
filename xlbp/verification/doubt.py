"""Cells that follow from rounding noise: an engine that rounds otherwise has other numbers there, and is not wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.verification.closeness import Floats
from xlbp.verification.kinds import NUMBER

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Doubt:
    """Which cells of a block follow from rounding noise, and why.

    ``first`` is the row in which noise first decides on what follows, ``driven`` are the cells that follow, and
    ``without`` is what the block is worth where a program makes 0 of that noise.
    """

    reason: str
    first: int
    driven: Flags
    without: Floats

    def applies(self, kinds: NDArray[np.int8], found: Floats, expected: Floats) -> bool:
        """Whether an engine rounds otherwise: it has other bits in some cell before noise decides on anything.

        One that repeats every rounding up to there has no excuse: what is another number later is wrong.
        """
        rows = slice(self.first + 1)
        apart = (kinds == NUMBER) & (found != expected) & ~self.driven
        return bool(apart[rows].any())
