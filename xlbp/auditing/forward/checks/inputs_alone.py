"""A gradient of the loss with respect to the outputs hangs on the outputs: one made of typed numbers alone is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlbp.auditing.forward.lines import along
from xlbp.auditing.forward.sheet_view import SheetView, Slip
from xlbp.auditing.reading.syntax import Cell
from xlbp.mistakes import Mistake

LOSS_GRADIENT = re.compile(
    r"^(loss|error|cost|mse|output)\s*gradients?\b|gradients? of (the )?(loss|error|mse)\b"
    r"|^[d∂](L|E|loss)\s*/\s*[d∂]\s*(y|ŷ|out|a)|^损失(函数)?(的)?梯度|^損失(函數)?(的)?梯度|^verlustgradient",
    re.IGNORECASE,
)
COPIES = 20
FEWEST = 2


def inputs_alone_slips(view: SheetView) -> Iterator[Slip]:
    """The blocks headed as the loss's gradient in which no formula reads anything that the network computes."""
    headings = {place for place, text in view.texts.items() if LOSS_GRADIENT.search(text)}
    if not headings:
        return
    rows = {row for row, _ in headings}
    lefts, tops = (_starts(view, down) for down in (False, True))
    blocks: dict[tuple[int, int], list[Cell]] = {}
    for cell in view.trees:
        left = lefts[cell]
        top = tops[cell[0], cell[1], left]
        if rows.isdisjoint((top - 3, top - 2, top - 1, top, cell[1])):
            continue
        place = next(filter(headings.__contains__, _places_of_headings(cell, left, top)), None)
        if place is not None:
            blocks.setdefault(place, []).append(cell)
    for block in blocks.values():
        arguments = [argument for cell in block for argument in view.cells.arguments(cell)]
        if len(block) >= FEWEST and arguments and not any(_is_computed(view, argument) for argument in arguments):
            yield Slip(Mistake.OF_INPUTS_ALONE, tuple(block), "", "inputs_alone")


def _starts(view: SheetView, down: bool) -> dict[Cell, int]:
    """Of each number the column in which the numbers of its row begin without a gap; ``down``, the row of a column."""
    starts: dict[Cell, int] = {}
    for cell in view.in_order:
        sheet, row, column = cell
        before = (sheet, row - 1, column) if down else (sheet, row, column - 1)
        starts[cell] = starts.get(before, along(cell, down))
    return starts


def _places_of_headings(cell: Cell, left: int, top: int) -> Iterator[tuple[int, int]]:
    """Where the heading of the cell's block may stand, which begins at ``left`` and ``top``; the nearest first."""
    _, row, column = cell
    for by in (1, 2, 3):
        yield from ((top - by, left), (top - by, column), (top - by, left - 1), (top - by, left + 1))
    yield from ((row, left - 1), (top, left - 1))


def _is_computed(view: SheetView, cell: Cell) -> bool:
    """Whether a cell's number comes from more than a copy of typed ones."""
    for _ in range(COPIES):
        if not view.cells.is_formula(cell):
            return False
        tree = view.tree(cell)
        arguments = view.cells.arguments(cell)
        if tree is None or (tree.kind not in ("ref", "range") and not _turns(tree)) or not arguments:
            return True
        cell = arguments[0]
    return True


def _turns(tree: object) -> bool:
    return getattr(tree, "kind", "") == "call" and getattr(tree, "value", "") == "TRANSPOSE"
