"""A person's numbers, and which of them agree with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.misconceptions.told import Array, Rows

Agrees: TypeAlias = Callable[[str, Array, Array], NDArray[np.bool_]]
Cells: TypeAlias = frozenset[tuple[str, int]]  # a quantity, and the iteration
MOST_DIGITS = 9  # that are counted of a number


class Given:
    """Quantities by name over the iterations, to the last that anything was given of; NaN where it was not."""

    def __init__(self, numbers: Mapping[str, Array], agrees: Agrees) -> None:
        self.agrees, self.names = agrees, list(numbers)
        lasts = (np.flatnonzero(np.isfinite(values)) for values in numbers.values())
        self.rows = max((int(last[-1]) + 1 for last in lasts if last.size), default=0)
        self.nothing = np.full(self.rows, np.nan)
        self.numbers = {name: self._padded(np.asarray(values, dtype=np.float64)) for name, values in numbers.items()}
        self.is_given = {name: np.isfinite(values) for name, values in self.numbers.items()}

    def _padded(self, values: Array) -> Array:
        return np.concatenate([values[: self.rows], self.nothing[len(values) :]])

    def complete(self, names: Sequence[str]) -> dict[str, Array]:
        """These quantities, if all of them are given in every row; else none."""
        if all(name in self.numbers and self.is_given[name].all() for name in names):
            return {name: self.numbers[name] for name in names}
        return {}

    def is_given_at(self, name: str, row: int) -> bool:
        """Whether a quantity was given in a row."""
        return name in self.numbers and bool(self.is_given[name][row])

    def _alike(self, name: str, ours: Rows, rows: int) -> NDArray[np.bool_]:
        """Row by row, whether a quantity agrees with ours."""
        theirs, other = self.numbers[name][:rows], ours.get(name, self.nothing)[:rows]
        if np.array_equal(theirs, other):
            return np.ones(len(theirs), dtype=np.bool_)
        return self.agrees(name, theirs, other) & np.isfinite(other)

    def cells(self, ours: Rows, *, agreeing: bool) -> Cells:
        """The given cells that agree with ours, or those that do not."""
        each = ((name, self._alike(name, ours, self.rows) == agreeing) for name in self.names)
        return frozenset((name, int(t)) for name, hits in each for t in np.flatnonzero(self.is_given[name] & hits))

    def digits(self, cells: Cells, ours: Rows) -> int:
        """How many digits tell that some cells depart from ours: by how many powers of ten more than they may.

        Equal numbers count once.
        """
        known: dict[float, int] = {}
        for name in {name for name, _ in cells}:
            theirs = self.numbers[name]
            steps = (ours.get(name, self.nothing) - theirs) * 10.0 ** -np.arange(1, MOST_DIGITS + 1)[:, None]
            departs = np.array([~self._alike(name, {name: theirs + step}, self.rows) for step in steps]).sum(axis=0)
            for t in (t for other, t in cells if other == name):
                known[theirs[t]] = max(known.get(theirs[t], 0), int(departs[t]))
        return sum(known.values())

    def count_wrong(self, ours: Rows, rows: int, enough: int) -> int:
        """How many given cells of the first rows do not agree with ours, counted until there are ``enough``."""
        count = 0
        for name in self.names:
            count += int(np.count_nonzero(self.is_given[name][:rows] & ~self._alike(name, ours, rows)))
            if count >= enough:
                break
        return count

    def agrees_at(self, name: str, values: Array, row: int) -> bool:
        """Whether the number that was given in a row agrees with ours."""
        other = values[row : row + 1]
        return bool(np.isfinite(other[0]) and self.agrees(name, self.numbers[name][row : row + 1], other)[0])
