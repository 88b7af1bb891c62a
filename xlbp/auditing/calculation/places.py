"""Which cells a formula's references mean, wherever it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import cast

from xlbp.auditing.reading.syntax import Cell, Ref

OFTEN = 8  # times that a formula's cells are asked for, after which it pays to make a function for them


class Places:
    """The cells that references mean, seen from a cell; asked for often, they are told by a function made for it."""

    def __init__(self, references: Iterable[Ref]) -> None:
        self._references = list(references)
        self._uses: Counter[str] = Counter()
        self._functions: dict[str, Callable[[Cell], tuple[Cell, ...]]] = {}  # by the formula's sheet

    def __call__(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells, in the order of the references."""
        sheet = cell[0]
        function = self._functions.get(sheet)
        if function is not None:
            return function(cell)
        self._uses[sheet] += 1
        if self._uses[sheet] > OFTEN and self._references:
            self._functions[sheet] = self._as_function(sheet)
        return tuple(reference.at(cell) for reference in self._references)

    def _as_function(self, sheet: str) -> Callable[[Cell], tuple[Cell, ...]]:
        """Of cells on this sheet; what ``$`` holds is told once, all of a range together."""
        known: dict[str, object] = {}
        parts: list[str] = []
        for is_held, run in groupby(self._references, lambda reference: reference.is_held):
            if is_held:
                name = f"held{len(known)}"
                known[name] = tuple(reference.at((sheet, 0, 0)) for reference in run)
                parts.append(f"*{name}")
                continue
            for reference in run:
                name = f"sheet{len(known)}"
                known[name] = reference.sheet or sheet
                row = f"{reference.row}" if reference.row_fixed else f"row + {reference.row}"
                column = f"{reference.column}" if reference.column_fixed else f"column + {reference.column}"
                parts.append(f"({name}, {row}, {column})")
        exec(f"def function(cell):\n _, row, column = cell\n return ({', '.join(parts)},)", known)
        return cast("Callable[[Cell], tuple[Cell, ...]]", known["function"])
