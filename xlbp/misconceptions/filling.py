"""Filling down: the numbers of a row, iteration after iteration, from a person's own starting numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from typing import TypeAlias

import numpy as np

from xlbp.misconceptions.functions import NO_VALUE, Function, Functions
from xlbp.misconceptions.row import Row
from xlbp.misconceptions.told import Array
from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column

Uses: TypeAlias = Callable[[Column], tuple[str, ...]]  # what a column refers to in its own row


class CircleError(ValueError):
    """A cell depends on itself: nobody can compute so."""


class Filling:
    """How the columns of a row are computed, as far as some quantities need them.

    Where the ``first_alone`` is to be computed, nothing is needed for rows below it; what is ``given`` in every row is
    not computed unless it is asked for.  Raises CircleError where a cell depends on itself.
    """

    def __init__(
        self,
        row: Row,
        asked: Collection[str],
        functions: Functions,
        *,
        first_alone: bool = False,
        given: Collection[str] = (),
    ) -> None:
        self.asked = [name for name in asked if name in row.columns]
        self.columns, self.functions, self.first_alone, self.given = row.columns, functions, first_alone, given
        order = _in_order(row.columns, _needed(row.columns, self.asked, given, first_alone=first_alone), self._uses)
        self.places = {column.name: place for place, column in enumerate(order)}
        self.first = _steps(order, functions, [column.at(0) for column in order])
        self.later = [] if first_alone else _steps(order, functions, [column.expr for column in order])
        self.carried = {name for column in order for name in column.uses_above}

    def of(self, row: Row) -> Filling:
        """The same of a row of which some columns are others.  Raises CircleError."""
        others = {name: row.columns[name] for name in self.places if row.columns[name] is not self.columns[name]}
        if not all(map(self._may_stand_there, others.values())):
            return Filling(row, self.asked, self.functions, first_alone=self.first_alone, given=self.given)
        filling = copy(self)
        filling.columns, filling.first, filling.later = row.columns, [*self.first], [*self.later]
        filling.carried = self.carried.union(*(column.uses_above for column in others.values()))
        for steps, iteration in ((filling.first, 0), (filling.later, 1)):
            functions = self.functions.of(column.at(iteration) for column in others.values() if steps)
            for name, function in zip(others, functions, strict=False):
                steps[self.places[name]] = (name, function)
        return filling

    def _may_stand_there(self, column: Column) -> bool:
        """Whether all that a column uses is there without it: to its left, and above."""
        place, above = self.places[column.name], () if self.first_alone else column.uses_above
        return all(self.places.get(used, place) < place or self._is_known(used) for used in self._uses(column)) and all(
            used in self.places or self._is_known(used) for used in above
        )

    def _is_known(self, name: str) -> bool:
        """Whether a name is the panel's, or given in every row and not computed."""
        return name not in self.columns or (name in self.given and name not in self.places)

    def _uses(self, column: Column) -> tuple[str, ...]:
        """What a column refers to in its own row."""
        return names_in(column.at(0)) if self.first_alone else column.uses

    def fill(self, values: dict[str, float], given: Mapping[str, float], *, is_first: bool) -> dict[str, float]:
        """One row, from left to right; ``values`` are those of the row above, and become those of this row.

        What is ``given`` stands in the row in place of what it comes to.  Returns what those come to.
        """
        above = {name: values.get(name, 0.0) for name in self.carried}  # above the first row there is nothing
        values.update(given)
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


def _needed(
    columns: Mapping[str, Column], asked: Collection[str], given: Collection[str], *, first_alone: bool
) -> set[str]:
    """The columns that these quantities are computed from, in this row or in those above; nothing for what is given."""
    needed: set[str] = set()
    waiting = list(asked)
    known = set(given).difference(asked)
    while waiting:
        name = waiting.pop()
        if name in needed or name in known or name not in columns:
            continue
        needed.add(name)
        column = columns[name]
        if first_alone:
            waiting += names_in(column.at(0))
        else:
            waiting += column.uses
            waiting += column.uses_above
    return needed


def _in_order(columns: Mapping[str, Column], needed: set[str], uses: Uses) -> list[Column]:
    """Each column after those that it uses, else as they stand.  Raises CircleError."""
    order: dict[str, Column] = {}
    for name, column in columns.items():
        if name in needed and name not in order:
            if all(used in order or used not in needed for used in uses(column)):  # as nearly always
                order[name] = column
            else:
                _add(name, columns, needed, uses, order)
    return list(order.values())


def _add(name: str, columns: Mapping[str, Column], needed: set[str], uses: Uses, order: dict[str, Column]) -> None:
    """A column, and before it those that it uses and that are not there yet."""
    waiting, open_ = [name], set[str]()
    while waiting:
        top = waiting[-1]
        if top in order:
            waiting.pop()
            continue
        missing = [used for used in uses(columns[top]) if used in needed and used not in order]
        if not missing:
            order[top] = columns[waiting.pop()]
            continue
        if top in open_:
            raise CircleError(f"{top!r} depends on itself")
        open_.add(top)
        waiting += missing
