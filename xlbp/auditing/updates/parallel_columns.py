"""The columns of one parameter's update beside those of another: an optimizer's averages stand as far apart as these.

Where an average is made from another parameter's, the update that takes it is right, and so is all that stands between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.filled import filled_text
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.contents import names_of_cells
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.gradients import RTOL, relative
from xlbp.auditing.updates.reader import Update, UpdateReader
from xlbp.symbols.expr import ref


@dataclass(frozen=True)
class OtherFormula:
    """A cell of an update whose formula is not that of the usual update; ``expected`` is, written for the cell."""

    cell: Cell
    expected: Compiled
    text: str
    error: float


class ParallelColumns:
    """One update, and the usual one, column by column."""

    def __init__(self, reader: UpdateReader, update: Update, usual: Update) -> None:
        self.reader, self.cells = reader, reader.cells
        self.update, self.usual = update, usual
        self._columns = self._matched()

    def others(self) -> list[OtherFormula]:
        """The cells with another formula, that of the first average in front; none where columns do not match."""
        if not self._columns:
            return []
        return list(self._others())

    def _others(self) -> Iterator[OtherFormula]:
        for k in reversed(range(len(self.usual.formulas))):
            like = self.usual.formulas[k].cell
            cell = self._moved(like)
            own, expected = self.cells.compiled(cell), self._translated(like, cell)
            if own is None or expected is None or _is_same(own, expected, cell):
                continue
            before = self.cells.value(self.update.old_value) if cell == self.update.cell else 0.0
            new = self.cells.worth(expected, cell)
            error = relative(self.cells.value(cell) - before, new - before, 1e-4 * abs(before))
            if error > RTOL:
                text = filled_text(self.cells, like, cell, expected)
                text = text or formula(expected.expr, dict(expected.slots), cell, names_of_cells(self.cells.contents))
                yield OtherFormula(cell, expected, text, error)

    def _matched(self) -> dict[int, int]:
        """By column of the usual update the column of this one; empty where they do not stand as far apart."""
        own, theirs = self.update, self.usual
        distances = (own.gradient[2] - theirs.gradient[2], own.cell[2] - theirs.cell[2])
        behind = {cell[2] for cell in self.cells.below((own.cell,), self.reader.is_claimed)}
        table = self.reader.table
        for apart in dict.fromkeys(distances):
            columns = {theirs.cell[2]: own.cell[2]}
            for each in theirs.formulas[1:]:
                columns[each.cell[2]] = each.cell[2] + apart
            averages = [table.cell(columns[each.cell[2]], own.step) for each in theirs.formulas[1:]]
            if any(map(self.reader.is_claimed, averages)):
                continue  # a gradient stands there, or a parameter
            matched = {table.cell(column, own.step)[2] for column in columns.values()}
            if matched <= behind | {own.cell[2]} and len(matched) == len(columns):
                columns[theirs.old_value[2]] = own.old_value[2]
                columns[theirs.gradient[2]] = own.gradient[2]
                return columns
        return {}

    def _moved(self, cell: Cell) -> Cell:
        """Where a cell of the usual update's row stands for this one."""
        if cell[0] != self.reader.table.sheet or self.reader.step(cell) is None:
            return cell
        return (cell[0], cell[1] + self.update.step - self.usual.step, self._columns.get(cell[2], cell[2]))

    def _translated(self, like: Cell, home: Cell) -> Compiled | None:
        """The usual formula of one cell, written for another."""
        compiled = self.cells.compiled_as_in(home[1], like)
        if compiled is None:
            return None
        slots: dict[str, Ref] = {}
        new: dict[str, str] = {}
        for (name, reference), cell in zip(compiled.slots, compiled.cells(like), strict=True):
            meant = Ref.to(self._moved(cell), home, reference.row_fixed, reference.column_fixed)
            new[name] = slot(meant)
            slots[slot(meant)] = meant
        return Compiled(relabelled(compiled.expr, lambda name: ref(new[name])), tuple(slots.items()))


def _is_same(own: Compiled, expected: Compiled, cell: Cell) -> bool:
    """Whether two formulas are one, however their references are held."""
    if len(own.slots) != len(expected.slots):
        return False
    places = dict(zip(expected.cells(cell), expected.names, strict=True))
    new = {name: places.get(place, "") for name, place in zip(own.names, own.cells(cell), strict=True)}
    return relabelled(own.expr, lambda name: ref(new[name])) is expected.expr


def leaves_that_differ(cells: Cells, other: OtherFormula) -> tuple[list[Cell], list[Cell]]:
    """What a cell takes and should not, and what it should take and does not."""
    own = cells.compiled(other.cell)
    found = own.cells(other.cell) if own is not None else ()
    meant = other.expected.cells(other.cell)
    return [c for c in found if c not in meant], [c for c in meant if c not in found]
