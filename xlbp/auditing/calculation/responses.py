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

    def slope(self, cell: Cell, at: Mapping[Cell, float], share: float) -> tuple[float, float]:
        """The central difference of the target by a cell at some numbers, and how much rounding may have changed it.

        Its step is a share of the cell's number, or of 0.1 if that is larger.  Richardson's extrapolation of two steps,
        one half of the other: what bends sharply, as a narrow valley does, is no reason for doubt; a kink or a jump is.
        """
        here = at[cell]
        whole = share * max(abs(here), 0.1)

        def central(step: float) -> tuple[float, float]:
            high, low = (self.worth({**at, cell: here + sign * step}) for sign in (1, -1))
            return (high - low) / (2 * step), 1e-14 * max(abs(high), abs(low)) / step

        (coarse, _), (fine, rough) = central(whole), central(whole / 2)
        return (4 * fine - coarse) / 3, 2 * rough + 1e-9

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
