"""What recalculated cells hold: numbers, errors, or neither; and which of them are what they must be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.verification.closeness import Floats
from xlbp.xlsx.areas import CellError

NUMBER, ERROR, OTHER = 0, 1, 2
Flags = NDArray[np.bool_]


def classify(grid: Sequence[Sequence[Any]]) -> tuple[NDArray[np.int8], Floats]:
    """Number, error, or neither; the numbers, NaN elsewhere."""
    kinds = np.full((len(grid), len(grid[0])), NUMBER, dtype=np.int8)
    values = np.empty(kinds.shape)
    for t, row in enumerate(grid):
        if set(map(type, row)) == {float}:
            values[t] = row
        else:
            kinds[t] = [NUMBER if type(v) is float else ERROR if type(v) is CellError else OTHER for v in row]
            values[t] = [v if type(v) is float else np.nan for v in row]
    kinds[(kinds == NUMBER) & ~np.isfinite(values)] = OTHER  # an inf in a cell is no number
    return kinds, values


def agreeing(kinds: NDArray[np.int8], found: Floats, expected: Floats, rtol: float, noise: Floats) -> Flags:
    """Where a number is what it must be, and an error where there must be one."""
    should_fail = np.isnan(expected)
    close = np.abs(found - expected) <= rtol * np.abs(expected) + noise
    agree: Flags = np.where(should_fail, kinds == ERROR, (kinds == NUMBER) & close)
    return agree
