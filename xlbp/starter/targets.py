"""Numbers that follow from the targets of a person's data: their means and how far they reach, rounded for a reader."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlbp.starter.columns import Column


def mean_of(column: Column, places: Sequence[int]) -> float:
    """The mean of some cells, with three digits of how far the column reaches."""
    return _rounded_beside(_mean([column.values[place] for place in places]), size_of(column))


def size_of(target: Column) -> float:
    """How far a target reaches from its middle."""
    return rounded(max(target.values) / 2 - min(target.values) / 2)


def rounded(value: float) -> float:
    """Three digits of a number."""
    return float(f"{value:.3g}")


def _mean(values: Sequence[float]) -> float:
    """The mean, from distances: numbers far from zero lose no digits."""
    return values[0] + math.fsum(value - values[0] for value in values) / len(values)


def _rounded_beside(value: float, size: float) -> float:
    """Three digits of a number, or as many as tell a hundredth of a size beside it."""
    digits = 3
    if value and size:
        digits = max(3, math.floor(math.log10(abs(value))) - math.floor(math.log10(size)) + 3)
    return float(f"{value:.{min(digits, 15)}g}")
