"""How far cells stand from what was typed: what a cell is made from stands lower than it."""

from __future__ import annotations

import math

from xlbp.auditing.calculation.walks import Graph, Span, Walk
from xlbp.auditing.reading.syntax import Cell


class Levels:
    """The levels of a book's cells, each told when first asked for.

    A number that was typed stands at 0, a formula one above the highest of its arguments; on a circle, and above it,
    the level is infinite.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._levels: dict[Cell, float] = {}
        self._of_spans: dict[int, float] = {}  # the highest of the long ranges that formulas share
        self._walk = Walk(graph, self._levels)

    def of(self, cell: Cell) -> float:
        """The level of a cell."""
        if cell not in self._levels:
            for member in self._walk.below((cell,), lambda other: False):
                self._levels[member] = self._above_arguments(member)
        return self._levels[cell]

    def may_be_made_from(self, cell: Cell, other: Cell) -> bool:
        """Whether the levels leave it open that the other is among what a cell is made from."""
        level = self.of(cell)
        return math.isinf(level) or level > self.of(other)

    def _above_arguments(self, cell: Cell) -> float:
        """One more than the highest of what a cell is made from; infinite where that is not yet known: in a circle."""
        if not self._graph.is_formula(cell):
            return 0
        arguments, spans = self._graph.parts(cell)
        return 1 + max(self._highest(arguments), max(map(self._of_span, spans), default=0))

    def _of_span(self, span: Span) -> float:
        """The highest level of a range that formulas share."""
        if id(span) not in self._of_spans:
            self._of_spans[id(span)] = self._highest(span)
        return self._of_spans[id(span)]

    def _highest(self, cells: tuple[Cell, ...]) -> float:
        return max((self._levels.get(cell, math.inf) for cell in cells), default=0)
