"""Hypotheses of what went wrong: changes of a formula, what they cost, and the arithmetic of trying them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from xlbp.audit.calculation.cells import Cells, Compiled
from xlbp.audit.calculation.expressions import joined
from xlbp.audit.reading.syntax import Cell, Ref
from xlbp.audit.truth.chains import Chain, Vector
from xlbp.graph.expr import Expr, names_in

RTOL = 1e-8
ROUNDING = 1e-13

DEPTH = 9

DEAREST = 4.0

FACTORS = (2.0, 0.5)

INVERSES: dict[str, tuple[Callable[[Vector, Vector], Vector], ...]] = {
    # what the argument must be, given the other one and the result
    "add": (lambda other, w: w - other, lambda other, w: w - other),
    "sub": (lambda other, w: w + other, lambda other, w: other - w),
    "mul": (lambda other, w: w / other, lambda other, w: w / other),
    "div": (lambda other, w: w * other, lambda other, w: other / w),
}


@dataclass(frozen=True)
class Edit:
    """One change: ``hint`` says of which sort, ``found`` and ``expected`` are the parts that differ."""

    hint: str
    found: Expr
    expected: Expr
    times: int = 1


@dataclass(frozen=True)
class Part:
    """The changed formula of one series of cells, with the values it gives there."""

    cells: tuple[Cell, ...]
    expr: Expr
    slots: Mapping[str, Ref]
    values: Vector
    edits: tuple[Edit, ...]
    text: str = ""  # the formula itself, where it is more than its expression: a matrix product


def compiled_part(part: Part) -> Compiled:
    """The changed formula, ready to be computed."""
    return Compiled(part.expr, tuple((name, part.slots[name]) for name in dict.fromkeys(names_in(part.expr))))


@dataclass(frozen=True)
class Fix:
    """Changes that belong together; the cheaper, the more plausible."""

    cost: float
    expr: Expr
    edits: tuple[Edit, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass
class Scene:
    """What a search may use: chains of true derivatives, candidates for references, cells of the forward pass."""

    cells: Cells
    chains: list[Chain]
    candidates: Callable[[Cell], list[Ref]]
    is_backward: Callable[[Cell], bool]
    counts: Sequence[float] = ()
    scales: Sequence[float] = ()  # by which a derivative may be larger than that of the whole loss
    holds: Callable[[Cell], bool | None] = lambda cell: None  # whether a cell is what its heading promises
    role: Callable[[Cell], str] = lambda cell: ""  # the part that a cell plays
    # one term of the chain rule for a formula in the first cell: adjoint of the second times d second / d third
    term: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    # the derivative of the second cell by the third, for a formula in the first
    slope: Callable[[Cell, Cell, Cell], tuple[Expr, Mapping[str, Ref]] | None] = lambda home, user, cell: None
    seen: dict[tuple[object, ...], list[Fix]] = field(default_factory=dict)


def agree(a: Vector, b: Vector) -> bool:
    """Whether two vectors are equal wherever ``b`` is asked for (NaN: it does not matter)."""
    cares = ~np.isnan(b)
    if not cares.any():
        return False
    with np.errstate(all="ignore"):
        return bool(near(a[cares], b[cares]).all())


def near(a: NDArray[np.float64], b: Vector) -> NDArray[np.bool_]:
    """Which numbers are equal but for rounding."""
    return np.abs(a - b) <= RTOL * np.maximum(np.abs(a), np.abs(b)) + 1e-300


class Leaves(Mapping[str, "Vector"]):
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


def branch(k: int, others: list[Vector], wanted: Vector) -> Vector | None:
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


def needed(op: str, k: int, others: list[Vector], wanted: Vector) -> Vector | None:
    """What argument ``k`` would have to be worth; NaN where it does not matter, None where nothing would do."""
    if op == "neg":
        return -wanted
    if op not in INVERSES or len(others) != 1:
        return None
    with np.errstate(all="ignore"):
        need = INVERSES[op][k](others[0], wanted)
        if op in ("add", "sub"):  # what cancels but for a rounding error is 0
            need = np.where(np.abs(need) <= ROUNDING * np.maximum(np.abs(others[0]), np.abs(wanted)), 0.0, need)
        free = (others[0] == 0) & (wanted == 0) if op == "mul" else np.zeros(len(wanted), dtype=bool)
    need = np.where(free, np.nan, need)
    return None if np.isinf(need).any() else need


def alike(cells: Cells, asked: Mapping[Cell, float]) -> list[dict[Cell, float]]:
    """The cells in groups of one formula, the largest first."""
    groups: dict[Compiled | None, dict[Cell, float]] = {}
    for cell, value in asked.items():
        groups.setdefault(cells.compiled(cell), {})[cell] = value
    return sorted((g for form, g in groups.items() if form is not None), key=len, reverse=True)


def scale_of(adjoint: Vector, wanted: Vector) -> float | None:
    """The constant that takes the adjoint to what is wanted, as 1 or the number of samples."""
    cares = ~np.isnan(wanted) & (adjoint != 0)
    if not cares.any():
        return None
    ratio = wanted[cares] / adjoint[cares]
    return float(ratio[0]) if agree(adjoint * ratio[0], wanted) else None


def choices(tried: list[list[Fix]]) -> Iterator[list[Fix]]:
    """For each term its cheapest change; and for each a change of the cell that it refers to, where there is one."""
    cheapest = [fixes[0] for fixes in tried]
    yield cheapest
    behind = [next((fix for fix in fixes if fix.parts), fixes[0]) for fixes in tried]
    if behind != cheapest:
        yield behind


def together(terms: list[tuple[int, Expr]], at: list[int], chosen: list[Fix]) -> Fix:
    """Changes of several terms as one; the same slip in all of them is likelier than the sum of them."""
    new = dict(zip(at, (fix.expr for fix in chosen), strict=True))
    parts = {part.cells: part for fix in chosen for part in fix.parts}
    return Fix(
        sum(fix.cost for fix in chosen) * (0.6 if len(chosen) > 1 else 1.0),
        joined([(sign, new.get(k, term)) for k, (sign, term) in enumerate(terms)]),
        tuple(edit for fix in chosen for edit in fix.edits),
        tuple(parts.values()),
    )
