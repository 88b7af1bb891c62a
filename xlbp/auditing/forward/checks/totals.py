"""A total below a column, or behind a row: it takes all cells of the one formula that stands before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.forms import Key
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, address, moved
from xlbp.auditing.reading.trees import range_of
from xlbp.mistakes import Mistake

TOTALS = ("SUM", "AVERAGE", "SUMSQ")
ADDENDS = 2
FEWEST = 3  # cells that are added up where the one left out is read by others
FURTHEST = 2  # cells between the last one and the total


def total_slips(view: SheetView) -> Iterator[Slip]:
    """The totals that begin with the first cell of a filled formula and leave out the last, right before them."""
    short: dict[Key, list[tuple[Cell, Node, Cell]]] = defaultdict(list)
    for cell, tree in view.trees.items():
        for call in calls(tree, *TOTALS):
            lost = _left_out(view, call.args[0], cell) if len(call.args) == 1 and call.args[0].kind == "range" else None
            key = view.forms.key(cell)
            if lost is not None and key is not None:
                short[key].append((cell, call.args[0], lost))
    for alike in short.values():
        cell, summed, lost = alike[0]
        whole = range_of(members(summed, cell)[0], lost, summed, cell)
        expected = view.written(with_part(view.trees[cell], summed, whole), cell)
        cells = tuple(each for each, _, _ in alike)
        yield Slip(Mistake.OTHER_RANGE, cells, expected, "total", {"lost": address(lost, cell[0])})


def _left_out(view: SheetView, summed: Node, cell: Cell) -> Cell | None:
    """The one cell between a total and its range that has the formula of the cells in it."""
    cells = members(summed, cell)
    if len(cells) < ADDENDS or cells[0][0] != cell[0]:
        return None
    first, last = cells[0], cells[-1]
    step = (0, 1) if first[1] == last[1] else (1, 0)
    if first[1] != last[1] and first[2] != last[2]:
        return None
    down, right = step
    lost, beyond, before = moved(last, down, right), moved(last, 2 * down, 2 * right), moved(first, -down, -right)
    key = view.forms.key(last)
    is_one_formula = key is not None and all(view.forms.key(each) == key for each in (*cells, lost))
    if not is_one_formula or key in (view.forms.key(before), view.forms.key(beyond)):
        return None
    if len(cells) < FEWEST and not view.readings.is_unread(lost):
        return None
    return lost if any(moved(lost, by * down, by * right) == cell for by in range(1, FURTHEST + 1)) else None
