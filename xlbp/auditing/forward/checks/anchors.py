"""A reference that should stay in place and slid along as the formula was filled: from a number into nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.auditing.forward.departures import Lawful
from xlbp.auditing.forward.laws import Law
from xlbp.auditing.forward.sheet_view import SheetView, Slip, members, with_part
from xlbp.auditing.reading.syntax import Cell, Node, Ref
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
    trees = [view.forms.element_tree(cell) for cell in cells]
    references = [tree.references for tree in trees if tree is not None]
    if len(references) != len(cells) or len({len(row) for row in references}) != 1:
        return
    for k in range(len(references[0])):
        if _slides_into_nothing(view, cells, [row[k] for row in references]):
            first, tree = references[0][k], trees[1]
            assert tree is not None
            held = _held(first, cells[0], cells[1])
            expected = view.written(with_part(tree, references[1][k], held), cells[1])
            yield Slip(Mistake.UNANCHORED, tuple(cells[1:]), expected, "anchor")


def _slides_into_nothing(view: SheetView, cells: list[Cell], nodes: list[Node]) -> bool:
    """Whether the first names numbers alone, and the others, each further off, blanks at their far ends."""
    places = [corners(node, cell) for node, cell in zip(nodes, cells, strict=True)]
    if None in places or len(set(places)) < len(places):
        return False
    if not all(map(view.is_number, members(nodes[0], cells[0]))):
        return False
    contents = view.cells.contents
    ends = [place[1] for place in places[1:] if place is not None]
    return all(end not in contents.cells and end not in contents.arrays for end in ends)


def _held(node: Node, home: Cell, new_home: Cell) -> Node:
    """The same cells, held by ``$``, as another cell's formula writes them."""
    ends = corners(node, home)
    assert ends is not None
    refs = tuple(Ref.held(end, new_home) for end in ends)
    return Node("range", refs) if node.kind == "range" else Node("ref", refs[0])
