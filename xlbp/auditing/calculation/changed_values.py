"""What cells would be worth with changes of certain others, where many changes of the same cells are tried.

Only what is made from the changed cells is computed anew: which cells these are is found once, for all that are asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.syntax import Cell

Changes: TypeAlias = dict[Cell, float | Compiled]  # the values or formulas that some cells have instead of theirs


class ChangedValues:
    """The worth of ``targets`` with other contents in some cells; nothing behind ``stops`` is looked at."""

    def __init__(
        self, cells: Cells, targets: Collection[Cell], changed: frozenset[Cell], stops: Collection[Cell]
    ) -> None:
        self.cells, self.changed, self.stops = cells, changed, stops
        self._reached = cells.made_from(changed, [target for target in targets if target not in stops], stops)
        self._ways: dict[Cell, tuple[Cell, ...]] = {}
        self._is_touched: dict[Cell, bool] = {}
        self._touched_sources: dict[tuple[Cell, Compiled], list[Cell]] = {}

    def worth(self, target: Cell, changes: Changes) -> float:
        """What a target is worth with these changes, of those cells."""
        if target not in self._reached:
            return self.cells.value(target)
        values: dict[Cell, float] = {}
        for cell in self._way(target):
            new = changes.get(cell)
            if isinstance(new, Compiled):
                if any(source not in values for source in self._touched_among(cell, new)):
                    return self.cells.changed(target, changes, self.stops)
                values[cell] = self.cells.tape(new).run(self._numbers(new.cells(cell), values))[0]
            else:
                values[cell] = new if new is not None else self._made_anew(cell, values)
        self.cells.tried += len(values)
        return values[target]

    def _way(self, target: Cell) -> tuple[Cell, ...]:
        """The changed cells behind a target and those that are made from them, each after what it is made from."""
        if target in self.changed:  # nothing behind it matters
            return (target,)
        if target not in self._ways:
            changed, reached = self.changed, self._reached
            between = self.cells.below((target,), lambda cell: cell in changed or cell not in reached)
            self._ways[target] = tuple(cell for cell in between if cell in reached)
        return self._ways[target]

    def _made_anew(self, cell: Cell, values: Mapping[Cell, float]) -> float:
        compiled = self.cells.compiled(cell)
        if compiled is None:
            return self.cells.value(cell)
        return self.cells.tape(compiled).run(self._numbers(self.cells.arguments(cell), values))[0]

    def _numbers(self, sources: Collection[Cell], values: Mapping[Cell, float]) -> list[float]:
        return [values[cell] if cell in values else self.cells.value(cell) for cell in sources]

    def _touched_among(self, cell: Cell, new: Compiled) -> list[Cell]:
        """What a new formula names that is changed, or made from what is."""
        if (cell, new) not in self._touched_sources:
            self._touched_sources[cell, new] = [source for source in new.cells(cell) if self._touches(source)]
        return self._touched_sources[cell, new]

    def _touches(self, source: Cell) -> bool:
        """Whether the changes change a cell, wherever it stands."""
        if source in self._reached:
            return True
        if source not in self._is_touched:
            changed, stops = self.changed, self.stops
            starts = () if source in stops else (source,)
            behind = list(self.cells.below(starts, lambda cell: cell in changed or cell in stops))
            self.cells.tried += len(behind)
            self._is_touched[source] = any(cell in changed for cell in behind)
        return self._is_touched[source]
