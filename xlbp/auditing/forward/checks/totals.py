"""A total: it takes all cells of the one formula that is filled beside it, and a mean divides by as many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.forms import Key
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, address, moved
from xlbp.auditing.reading.trees import range_of
from xlbp.mistakes import Mistake

TOTALS = ("SUM", "AVERAGE", "SUMSQ")
OF_PAIRS = ("SUMXMY2", "SUMPRODUCT")
ADDENDS = 2
FEWEST = 3  # cells that are added up where the one left out is read by others
FURTHEST = 2  # cells between the last one and the total
ANYWHERE = 3  # cells that are added up where the total stands anywhere


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
    yield from _short_means(view)


def _left_out(view: SheetView, summed: Node, cell: Cell) -> Cell | None:
    """The last cell with the formula of those in a range, which it leaves out: right before the total, or unread."""
    cells = members(summed, cell)
    if len(cells) < ADDENDS or cells[0][0] != cell[0]:
        return None
    first, last = cells[0], cells[-1]
    if first[1] != last[1] and first[2] != last[2]:
        return _line_left_out(view, cells)
    step = (0, 1) if first[1] == last[1] else (1, 0)
    down, right = step
    lost, beyond, before = moved(last, down, right), moved(last, 2 * down, 2 * right), moved(first, -down, -right)
    is_unread = view.readings.is_unread(lost)
    is_before_total = any(moved(lost, by * down, by * right) == cell for by in range(1, FURTHEST + 1))
    made = [_made(view, each, by_hand=is_unread and is_before_total) for each in (*cells, lost, before, beyond)]
    if made[0] is None or len({*made[:-2]}) > 1 or made[0] in made[-2:]:
        return None
    if is_before_total:
        return lost if len(cells) >= FEWEST - is_unread else None
    return lost if is_unread and len(cells) >= ANYWHERE else None


def _made(view: SheetView, cell: Cell, by_hand: bool) -> Key | int | None:
    """What cells of one formula have in common; where each may be written by hand, their shape alone."""
    form = view.forms[cell]
    if not by_hand:
        return view.forms.key(cell)
    return form.shape if form is not None else None


def _line_left_out(view: SheetView, cells: list[Cell]) -> Cell | None:
    """The last cell of the row, or the column, that a block has more than a range over it, where none is read."""
    key, (first, last) = view.forms.key(cells[0]), (cells[0], cells[-1])
    if key is None or any(view.forms.key(cell) != key for cell in cells):
        return None
    for down, right in ((1, 0), (0, 1)):
        edge = [cell for cell in cells if (cell[1] == last[1] if down else cell[2] == last[2])]
        lost = [moved(cell, down, right) for cell in edge]
        outside = [moved(cell, 2 * down, 2 * right) for cell in edge]
        outside += [moved(first, -1, 0), moved(first, 0, -1), moved(last, 1 - down, 1 - right)]
        is_more = all(view.forms.key(cell) == key and view.readings.is_unread(cell) for cell in lost)
        if is_more and all(view.forms.key(cell) != key for cell in outside):
            return lost[-1]
    return None


def _short_means(view: SheetView) -> Iterator[Slip]:
    """The sums over a block, divided by the number of its cells, that leave out its last row or column."""
    for cell, tree in view.trees.items():
        for node in tree.parts if "/" in {part.value for part in tree.parts if part.kind == "op"} else ():
            if not is_op(node, "/") or node.args[1].kind != "number":
                continue
            call = next(calls(node.args[0], *TOTALS, *OF_PAIRS), None)
            longer = None if call is None else _longer(view, call, cell, float(str(node.args[1].value)))
            if call is not None and longer is not None:
                args, lost = longer
                expected = view.written(with_part(tree, call, Node("call", call.value, args)), cell)
                yield Slip(Mistake.OTHER_RANGE, (cell,), expected, "total", {"lost": address(lost, cell[0])})


def _longer(view: SheetView, call: Node, cell: Cell, count: float) -> tuple[tuple[Node, ...], Cell] | None:
    """The ranges of a sum with a row, or a column, more, if they have ``count`` cells then; and the first one lost."""
    if any(arg.kind != "range" for arg in call.args):
        return None
    for down, right in ((1, 0), (0, 1)):
        found: list[tuple[Node, Cell]] = []
        for arg in call.args:
            cells = members(arg, cell)
            if not cells or cells[0][1:] == cells[-1][1:]:
                return None
            last = moved(cells[-1], down, right)
            longer = range_of(cells[0], last, arg, cell)
            more = [item for item in members(longer, cell) if item not in set(cells)]
            if len(cells) + len(more) != count or not all(map(view.is_number, more)):
                break
            found.append((longer, more[0]))
        computed = [lost for _, lost in found if view.cells.is_formula(lost)]
        if len(found) == len(call.args) and any(_goes_on(view, lost, down, right) for lost in computed):
            return tuple(longer for longer, _ in found), computed[0]
    return None


def _goes_on(view: SheetView, lost: Cell, down: int, right: int) -> bool:
    """Whether a cell has the formula of the one before it, filled down or to the right, or its array's."""
    before = moved(lost, -down, -right)
    shapes = [form.shape if (form := view.forms[cell]) is not None else None for cell in (lost, before)]
    return view.forms.key(lost) == view.forms.key(before) or (shapes[0] == shapes[1] is not None)
