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
    """Which numbers are equal but for rounding."""
    return np.abs(a - b) <= RTOL * np.maximum(np.abs(a), np.abs(b)) + 1e-300


def agree(a: Vector, b: Vector) -> bool:
    """Whether two vectors are equal wherever ``b`` is asked for (NaN: it does not matter)."""
    cares = ~np.isnan(b)
    if not cares.any():
        return False
    with np.errstate(all="ignore"):
        return bool(near(a[cares], b[cares]).all())


class PointValues(Mapping[str, "Vector"]):
    """The values of leaves at every point."""

    def __init__(self, cells: Cells, points: tuple[Cell, ...], slots: dict[str, Ref]) -> None:
        self.cells, self.points, self.slots = cells, points, slots
        self._known: dict[str, Vector] = {}

    def __getitem__(self, name: str) -> Vector:
        if name not in self._known:
            at = self.slots[name].at
            self._known[name] = np.array([self.cells.value(at(point)) for point in self.points])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots)

    def __len__(self) -> int:
        return len(self.slots)


def needed(op: str, k: int, others: list[Vector], wanted: Vector) -> Vector | None:
    """What argument ``k`` would have to be worth; NaN where it does not matter, None where nothing would do."""
    if op == "neg":
        return -wanted
    if op == "if_positive":
        return _branch(k, others, wanted)
    if op not in INVERSES or len(others) != 1:
        return None
    with np.errstate(all="ignore"):
        need = INVERSES[op][k](others[0], wanted)
        if op in ("add", "sub"):  # what cancels but for a rounding error is 0
            need = np.where(np.abs(need) <= ROUNDING * np.maximum(np.abs(others[0]), np.abs(wanted)), 0.0, need)
        free = (others[0] == 0) & (wanted == 0) if op == "mul" else np.zeros(len(wanted), dtype=bool)
    need = np.where(free, np.nan, need)
    return None if np.isinf(need).any() else need


def _branch(k: int, others: list[Vector], wanted: Vector) -> Vector | None:
    """What one branch of an IF would have to be worth where it is taken, if the other one is right elsewhere."""
    if k == 0:
        return None
    condition, other = others
    taken = condition > 0 if k == 1 else ~(condition > 0)
    return np.where(taken, wanted, np.nan) if _fits(other, wanted, ~taken) else None


def _fits(value: Vector, wanted: Vector, where: NDArray[np.bool_]) -> bool:
    return not where.any() or agree(value[where], wanted[where])


def without(parts: list[Expr], suits: Callable[[Expr], bool]) -> Expr | None:
    """The product with one or two of its factors left out, if that suits."""
    for most in (1, 2):
        for gone in itertools.combinations(range(len(parts)), most):
            rest = [part for k, part in enumerate(parts) if k not in gone]
            product = reduce(lambda a, b: a * b, rest) if rest else None
            if product is not None and suits(product):
                return product
    return None


def scale_of(adjoint: Vector, wanted: Vector) -> float | None:
    """The constant that takes the adjoint to what is wanted, as 1 or the number of samples."""
    cares = ~np.isnan(wanted) & (adjoint != 0)
    if not cares.any():
        return None
    ratio = wanted[cares] / adjoint[cares]
    return float(ratio[0]) if agree(adjoint * ratio[0], wanted) else None
