"""A list of copies, as of a map that is flattened: it takes each cell of the block once, and none twice."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.forward.lines import lines_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.auditing.reading.syntax import Cell, Node, Ref, address
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

FEWEST = 4  # copies


def copy_slips(view: SheetView) -> Iterator[Slip]:
    """The one copy of a list that takes another's cell, where its own is read by no formula."""
    copies = {cell for cell, tree in view.trees.items() if tree.kind == "ref"}
    for line in lines_of(copies, FEWEST):
        taken = [ends[0] for cell in line.cells if (ends := corners(view.trees[cell], cell)) is not None]
        for order in _orders(taken):
            wrong = [k for k, (found, right) in enumerate(zip(taken, order, strict=True)) if found != right]
            if len(wrong) == 1 and taken[wrong[0]] in order and view.readings.is_unread(order[wrong[0]]):
                cell, right = line.cells[wrong[0]], order[wrong[0]]
                named = view.trees[cell].value
                assert isinstance(named, Ref)
                mended = Node("ref", Ref.to(right, cell, named.row_fixed, named.column_fixed))
                values = {"lost": address(right, cell[0])}
                mistake = Mistake.OTHER_ROW if taken[wrong[0]][1] != right[1] else Mistake.OTHER_COLUMN
                yield Slip(mistake, (cell,), view.written(mended, cell), "copy", values)
                break


def _orders(taken: list[Cell]) -> Iterator[list[Cell]]:
    """The cells of the block that a list is of, row by row and column by column; nothing where it is no block."""
    sheet = taken[0][0]
    rows, columns = sorted({cell[1] for cell in taken}), sorted({cell[2] for cell in taken})
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    if len({cell[0] for cell in taken}) > 1 or height * width != len(taken) or min(height, width) < 2:
        return
    rows, columns = list(range(rows[0], rows[-1] + 1)), list(range(columns[0], columns[-1] + 1))
    yield [(sheet, row, column) for row in rows for column in columns]
    yield [(sheet, row, column) for column in columns for row in rows]
