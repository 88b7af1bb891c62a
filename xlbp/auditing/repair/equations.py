"""The arithmetic of trying a change: which numbers agree, and what one part must be worth if all else is right."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr

RTOL = 1e-8
ROUNDING = 1e-13
INVERSES: dict[str, tuple[Callable[[Vector, Vector], Vector], ...]] = {
    # what the argument must be, given the other one and the result
    "add": (lambda other, w: w - other, lambda other, w: w - other),
    "sub": (lambda other, w: w + other, lambda other, w: other - w),
    "mul": (lambda other, w: w / other, lambda other, w: w / other),
    "div": (lambda other, w: w * other, lambda other, w: other / w),
}


def near(a: NDArray[np.float64], b: Vector) -> NDArray[np.bool_]:
    """Which numbers are equal but for rounding; what is infinite or an error equals nothing."""
    is_number = np.isfinite(a) & np.isfinite(b)
    return is_number & (np.abs(a - b) <= RTOL * np.maximum(np.abs(a), np.abs(b)) + 1e-300)


def agree(a: Vector, b: Vector) -> bool:
    """Whether two vectors are equal wherever ``b`` is asked for (NaN: it does not matter)."""
    matters = ~np.isnan(b)
    if not matters.any():
        return False
    with np.errstate(all="ignore"):
        return bool(near(a[matters], b[matters]).all())


def agreeing(rows: NDArray[np.float64], b: Vector) -> NDArray[np.intp]:
    """Which of several vectors, one to a row, equal ``b`` wherever that is asked for."""
    matters = ~np.isnan(b)
    if not matters.any() or not len(rows):
        return np.zeros(0, dtype=np.intp)
    with np.errstate(all="ignore"):
        return np.flatnonzero(near(rows[:, matters], b[matters]).all(axis=1))


class PointValues(Mapping[str, "Vector"]):
    """The values that the leaves of a formula have where it stands at every point."""

    def __init__(self, cells: Cells, points: tuple[Cell, ...], slots: dict[str, Ref]) -> None:
        self.cells, self.points, self.slots = cells, points, slots
        self._values: dict[str, Vector] = {}

    def __getitem__(self, name: str) -> Vector:
        if name not in self._values:
            at = self.slots[name].at
            self._values[name] = np.array([self.cells.value(at(point)) for point in self.points])
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots)

    def __len__(self) -> int:
        return len(self.slots)


def needed_of_argument(op: str, k: int, others: list[Vector], needed: Vector) -> Vector | None:
    """What argument ``k`` needs to be worth; NaN where it does not matter, None where nothing would do."""
    if op == "neg":
        return -needed
    if op == "if_positive":
        return _needed_of_branch(k, others, needed)
    if op not in INVERSES or len(others) != 1:
        return None
    other = others[0]
    with np.errstate(all="ignore"):
        argument = INVERSES[op][k](other, needed)
        if op in ("add", "sub"):  # what cancels but for a rounding error is 0
            cancels = np.abs(argument) <= ROUNDING * np.maximum(np.abs(other), np.abs(needed))
            argument = np.where(cancels, 0.0, argument)
    if op == "mul":
        argument = np.where((other == 0) & (needed == 0), np.nan, argument)
    return None if np.isinf(argument).any() else argument


def _needed_of_branch(k: int, others: list[Vector], needed: Vector) -> Vector | None:
    """What one branch of an IF needs to be worth where it is taken, if the other one is right elsewhere."""
    if k == 0:
        return None
    condition, other = others
    taken = condition > 0 if k == 1 else ~(condition > 0)
    elsewhere = ~taken
    if elsewhere.any() and not agree(other[elsewhere], needed[elsewhere]):
        return None
    return np.where(taken, needed, np.nan)


def without(factors: list[Expr], suits: Callable[[Expr], bool]) -> Expr | None:
    """The product with one or two of its factors left out, if that suits."""
    for count in (1, 2):
        for missing in itertools.combinations(range(len(factors)), count):
            rest = [factor for k, factor in enumerate(factors) if k not in missing]
            product = reduce(lambda a, b: a * b, rest) if rest else None
            if product is not None and suits(product):
                return product
    return None


def scale_of(adjoint: Vector, needed: Vector) -> float | None:
    """The constant that takes the adjoint to what is needed, as 1 or the number of samples."""
    matters = ~np.isnan(needed) & (adjoint != 0)
    if not matters.any():
        return None
    ratio = needed[matters] / adjoint[matters]
    return float(ratio[0]) if agree(adjoint * ratio[0], needed) else None
