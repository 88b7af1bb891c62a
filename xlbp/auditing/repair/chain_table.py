"""The chain rule's numbers side by side: what many chains say of a part of a formula is compared at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.repair.equations import agreeing
from xlbp.auditing.truth.chains import Chain, Flow, Vector

T = TypeVar("T")
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rows(Generic[T]):
    """Things with a number at every point, one thing to a row."""

    items: Sequence[T]
    numbers: Numbers

    def worth(self, needed: Vector, by: Callable[[Numbers], Numbers] = lambda numbers: numbers) -> list[T]:
        """Those whose numbers, or what ``by`` makes of them, are what is needed; in their order."""
        with np.errstate(all="ignore"):
            return [self.items[int(k)] for k in agreeing(by(self.numbers), needed)]


class ChainTable:
    """The chains that end at the points of a search."""

    def __init__(self, chains: Sequence[Chain], points: int) -> None:
        self.chains, self._points = chains, points

    @cached_property
    def of_single_flows(self) -> Rows[Chain]:
        """The chains with one path, by its slope."""
        single = [chain for chain in self.chains if len(chain.flows) == 1]
        return self._rows(single, [chain.flows[0].slope for chain in single])

    @cached_property
    def of_paths(self) -> Rows[tuple[Chain, Flow]]:
        """Every path of the chains that have several, by what comes along it."""
        paths = [(chain, flow) for chain in self.chains if len(chain.flows) > 1 for flow in chain.flows]
        return self._rows(paths, [flow.value for _, flow in paths])

    @cached_property
    def of_activations(self) -> Rows[Chain]:
        """The chains that go through an activation, by its slope, where that is known and no mere 0 or 1."""
        varying = [chain for chain in self.chains if _varies(chain.slope)]
        return self._rows(varying, [chain.slope for chain in varying])

    @cached_property
    def of_slopes(self) -> Rows[Vector]:
        """All slopes but those that are 1 everywhere, or 0 somewhere."""
        slopes = (flow.slope for chain in self.chains for flow in chain.flows)
        kept = [slope for slope in slopes if not np.all(slope == 1) and not np.any(slope == 0)]
        return self._rows(kept, kept)

    def _rows(self, items: Sequence[T], numbers: Sequence[Vector]) -> Rows[T]:
        return Rows(items, np.array(numbers, dtype=np.float64).reshape(len(items), self._points))


def _varies(slope: Vector) -> bool:
    """Whether a slope is known, and no mere 0 or 1 everywhere."""
    return bool(np.isfinite(slope).all() and not (np.all(slope == 0) or np.all(slope == 1)))
