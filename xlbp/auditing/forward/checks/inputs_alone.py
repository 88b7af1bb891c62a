"""A gradient of the loss with respect to the outputs hangs on the outputs: one made of typed numbers alone is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    if not any(LOSS_GRADIENT.search(text) for text in view.texts.values()):
        return
    blocks: dict[tuple[int, int], list[Cell]] = {}
    for cell in view.trees:
        place = _heading_of(view, cell)
        if place is not None:
            blocks.setdefault(place, []).append(cell)
    for block in blocks.values():
        arguments = [argument for cell in block for argument in view.cells.arguments(cell)]
        if len(block) >= FEWEST and arguments and not any(_is_computed(view, argument) for argument in arguments):
            yield Slip(Mistake.OF_INPUTS_ALONE, tuple(block), "", "inputs_alone")


def _heading_of(view: SheetView, cell: Cell) -> tuple[int, int] | None:
    """Where the heading of the cell's block stands, if it says that this is the loss's gradient."""
    sheet, row, column = cell
    left, top = column, row
    while view.is_number((sheet, row, left - 1)):
        left -= 1
    while view.is_number((sheet, top - 1, left)):
        top -= 1
    above = [(top - by, at) for by in (1, 2, 3) for at in (left, column, left - 1, left + 1)]
    for place in (*above, (row, left - 1), (top, left - 1)):
        if LOSS_GRADIENT.search(view.texts.get(place, "")):
            return place
    return None


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
