"""What an engine computes: values of operations that have no form as mathematics, and their slopes by differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from xlbp.auditing.reading.outside import Blocks, Engine, Value, payload_of
from xlbp.symbols.expr import Expr
from xlbp.symbols.interpret import Array, Interpreter

BY_ENGINE = ("outside", "outside_slope")
NAN = math.nan
STEP, LEAST = 1e-3, 0.1  # of a difference, relative to the number, and to the least that this counts as
TRIES, FINER = 4, 1 / 16  # how often a step is made finer where two of them disagree: there is a kink near by
AGREEING = 1e-7
KEPT = 20_000  # results
Grid: TypeAlias = list[list[Value]]


class Outside:
    """An engine, if there is any, and what it has computed."""

    def __init__(self, engine: Engine | None) -> None:
        self._engine = engine
        self._grids: dict[tuple[object, ...], Grid] = {}

    def function(self, expr: Expr) -> Callable[..., float]:
        """What an operation computes of its arguments."""
        text, blocks, row, column = payload_of(expr)
        source = (text, str(blocks))

        def value(*numbers: float) -> float:
            return self._values(source, blocks, (row, column), [numbers])[0]

        if expr.op == "outside":
            return value
        which = int(str(expr.payload).partition(" ")[0])

        def at_points(points: Sequence[Sequence[float]]) -> list[float]:
            return self._values(source, blocks, (row, column), points)

        return lambda *numbers: _slope(at_points, numbers, which)

    def _values(
        self, source: tuple[str, str], blocks: Blocks, place: tuple[int, int], points: Sequence[Sequence[float]]
    ) -> list[float]:
        """One element of the result, at every point."""
        keys = [(source, tuple(point)) for point in points]
        missing = [k for k, key in enumerate(keys) if key not in self._grids]
        if missing and self._engine is not None:
            if len(self._grids) > KEPT:
                self._grids.clear()
                missing = list(range(len(keys)))
            grids = self._engine.grids(source[0], blocks, [points[k] for k in missing])
            self._grids.update(zip((keys[k] for k in missing), grids, strict=False))
        return [_number(self._grids.get(key, []), place) for key in keys]


class PointInterpreter(Interpreter):
    """Values of expressions at several points, those of an engine as well."""

    def __init__(self, values: Mapping[str, Array], outside: Outside) -> None:
        super().__init__(values)
        self._outside = outside

    def operation(self, node: Expr) -> Callable[..., Array]:
        """What computes an operation of its arguments, point by point where an engine does."""
        if node.op not in BY_ENGINE:
            return super().operation(node)
        of_numbers = self._outside.function(node)
        return np.vectorize(of_numbers, otypes=[np.float64]) if node.args else lambda: np.asarray(of_numbers())


def _number(grid: Grid, place: tuple[int, int]) -> float:
    """The number in a place; NaN where there is none."""
    row, column = place
    value = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else NAN


def _slope(
    at_points: Callable[[Sequence[Sequence[float]]], list[float]], numbers: Sequence[float], which: int
) -> float:
    """The derivative by one argument: central differences with two steps, extrapolated (Richardson)."""
    step = STEP * max(abs(numbers[which]), LEAST)
    slope = NAN
    for _ in range(TRIES):
        points = [_moved(numbers, which, by) for by in (step, -step, step / 2, -step / 2)]
        high, low, higher, lower = at_points(points)
        coarse, fine = (high - low) / (2 * step), (higher - lower) / step
        slope = (4 * fine - coarse) / 3
        if abs(coarse - fine) <= AGREEING * max(abs(coarse), abs(fine)):
            return slope
        step *= FINER
    return slope


def _moved(numbers: Sequence[float], which: int, by: float) -> list[float]:
    return [number + by if k == which else number for k, number in enumerate(numbers)]
