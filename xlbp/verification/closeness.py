"""How far two doubles are apart, counted in doubles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIGN = np.uint64(1 << 63)


def ulps(expected: Floats | float, found: Floats | float) -> NDArray[np.uint64]:
    """The number of steps from one double to the next that lead from ``expected`` to ``found``; -0 is 0.

    The bits of doubles of one sign are in the order of the numbers.  (Goldberg, ACM Computing Surveys 23, 1991.)
    """
    a, b = _rank(expected), _rank(found)
    return np.maximum(a, b) - np.minimum(a, b)


def _rank(number: Floats | float) -> NDArray[np.uint64]:
    """The place of a double among all, from the lowest to the highest."""
    bits = np.atleast_1d(np.asarray(number, dtype=np.float64) + 0.0).view(np.uint64)  # -0 + 0 is 0
    rank: NDArray[np.uint64] = np.where(bits >= SIGN, SIGN - (bits - SIGN), bits + SIGN)
    return rank
