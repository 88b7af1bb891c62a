"""Keeps every quantity of every row, and gives it back by the names of :mod:`xlbp.spec.names`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xlbp.reference.history import Array, History

Names = Sequence[str]


class Recorder:
    """One array for each quantity, (rows, ...), made when it is first put.

    ``clean`` is applied to all that is recorded: it makes errors of infinities once a training diverges.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.clean: Callable[[Array], Array] | None = None
        self._records: dict[str, Array] = {}
        self._names: dict[str, Callable[[], Names]] = {}

    def put(self, t: int, key: str, value: Array, called: Callable[[], Names]) -> Array:
        """Record a quantity of row t and hand it back; ``called`` names its elements in the order of the array."""
        if self.clean is not None:
            value = self.clean(value)
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = np.empty((self.rows, *np.shape(value)))
            self._names[key] = called
        record[t] = value
        return value

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is."""
        return value if self.clean is None else self.clean(value)

    def history(self) -> History:
        """Name by name, an array over the rows."""
        found: History = {}
        for key, record in self._records.items():
            flat = record.reshape(self.rows, -1)
            found |= {name: flat[:, i] for i, name in enumerate(self._names[key]())}
        return found


def nan_for_infinite(value: Array) -> Array:
    """An infinity is an error in a cell."""
    return np.where(np.isfinite(value), value, np.nan)
