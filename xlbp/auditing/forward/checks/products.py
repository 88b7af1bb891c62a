"""Products of ranges: they must have one size, and an array the size of what it computes."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_call, members, size, with_part
from xlbp.auditing.reading.syntax import Cell, Node, address, moved
from xlbp.auditing.reading.trees import range_of
from xlbp.mistakes import Mistake

PAIR = 2


def product_slips(view: SheetView) -> Iterator[Slip]:
    """SUMPRODUCT of unequal ranges, MMULT of shapes that do not fit, and ranges that slid off their block."""
    for cell, tree in view.trees.items():
        for call in calls(tree, "SUMPRODUCT", "MMULT"):
            if len(call.args) != PAIR:
                continue
            slip = (
                _unequal(cell, call) or _beside_block(view, cell, tree, call) or _without_last(view, cell, tree, call)
            )
            if slip is not None:
                yield slip


def _shape(node: Node, home: Cell) -> tuple[int, int] | None:
    """The rows and columns of a range, turned or not."""
    if is_call(node, "TRANSPOSE"):
        extent = size(node.args[0], home) if node.args else None
        return None if extent is None else extent[::-1]
    return size(node, home) if node.kind in ("range", "ref") else None


def _unequal(cell: Cell, call: Node) -> Slip | None:
    """A pair of ranges whose sizes give an error; what should stand is known where one is too long by a part."""
    first, second = (_shape(arg, cell) for arg in call.args)
    if first is None or second is None:
        return None
    fits = first == second if call.value == "SUMPRODUCT" else first[1] == second[0]
    if fits:
        return None
    shapes = {"first": f"{first[0]} × {first[1]}", "second": f"{second[0]} × {second[1]}"}
    return Slip(Mistake.UNEQUAL_RANGES, (cell,), "", "unequal", shapes)


def _beside_block(view: SheetView, cell: Cell, tree: Node, call: Node) -> Slip | None:
    """A line that leaves out a number at its one end and takes in a blank or a heading at its other one."""
    for node, partner in (call.args, call.args[::-1]):
        items = members(node, cell)
        if node.kind != "range" or not _is_line(items) or not all(map(view.is_number, members(partner, cell))):
            continue
        step = (items[1][1] - items[0][1], items[1][2] - items[0][2])
        nearer = _shifted(items, step) if not view.is_number(items[0]) else _shifted(items, (-step[0], -step[1]))
        outside = [item for item in items if not view.is_number(item)]
        if len(outside) == 1 and outside[0] in (items[0], items[-1]) and all(map(view.is_number, nearer)):
            mended = range_of(nearer[0], nearer[-1], node, cell)
            expected = view.written(with_part(tree, node, mended), cell)
            return Slip(Mistake.OTHER_RANGE, (cell,), expected, "beside_block")
    return None


def _without_last(view: SheetView, cell: Cell, tree: Node, call: Node) -> Slip | None:
    """A product of matrices that both leave out what goes on with them and no formula reads, as biases and ones."""
    left, right = call.args
    if call.value != "MMULT" or left.kind != "range" or right.kind != "range":
        return None
    one, other = members(left, cell), members(right, cell)
    if not one or not other:
        return None
    last = moved(one[-1], 0, 1), moved(other[-1], 1, 0)
    mended = range_of(one[0], last[0], left, cell), range_of(other[0], last[1], right, cell)
    lost = [
        [item for item in members(node, cell) if item not in {*before}]
        for node, before in zip(mended, (one, other), strict=True)
    ]
    outside = moved(last[0], 0, 1), moved(last[1], 1, 0)
    forgets = all(view.is_typed(item) and view.readings.is_unread(item) for items in lost for item in items)
    if not forgets or any(map(view.is_typed, outside)):
        return None
    are_ones = all(view.cells.value(item) == 1 for item in lost[1])
    expected = view.written(with_part(tree, call, Node("call", call.value, mended)), cell)
    values = {"lost": address(lost[0][0], cell[0])}
    return Slip(Mistake.NO_BIAS if are_ones else Mistake.OTHER_RANGE, (cell,), expected, "without_last", values)


def _is_line(items: list[Cell]) -> bool:
    return len(items) > PAIR and (items[0][1] == items[-1][1] or items[0][2] == items[-1][2])


def _shifted(items: list[Cell], by: tuple[int, int]) -> list[Cell]:
    return [(sheet, row + by[0], column + by[1]) for sheet, row, column in items]
