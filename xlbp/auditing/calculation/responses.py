"""How a cell answers to other numbers in those that it is made from: what lies between them is looked up once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.tape import Tape
from xlbp.auditing.reading.syntax import Cell

Computing: TypeAlias = tuple[Cell, Tape, tuple[Cell, ...]]  # a cell, how it is computed, and from which others


class Response:
    """What ``target`` would be worth; cells in ``stops`` keep their numbers."""

    def __init__(self, cells: Cells, target: Cell, stops: Collection[Cell] = ()) -> None:
        self._cells, self._target = cells, target
        self._computing: list[Computing] = []
        for cell in cells.below((target,), stops.__contains__):
            compiled = cells.compiled(cell)
            if compiled is not None and (cell == target or cell not in stops):
                self._computing.append((cell, cells.tape(compiled), cells.arguments(cell)))
        self._between: dict[frozenset[Cell], list[Computing]] = {}

    def worth(self, changes: Mapping[Cell, float]) -> float:
        """The target's value with other numbers in some cells."""
        values, value = dict(changes), self._cells.value
        for cell, tape, arguments in self._affected(frozenset(changes)):
            values[cell] = tape.run([values[c] if c in values else value(c) for c in arguments])[0]
        return values[self._target] if self._target in values else value(self._target)

    def _affected(self, changing: frozenset[Cell]) -> list[Computing]:
        """What is computed from cells that change, each after what it is made from."""
        if changing not in self._between:
            touched = set(changing)
            between = self._between[changing] = []
            for computing in self._computing:
                cell, _, arguments = computing
                if cell not in changing and not touched.isdisjoint(arguments):
                    touched.add(cell)
                    between.append(computing)
        return self._between[changing]
