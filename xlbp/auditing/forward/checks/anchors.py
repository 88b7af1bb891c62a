"""A reference that should stay in place and slid along as the formula was filled: from a number into nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xlbp.auditing.forward.departures import Lawful
from xlbp.auditing.forward.laws import Law
from xlbp.auditing.forward.sheet_view import SheetView, Slip, members, with_part
from xlbp.auditing.reading.syntax import Cell, CellKind, Node, Ref
from xlbp.auditing.reading.trees import corners
from xlbp.mistakes import Mistake

FEWEST = 3


def anchor_slips(view: SheetView, lines: Sequence[Lawful]) -> Iterator[Slip]:
    """The lines of one formula in which a reference names a number in the first cell and blanks in all others."""
    for lawful in lines:
        for stretch in lawful.stretches:
            if _moves(stretch.law) and len(stretch.kept) >= FEWEST:
                yield from _of_cells(view, [lawful.line.cells[k] for k in stretch.kept])


def _moves(law: Law) -> bool:
    return any(law.step)


def _of_cells(view: SheetView, cells: list[Cell]) -> Iterator[Slip]:
    tree = view.forms.element_tree(cells[1])
    for k, second in enumerate(tree.references if tree is not None else ()):
        if not _ends_in_nothing(view, second, cells[1]) and not _names_text(view, second, cells[1]):
            continue
        nodes = [_reference(view, cell, k) for cell in cells]
        if tree is None or nodes[0] is None:
            continue
        if _slides_into_nothing(view, cells, nodes) or _slides_into_text(view, cells, nodes):
            held = _held(nodes[0], cells[0], cells[1])
            expected = view.written(with_part(tree, second, held), cells[1])
            yield Slip(Mistake.UNANCHORED, tuple(cells[1:]), expected, "anchor")


def _reference(view: SheetView, cell: Cell, k: int) -> Node | None:
    """The reference at a place in a cell's formula."""
    tree = view.forms.element_tree(cell)
    return tree.references[k] if tree is not None and k < len(tree.references) else None


def _ends_in_nothing(view: SheetView, node: Node | None, cell: Cell) -> bool:
    """Whether a blank is at the far end of a reference."""
    ends = corners(node, cell) if node is not None else None
    contents = view.cells.contents
    return ends is not None and ends[1] not in contents.cells and ends[1] not in contents.arrays


def _slides_into_nothing(view: SheetView, cells: list[Cell], nodes: list[Node | None]) -> bool:
    """Whether the first names numbers alone, and the others, each further off, blanks at their far ends."""
    pairs = list(zip(nodes, cells, strict=True))
    if not all(_ends_in_nothing(view, node, cell) for node, cell in pairs[1:]):
        return False
    places = {corners(node, cell) for node, cell in pairs if node is not None}
    first = nodes[0]
    return len(places) == len(cells) and first is not None and all(map(view.is_number, members(first, cells[0])))


def _names_text(view: SheetView, node: Node | None, cell: Cell) -> bool:
    """Whether a reference names a single cell with a text, which no arithmetic can take."""
    ends = corners(node, cell) if node is not None and node.kind == "ref" else None
    is_text = ends is not None and view.cells.contents.kind(ends[0]) is CellKind.TEXT
    return is_text and math.isnan(view.cells.value(cell))


def _slides_into_text(view: SheetView, cells: list[Cell], nodes: list[Node | None]) -> bool:
    """Whether the first names a typed number, and the second, each one further off, a text, which is an error there."""
    places = {corners(node, cell) for node, cell in zip(nodes, cells, strict=True) if node is not None}
    ends = corners(nodes[0], cells[0]) if nodes[0] is not None else None
    is_number = ends is not None and view.is_typed(ends[0])
    return len(places) == len(cells) and is_number and _names_text(view, nodes[1], cells[1])


def _held(node: Node, home: Cell, new_home: Cell) -> Node:
    """The same cells, held by ``$``, as another cell's formula writes them."""
    ends = corners(node, home)
    assert ends is not None
    refs = tuple(Ref.held(end, new_home) for end in ends)
    return Node("range", refs) if node.kind == "range" else Node("ref", refs[0])
