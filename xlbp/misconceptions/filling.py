"""Filling down: the numbers of a row, iteration after iteration, from a person's own starting numbers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from xlbp.misconceptions.functions import NO_VALUE, Function, Functions
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import Array
from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column


class CircleError(ValueError):
    """A cell depends on itself: nobody can compute so."""


class Filling:
    """How the columns of a row are computed, as far as some quantities need them.

    Raises CircleError where a cell depends on itself.
    """

    def __init__(self, row: Row, asked: Collection[str], functions: Functions) -> None:
        order = _in_order(row.columns, _needed(row.columns, asked))
        self.later = _steps(order, functions, [column.expr for column in order])
        self.first = _steps(order, functions, [column.at(0) for column in order])
        self.asked = [name for name in asked if name in row.columns]
        self.carried = {name for column in order for name in names_in(column.expr, "prev")}

    def fill(self, values: dict[str, float], given: Mapping[str, float], *, is_first: bool) -> dict[str, float]:
        """One row, from left to right; ``values`` are those of the row above, and become those of this row.

        What is ``given`` stands in the row in place of what it comes to.  Returns what those come to.
        """
        above = {name: values.get(name, 0.0) for name in self.carried}  # above the first row there is nothing
        replaced: dict[str, float] = {}
        for name, function in self.first if is_first else self.later:
            value = worth(function, values, above)
            if name in given:
                replaced[name], value = value, given[name]
            values[name] = value
        return replaced


def fill_down(
    turns: Sequence[Filling],
    inputs: Mapping[str, float],
    rows: int,
    own: Mapping[str, Array],
    turn_of: Mapping[str, int],
) -> dict[str, Array]:
    """Each quantity asked for over so many iterations; ``inputs`` are the panel's, and the starting numbers.

    ``own`` parameters are put into each row in place of those that the row before comes to: with these a row is
    computed from the person's own numbers.  What is told of a parameter is what the row before comes to.  Where a row
    has several ``turns``, ``turn_of`` says in which of them a quantity is told, if that is not the first.
    """
    asked = turns[0].asked
    recorded = {name: np.full(rows, math.nan) for name in asked}
    values = dict(inputs)
    for t in range(rows):
        for turn, filling in enumerate(turns):
            given = {name: float(numbers[t]) for name, numbers in own.items()} if turn == 0 else {}
            is_first = t == turn == 0
            replaced = filling.fill(values, {**inputs, **given} if is_first else given, is_first=is_first)
            told = inputs if is_first else replaced  # the first row comes to nothing: it starts
            for name in asked:
                if turn_of.get(name, 0) == turn:
                    recorded[name][t] = told.get(name, values[name])
    return recorded


def worth(function: Function, values: Mapping[str, float], above: Mapping[str, float]) -> float:
    """What a cell comes to; NaN where it has no value."""
    try:
        value = float(function(values, above))
    except NO_VALUE:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _steps(order: list[Column], functions: Functions, exprs: list[Expr]) -> list[tuple[str, Function]]:
    return list(zip((column.name for column in order), functions.of(exprs), strict=True))


def _needed(columns: Mapping[str, Column], asked: Collection[str]) -> set[str]:
    """The columns that these quantities are computed from, in this row or in those above."""
    needed: set[str] = set()
    waiting = [name for name in asked if name in columns]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        for expr in filter(None, (columns[name].expr, columns[name].start)):
            used = (*names_in(expr), *names_in(expr, "prev"))
            waiting += [other for other in used if other in columns and other not in needed]
    return needed


def _in_order(columns: Mapping[str, Column], needed: set[str]) -> list[Column]:
    """Each column after those that it uses, else as they stand.  Raises CircleError."""
    order: dict[str, Column] = {}
    for name in columns:
        if name in needed and name not in order:
            _add(name, columns, order)
    return list(order.values())


def _add(name: str, columns: Mapping[str, Column], order: dict[str, Column]) -> None:
    """A column, and before it those that it uses and that are not there yet."""
    waiting, open_ = [name], set[str]()
    while waiting:
        top = waiting[-1]
        if top in order:
            waiting.pop()
            continue
        missing = [used for used in _uses(columns[top]) if used in columns and used not in order]
        if not missing:
            order[top] = columns[waiting.pop()]
            continue
        if top in open_:
            raise CircleError(f"{top!r} depends on itself")
        open_.add(top)
        waiting += missing


def _uses(column: Column) -> tuple[str, ...]:
    """What a column refers to in its own row."""
    return (*names_in(column.expr), *(names_in(column.start) if column.start is not None else ()))
