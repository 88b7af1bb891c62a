"""A person's own numbers, as a book carries them to show them beside its training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ERROR = "#NUM!"  # what stands for a number that is none


@dataclass(frozen=True)
class OwnColumn:
    """One quantity by iteration, from 0: None where nothing is given, NaN for an error.

    A number departs if it is farther from the truth than ``rtol`` of that and ``atol`` together.
    """

    name: str
    values: tuple[float | None, ...]
    rtol: float
    atol: float


@dataclass(frozen=True)
class OwnMistake:
    """A mistake by its key in the language files, what it is about, how many numbers it explains, and the first."""

    key: str
    about: str
    explains: int
    name: str
    iteration: int


@dataclass(frozen=True)
class OwnNumbers:
    """Columns in the order in which they stand; ``left_out`` are quantities for which there was no room.

    ``first`` is the first departure, as name and iteration.
    """

    columns: tuple[OwnColumn, ...]
    left_out: int = 0
    first: tuple[str, int] | None = None
    mistakes: tuple[OwnMistake, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows the longest column has."""
        return max((len(column.values) for column in self.columns), default=0)

    def to_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        columns = [[c.name, [_written(value) for value in c.values], c.rtol, c.atol] for c in self.columns]
        return {
            "columns": columns,
            "left_out": self.left_out,
            "first": list(self.first) if self.first else None,
            "mistakes": [[m.key, m.about, m.explains, m.name, m.iteration] for m in self.mistakes],
        }


def read_own_numbers(data: Mapping[str, Any]) -> OwnNumbers:
    """From what :meth:`OwnNumbers.to_data` gives.  Raises ValueError, TypeError or KeyError if it is damaged."""
    columns = tuple(
        OwnColumn(str(name), tuple(map(_read, values)), float(rtol), float(atol))
        for name, values, rtol, atol in data["columns"]
    )
    first = (str(data["first"][0]), int(data["first"][1])) if data["first"] else None
    mistakes = tuple(
        OwnMistake(str(key), str(about), int(explains), str(name), int(iteration))
        for key, about, explains, name, iteration in data["mistakes"]
    )
    return OwnNumbers(columns, int(data["left_out"]), first, mistakes)


def _written(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else ERROR


def _read(value: object) -> float | None:
    return None if value is None else math.nan if value == ERROR else float(str(value))
