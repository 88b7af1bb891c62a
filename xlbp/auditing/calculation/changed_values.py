"""What one cell would be worth with changes of certain others, where many changes of the same cells are tried.

Only what lies between them is computed anew: which cells these are is found once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell

Changes: TypeAlias = dict[Cell, float | Compiled]  # the values or formulas that some cells have instead of theirs


class ChangedValues:
    """The worth of ``target`` with other contents in some cells; nothing behind ``stops`` is looked at."""

    def __init__(self, cells: Cells, target: Cell, changed: Collection[Cell], stops: Collection[Cell]) -> None:
        self.cells, self.target, self.stops = cells, target, stops
        self._changed = frozenset(changed)
        self._way = self._cells_between()
        self._on_the_way = frozenset(self._way)
        self._is_touched: dict[Cell, bool] = {}

    def worth(self, changes: Changes) -> float:
        """What the target is worth with these changes, of those cells."""
        values: dict[Cell, float] = {}
        for cell in self._way:
            new = changes.get(cell)
            if isinstance(new, Compiled):
                sources = new.cells(cell)
                if any(self._is_changed_too(source, values) for source in sources):
                    return self.cells.changed(self.target, changes, self.stops)
                values[cell] = self.cells.tape(new).run(self._numbers(sources, values))[0]
            else:
                values[cell] = new if new is not None else self._made_anew(cell, values)
        self.cells.tried += len(values)
        return values[self.target] if self.target in values else self.cells.value(self.target)

    def _cells_between(self) -> tuple[Cell, ...]:
        """The changed cells behind the target and those that are made from them, each after what it is made from."""
        changed, stops = self._changed, self.stops
        if self.target in changed or self.target in stops:  # nothing behind it matters
            return (self.target,) if self.target in changed else ()
        between: dict[Cell, None] = {}
        for cell in self.cells.below((self.target,), lambda cell: cell in changed or cell in stops):
            is_made_from_them = cell not in stops and any(c in between for c in self.cells.arguments(cell))
            if cell in changed or is_made_from_them:
                between[cell] = None
        return tuple(between)

    def _made_anew(self, cell: Cell, values: Mapping[Cell, float]) -> float:
        compiled = self.cells.compiled(cell)
        if compiled is None:
            return self.cells.value(cell)
        return self.cells.tape(compiled).run(self._numbers(self.cells.arguments(cell), values))[0]

    def _numbers(self, sources: Collection[Cell], values: Mapping[Cell, float]) -> list[float]:
        return [values[cell] if cell in values else self.cells.value(cell) for cell in sources]

    def _is_changed_too(self, source: Cell, values: Mapping[Cell, float]) -> bool:
        """Whether a cell that a new formula names is made from changed ones, and was not computed before."""
        if source in values:
            return False
        if source in self._on_the_way:
            return True
        if source not in self._is_touched:
            changed, stops = self._changed, self.stops
            starts = () if source in stops else (source,)
            behind = list(self.cells.below(starts, lambda cell: cell in changed or cell in stops))
            self.cells.tried += len(behind)
            self._is_touched[source] = source in changed or any(cell in changed for cell in behind)
        return self._is_touched[source]
