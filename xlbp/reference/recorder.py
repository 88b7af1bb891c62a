"""Keeps every quantity of every row, and gives it back by the names of :mod:`xlbp.template.names`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbp.reference.history import Array, History

Names = Sequence[str]


class Recorder:
    """What is recorded in a row, in the order it is put; ``failing`` makes errors of infinities."""

    def __init__(self, failing: bool) -> None:
        self.failing = failing
        self.names: list[str] = []
        self.values: list[Array] = []

    def put(self, called: Names, value: Array) -> Array:
        """Record a quantity and hand it on; ``called`` names its elements in the order of the array."""
        value = self.cleaned(value)
        assert len(called) == value.size
        self.names += called
        self.values.append(value)
        return value

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is."""
        return nan_for_infinite(value) if self.failing else value


class Table:
    """A row of numbers for each iteration, and what its columns are called."""

    def __init__(self, rows: int, names: Names) -> None:
        self.names, self.numbers = names, np.empty((rows, len(names)))

    def history(self) -> History:
        """Name by name, an array over the rows."""
        return {name: self.numbers[:, i] for i, name in enumerate(self.names)}


def nan_for_infinite(value: Array) -> Array:
    """An infinity is an error in a cell."""
    return np.where(np.isfinite(value), value, np.nan)
