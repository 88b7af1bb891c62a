"""Cells that follow from rounding noise: an engine that rounds otherwise has other numbers there, and is not wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.verification.closeness import Floats

Flags = NDArray[np.bool_]
NUMBER, ERROR, OTHER = 0, 1, 2  # what a cell holds


@dataclass(frozen=True)
class Doubt:
    """Which cells of a block follow from rounding noise, and why.

    ``seeds`` are cells that are noise themselves, ``driven`` those that follow from them, and ``without`` is what the
    block is worth where a program makes 0 of the seeds.  All have the block's shape.
    """

    reason: str
    seeds: Flags
    driven: Flags
    without: Floats

    def applies(self, kinds: NDArray[np.int8], found: Floats, expected: Floats) -> bool:
        """Whether an engine has other bits in a seed: then all that follows may be another number there."""
        return bool((self.seeds & (kinds == NUMBER) & (found != expected)).any())


def agreeing(kinds: NDArray[np.int8], found: Floats, expected: Floats, rtol: float, noise: Floats) -> Flags:
    """Where a number is what it must be, and an error where there must be one."""
    should_fail = np.isnan(expected)
    close = np.abs(found - expected) <= rtol * np.abs(expected) + noise
    agree: Flags = np.where(should_fail, kinds == ERROR, (kinds == NUMBER) & close)
    return agree
