"""Scores of an attention: a product of two vectors of length d, divided by the root of d, once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from xlbp.auditing.forward.sheet_view import SheetView, Slip, is_call, is_op, size, with_part
from xlbp.auditing.reading.syntax import Cell, Node
from xlbp.auditing.reading.trees import corners, number
from xlbp.mistakes import Mistake

ATTENTION = re.compile(
    r"attention|scores?\b|scaled|q\s*[·.*×@]?\s*k(\^?t|ᵀ|')?\b|√\s*d|sqrt\(d|注意力|得分|缩放|縮放|aufmerksamkeit",
    re.IGNORECASE,
)
BY_A_ROOT = re.compile(r"(/|÷|:)\s*\(?\s*(√|sqrt|wurzel)|scaled (dot|score)|缩放点积|縮放點積", re.IGNORECASE)


def score_slips(view: SheetView) -> Iterator[Slip]:
    """The scores that are divided by d, by another root, or twice."""
    for cell, tree in view.trees.items():
        unscaled = _length(view, tree, cell) if is_call(tree, "SUMPRODUCT") and view.says(cell, BY_A_ROOT) else None
        if unscaled is not None and unscaled > 1 and _is_read_unscaled(view, cell):
            root = Node("call", "SQRT", (number(unscaled),))
            expected = view.written(Node("op", "/", (tree, root)), cell)
            yield Slip(Mistake.SCORES_NOT_SCALED, (cell,), expected, "by_other_d", {"d": unscaled})
        if not is_op(tree, "/") or not view.says(cell, ATTENTION):
            continue
        top, below = tree.args
        length = _length(view, top, cell)
        divisor = _worth(view, below, cell)
        if length is None or length < 2 or divisor is None:
            continue
        if is_call(below, "SQRT") and _is_scaled_before(view, top, cell):
            yield Slip(Mistake.SCORES_TWICE, (cell,), view.written(top, cell), "twice", {"d": length})
        elif math.isclose(divisor, length) and not is_call(below, "SQRT"):
            by_root = with_part(tree, below, Node("call", "SQRT", (below,)))
            yield Slip(Mistake.SCORES_BY_D, (cell,), view.written(by_root, cell), "by_d", {"d": length})
        elif is_call(below, "SQRT") and not math.isclose(divisor, math.sqrt(length)):
            by_root = with_part(tree, below, Node("call", "SQRT", (number(length),)))
            yield Slip(Mistake.SCORES_BY_OTHER_D, (cell,), view.written(by_root, cell), "by_other_d", {"d": length})


def _is_read_unscaled(view: SheetView, cell: Cell) -> bool:
    """Whether no formula that reads a cell may scale it."""
    readers = [view.trees[home] for home in view.readers[cell]]
    return not any(is_op(part, "/", "*") or is_call(part, "SQRT") for reader in readers for part in reader.parts)


def _length(view: SheetView, node: Node, cell: Cell) -> int | None:
    """The length of the two vectors that a part multiplies, here or in the cell that it names; None for all else."""
    if is_op(node, "+"):
        return _terms_of_products(node)
    if is_call(node, "SUMPRODUCT") and len(node.args) == 2:
        sizes = [_size(arg, cell) for arg in node.args]
        return max(sizes[0]) if sizes[0] is not None and sizes[0] == sizes[1] and min(sizes[0]) == 1 else None
    if is_call(node, "MMULT"):
        first = node.args[0]
        turned = is_call(first, "TRANSPOSE")
        extent = size(first.args[0] if turned else first, cell)
        return None if extent is None else extent[0 if turned else 1]
    ends = corners(node, cell)
    tree = view.tree(ends[0]) if ends is not None else None
    if tree is None or ends is None or tree.kind == "ref":
        return None
    home = view.cells.contents.element(ends[0]).home
    return _length(view, tree.args[0] if is_op(tree, "/") else tree, home)


def _size(node: Node, cell: Cell) -> tuple[int, int] | None:
    """The rows and columns of a range, turned or not."""
    if not is_call(node, "TRANSPOSE"):
        return size(node, cell)
    extent = size(node.args[0], cell) if node.args else None
    return None if extent is None else extent[::-1]


def _terms_of_products(node: Node) -> int | None:
    """How many products of two cells are added up; None where anything else is."""
    if is_op(node, "+"):
        counts = [_terms_of_products(arg) for arg in node.args]
        return None if None in counts else sum(count for count in counts if count is not None)
    return 1 if is_op(node, "*") and all(arg.kind == "ref" for arg in node.args) else None


def _is_scaled_before(view: SheetView, top: Node, cell: Cell) -> bool:
    ends = corners(top, cell)
    tree = view.tree(ends[0]) if ends is not None else None
    return is_op(tree, "/") and tree is not None and is_call(tree.args[1], "SQRT")


def _worth(view: SheetView, node: Node, cell: Cell) -> float | None:
    """What a divisor is worth that is typed, in the formula or in the cell that it names."""
    if node.kind == "number":
        return float(str(node.value))
    if is_call(node, "SQRT"):
        inner = _worth(view, node.args[0], cell)
        return math.sqrt(inner) if inner is not None and inner >= 0 else None
    ends = corners(node, cell)
    return view.cells.value(ends[0]) if node.kind == "ref" and ends is not None and view.is_typed(ends[0]) else None
