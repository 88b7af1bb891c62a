"""Goes through what cells are made from, each cell after its arguments, and never twice through a range that many take.

A lookup among thousands of cells has them all as arguments, and so has each of the formulas beside and below it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping
from typing import NamedTuple, Protocol

from xlbp.auditing.reading.syntax import Cell

Span = tuple[Cell, ...]  # the cells of a range; one object for all formulas that take it


class Wide(NamedTuple):
    """The arguments of a formula that takes a long range: those of its own, and the ranges."""

    own: tuple[Cell, ...]
    spans: tuple[Span, ...]


class Graph(Protocol):
    """Knows what each cell is made from."""

    @property
    def few(self) -> Mapping[Cell, tuple[Cell, ...]]:
        """The arguments of the formulas that were asked for, but for the wide ones."""

    def is_formula(self, cell: Cell) -> bool:
        """Whether a cell is made from anything."""

    def arguments(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells that a cell's formula refers to."""

    def wide(self, cell: Cell) -> Wide | None:
        """The same, where they are many; None where they are few."""

    def parts(self, cell: Cell) -> Wide:
        """The same for any formula; where they are few, without ranges."""


class Walk:
    """One walk, or several, of which none goes again where all that is behind a cell has ``passed`` already."""

    def __init__(self, graph: Graph, passed: Container[Cell] = frozenset()) -> None:
        self._graph, self._passed = graph, passed
        self._passed_spans: set[int] = set()

    def below(
        self, starts: Collection[Cell], is_end: Callable[[Cell], bool], done: set[Cell] | None = None
    ) -> Iterator[Cell]:
        """The cells that ``starts`` are computed from, and these, each after its arguments; circles are cut.

        It does not look behind a cell that is an end, but for the starts.  ``done`` are those that came before.
        """
        few, passed, roots = self._graph.few, self._passed, set(starts)
        seen: set[Cell] = set()
        seen_spans = set(self._passed_spans)
        done = set() if done is None else done
        waiting = [cell for cell in starts if cell not in passed]
        while waiting:
            cell = waiting[-1]
            if cell not in seen:
                seen.add(cell)
                if cell in roots or not is_end(cell):
                    arguments = few.get(cell)
                    if arguments is None:
                        arguments = self._arguments(cell, seen, seen_spans)
                    further = [c for c in arguments if c not in seen and c not in passed]
                    if further:
                        waiting += further
                        continue
            waiting.pop()
            if cell not in done:
                yield cell
                done.add(cell)

    def _arguments(self, cell: Cell, seen: set[Cell], seen_spans: set[int]) -> tuple[Cell, ...]:
        """What a cell is made from, but for ranges of which every cell was seen."""
        graph = self._graph
        if not graph.is_formula(cell):
            return ()
        wide = graph.wide(cell)
        return graph.arguments(cell) if wide is None or not self._are_seen(wide, seen, seen_spans) else wide.own

    def _are_seen(self, wide: Wide, seen: set[Cell], seen_spans: set[int]) -> bool:
        """Whether every cell of a formula's ranges was seen; of a range that was, this is known from then on."""
        passed = self._passed
        for span in wide.spans:
            if id(span) in seen_spans:
                continue
            if all(cell in passed for cell in span):
                self._passed_spans.add(id(span))
            elif not all(cell in seen or cell in passed for cell in span):
                return False
            seen_spans.add(id(span))
        return True
