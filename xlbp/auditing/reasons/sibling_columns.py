"""A column that is not made as those beside it, in a table: what it would be if it were, as a change to be proved.

Units stand side by side, each made from its own cells and from those that all share.  Two siblings say how far each
reference moves from one to the next; of one alone the form is taken, with the column's own references.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Table, is_numeric
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.symbols.expr import ref

FARTHEST = 8  # columns between two siblings
MOST_COLUMNS = 60
NUMBERS = re.compile(r"[\d⁰¹²³-⁹₀-₉\[\],()⁽⁾]+")  # of units, samples and steps


@dataclass(frozen=True)
class Sibling:
    """A cell, its siblings' formula written for it, and the sibling that it is like."""

    cell: Cell
    instead: Compiled
    like: Cell


def siblings(cells: Cells, table: Table, behind: Collection[Cell], step: int) -> Iterator[Sibling]:
    """What each of the cells would be as a sibling of those beside it, in the row of a step."""
    row = sorted(cell for cell in {*behind} if table.step(cell) == step and cells.is_formula(cell))
    for cell in row[:MOST_COLUMNS]:
        for apart in (each for far in range(1, FARTHEST + 1) for each in (far, -far)):
            one, other = _beside(cell, apart), _beside(cell, 2 * apart)
            if not _are_named_alike(table, cell, one):
                continue
            yield from _by_two(cells, cell, one, other)
            if apart > 0:
                yield from _by_two(cells, cell, one, _beside(cell, -apart))
            yield from _by_one(cells, cell, one)


def _are_named_alike(table: Table, cell: Cell, other: Cell) -> bool:
    """Whether the headings differ in numbers alone, as h1 and h2 do; where one has none, nothing speaks against it."""
    names = [NUMBERS.sub("", table.headings.get(column, "")) for column in (cell[2], other[2])]
    return names[0] == names[1] or not all(names)


def _beside(cell: Cell, apart: int) -> Cell:
    return (cell[0], cell[1], cell[2] + apart)


def _by_two(cells: Cells, cell: Cell, one: Cell, other: Cell) -> Iterator[Sibling]:
    """What two siblings say: from one to the other each reference moves on by as many columns as to this cell."""
    first, second = cells.compiled(one), cells.compiled(other)
    own = cells.compiled(cell)
    if first is None or second is None or own is None or first.shape is not second.shape:
        return
    ahead = (cell[2] - one[2]) / (one[2] - other[2])
    pairs = zip(first.cells(one), second.cells(other), strict=True)
    places = [(a[0], a[1], a[2] + round((a[2] - b[2]) * ahead)) for a, b in pairs]
    yield from _sibling(cells, cell, one, first, places)


def _by_one(cells: Cells, cell: Cell, one: Cell) -> Iterator[Sibling]:
    """What one sibling's form says, with this cell's own references in it."""
    first, own = cells.compiled(one), cells.compiled(cell)
    if first is not None and own is not None and len(first.slots) == len(own.slots):
        yield from _sibling(cells, cell, one, first, list(own.cells(cell)))


def _sibling(cells: Cells, cell: Cell, one: Cell, first: Compiled, places: list[Cell]) -> Iterator[Sibling]:
    """The sibling's formula for a cell; a sibling that only names another cell says nothing of how this is made."""
    if (
        first.expr.op == "ref"
        or not first.slots
        or not all(place[2] > 0 and is_numeric(cells, place) for place in places)
    ):
        return
    slots: dict[str, Ref] = {}
    new: dict[str, str] = {}
    for (name, reference), place in zip(first.slots, places, strict=True):
        meant = Ref.to(place, cell, reference.row_fixed, reference.column_fixed)
        new[name] = slot(meant)
        slots[slot(meant)] = meant
    instead = Compiled(relabelled(first.expr, lambda name: ref(new[name])), tuple(slots.items()))
    if instead != cells.compiled(cell) and cell not in cells.below(places, lambda other: other == cell):
        yield Sibling(cell, instead, one)
