"""What every engine offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias


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


Values: TypeAlias = Callable[[Sequence[Area]], list[Grid]]


class Engine(ABC):
    """Recalculates a book and gives the values of some areas.

    Raises EngineError if the engine is missing, fails or takes too long, UnreadableError if it can't
    read the book.
    """

    name: ClassVar[str]
    confirms_overflow: bool = True  # whether it computes in doubles, and so fails where a double does

    @abstractmethod
    def computing(self, book: Path) -> AbstractContextManager[Values]:
        """Start to compute; what the block gets waits for the end, and gives the values of each area, row by row.

        An engine with a process of its own computes while the block does other things.
        """

    @contextmanager
    def computing_all(self, books: Sequence[Path]) -> Iterator[list[Values]]:
        """Several books; each starts when it is asked for, unless the engine takes all of them at once."""

        def later(book: Path) -> Values:
            return lambda areas: self.values(book, areas)

        yield [later(book) for book in books]

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """Compute, wait, and give the values of each area."""
        with self.computing(book) as values:
            return values(areas)


Factory: TypeAlias = Callable[[], Engine]
