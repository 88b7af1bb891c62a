"""A person's numbers beside the truth: which depart, and which of them comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from xlbp.checking.given import Given, Series
from xlbp.checking.log import Array, Flags
from xlbp.checking.precision import COARSE, Precision
from xlbp.checking.truth import Truth


class Cell(NamedTuple):
    """A quantity at an iteration."""

    name: str
    iteration: int


@dataclass(frozen=True)
class Comparison:
    """``given`` are all numbers, those that follow from others too; ``departs`` tells by name which are off.

    ``coarse`` tells which are rounded to so few decimals that any number would agree: these are not compared either.
    ``max_rel`` is the largest relative difference of what agrees or not, see :func:`_largest`.
    """

    truth: Truth
    given: Given
    departs: Mapping[str, Flags]
    coarse: Mapping[str, Flags]
    checked: int
    noisy: int
    max_rel: float

    @property
    def departing(self) -> int:
        """How many of the numbers that a person gave depart."""
        return sum(int(flags.sum()) for name, flags in self.departs.items() if not self.given[name].derived_from)

    @property
    def first(self) -> Cell | None:
        """The first departure in the order of computation: row after row, and in it from left to right."""
        order = self.truth.order
        found = [(int(flags.argmax()), order[name], name) for name, flags in self.departs.items() if flags.any()]
        if not found:
            return None
        iteration, _, name = min(found)
        return Cell(name, iteration)

    @property
    def too_coarse(self) -> dict[str, int]:
        """How many numbers of each tensor are rounded too coarsely to be compared."""
        by_tensor: dict[str, int] = {}
        for name, flags in self.coarse.items():
            whole = self.truth.contents.quantity(name).whole
            by_tensor[whole] = by_tensor.get(whole, 0) + int(flags.sum())
        return {whole: count for whole, count in by_tensor.items() if count}

    def cells(self) -> Iterator[Cell]:
        """All that depart, of what a person gave, in the order of computation."""
        order = self.truth.order
        each = (
            (int(iteration), order[name], name)
            for name, flags in self.departs.items()
            if not self.given[name].derived_from
            for iteration in np.flatnonzero(flags)
        )
        return (Cell(name, iteration) for iteration, _, name in sorted(each))


def compare(given: Given, truth: Truth) -> Comparison:
    """Every number beside its truth; what follows from rounding noise in the truth itself is not compared."""
    departs: dict[str, Flags] = {}
    coarse: dict[str, Flags] = {}
    checked = noisy = 0
    max_rel = 0.0
    scales = _scales(given, truth)
    for name, series in given.items():
        off = ~series.agrees(truth.values(name), truth.sizes(name)) & series.there
        doubtful = off & truth.driven(name)
        departs[name] = off & ~doubtful
        if not series.derived_from:
            coarse[name] = series.there & ~off & _is_coarse(series, truth, scales[truth.contents.quantity(name).whole])
            left_out = doubtful | coarse[name]
            checked += int(series.there.sum() - left_out.sum())
            noisy += int(doubtful.sum())
            max_rel = max(max_rel, _largest(series, truth, left_out))
    return Comparison(truth, given, departs, coarse, checked, noisy, max_rel)


def _scales(given: Given, truth: Truth) -> dict[str, float]:
    """The largest number that each tensor should have, of those that are given."""
    scales: dict[str, float] = {}
    for name, series in given.items():
        whole, expected = truth.contents.quantity(name).whole, np.abs(truth.values(name)[series.there])
        scales[whole] = max(scales.get(whole, 0.0), float(expected[np.isfinite(expected)].max(initial=0.0)))
    return scales


def _is_coarse(series: Series, truth: Truth, scale: float) -> Flags:
    """Which numbers agree by their rounding alone, to a unit that is not small beside the numbers of their tensor."""
    expected, sizes = truth.values(series.name), truth.sizes(series.name)
    rounding: Array = series.precision.rounding(series.values) + series.allowed
    exact = Precision(series.precision.rtol, series.precision.noise)
    as_it_is = replace(series, precision=exact, allowed=np.zeros(len(expected)))
    flags: Flags = ~as_it_is.agrees(expected, sizes) & (rounding > COARSE * scale)
    return flags


def _largest(series: Series, truth: Truth, left_out: Flags) -> float:
    """The largest relative difference of a quantity; where its terms cancel, relative to the share of them that counts.

    That share is as large as makes the noise which is allowed for them as large as the relative tolerance.
    """
    expected, sizes, precision = truth.values(series.name), truth.sizes(series.name), series.precision
    with np.errstate(all="ignore"):
        counts = series.there & ~left_out & np.isfinite(series.values) & np.isfinite(expected)
        terms = np.where(np.isfinite(sizes), sizes, 0.0) * (precision.noise / precision.rtol if precision.rtol else 0.0)
        scale = np.maximum(np.abs(expected), terms)
        apart = np.abs(series.values - expected)
        relative = np.where(scale > 0, apart / scale, np.sign(apart))
    return float(relative[counts].max(initial=0.0))
