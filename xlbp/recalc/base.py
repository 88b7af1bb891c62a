"""What every engine offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias


class CellError(str):
    """An error value such as ``#NUM!``; engines differ in the code, so compare only that it is one."""

    __slots__ = ()


Value: TypeAlias = float | str | bool | CellError | None
Grid: TypeAlias = list[list[Value]]


@dataclass(frozen=True)
class Area:
    """A block of cells, from (first_row, 1) to (last_row, columns) of a sheet."""

    sheet: str
    first_row: int
    last_row: int
    columns: int


class Engine(Protocol):
    """Recalculates a book and gives the values of some areas.

    Raises EngineError if the engine is missing, fails or takes too long, UnreadableError if it can't
    read the book.
    """

    name: str
    confirms_overflow: bool  # whether it computes in doubles, and so fails where a double does

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """The values of each area, row by row."""


Factory: TypeAlias = Callable[[], Engine]
