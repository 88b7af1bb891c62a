"""What every engine offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, TypeAlias

from xlbp.xlsx.areas import Area, Grid

Values: TypeAlias = Callable[[Sequence[Area]], list[Grid]]


class Engine(ABC):
    """Recalculates a book and gives the values of some areas.

    Raises EngineError if the engine is missing, fails or takes too long, UnreadableError if it can't
    read the book.
    """

    name: ClassVar[str]
    confirms_overflow: bool = True  # whether it computes in doubles, and so fails where a double does

    @contextmanager
    def ready(self) -> Iterator[Engine]:
        """An engine for one book that is not there yet: what can be started before it, is."""
        yield self

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
