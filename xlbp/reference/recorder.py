"""Keeps every quantity of every row, and gives it back by the names of :mod:`xlbp.spec.names`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xlbp.reference.history import Array, History

Names = Sequence[str]


class Recorder:
    """``clean`` is applied to all that is recorded: it makes errors of infinities once a training diverges."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.clean: Callable[[Array], Array] = lambda value: value
        self._records: dict[str, Array] = {}
        self._names: dict[str, Names] = {}

    def put(self, t: int, names: Names, value: Array) -> Array:
        """Record a quantity of row t, whose elements have these names in the order of the array; hand it back."""
        value = self.clean(np.asarray(value))
        key = names[0]
        if key not in self._records:
            self._records[key], self._names[key] = np.empty((self.rows, *value.shape)), names
        self._records[key][t] = value
        return value

    def history(self) -> History:
        """Name by name, an array over the rows."""
        found: History = {}
        for key, names in self._names.items():
            flat = self._records[key].reshape(self.rows, -1)
            found |= {name: flat[:, i] for i, name in enumerate(names)}
        return found


def nan_for_infinite(value: Array) -> Array:
    """An infinity is an error in a cell."""
    return np.where(np.isfinite(value), value, np.nan)
