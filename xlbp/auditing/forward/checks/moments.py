"""Mean and deviation in cells of their own: both are those of the numbers that are normalised by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbp.auditing.forward.checks.norms import ALL
from xlbp.auditing.forward.sheet_view import SheetView, Slip, calls, is_op, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners, range_of
from xlbp.mistakes import Mistake


def moment_slips(view: SheetView) -> Iterator[Slip]:
    """The mean of other numbers than those it is taken from, where their deviation is right, or the other way round."""
    for (mean, deviation), items in _normalised(view).items():
        of_mean, of_deviation = _range_of(view, mean, "AVERAGE"), _range_of(view, deviation, *ALL)
        if of_mean is None or of_deviation is None:
            continue
        for wrong, node, right in ((mean, of_mean, of_deviation), (deviation, of_deviation, of_mean)):
            other = deviation if wrong == mean else mean
            there, meant = members(node, wrong), members(right, other)
            if {*meant} == items != {*there} and not items.isdisjoint(there):
                mended = range_of(meant[0], meant[-1], node, wrong)
                expected = view.written(with_part(view.trees[wrong], node, mended), wrong)
                yield Slip(Mistake.OTHER_RANGE, (wrong,), expected, "unlike_ranges")


def _normalised(view: SheetView) -> dict[tuple[Cell, Cell], set[Cell]]:
    """The cells x of every ``(x-mean)/deviation``, by the cells of mean and deviation."""
    found: dict[tuple[Cell, Cell], set[Cell]] = defaultdict(set)
    for cell, tree in view.trees.items():
        for node in tree.parts:
            if not is_op(node, "/") or not is_op(node.args[0], "-"):
                continue
            item, mean = (corners(arg, cell) if arg.kind == "ref" else None for arg in node.args[0].args)
            named = [ends[0] for part in node.args[1].references if (ends := corners(part, cell)) is not None]
            for deviation in named:
                if item is not None and mean is not None and deviation != mean[0]:
                    found[mean[0], deviation].add(item[0])
    return found


def _range_of(view: SheetView, cell: Cell, *names: str) -> Node | None:
    """The range that a cell takes the mean, or the deviation, of."""
    tree = view.trees.get(cell)
    call = None if tree is None else next(calls(tree, *names), None)
    is_one = call is not None and len(call.args) == 1 and call.args[0].kind == "range"
    return call.args[0] if call is not None and is_one else None
