"""Sheets made alike, as one for each head: a cell that takes another's block there leaves its own unread."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.auditing.forward.differences import Question, differences, name_of
from xlbp.auditing.forward.sheet_view import SheetView, Slip, members, size
from xlbp.auditing.reading.syntax import Cell, Node, address
from xlbp.auditing.reading.trees import corners

FEWEST, MOST_UNLIKE = 8, 2  # formulas that two sheets have in the same cells, and in which they differ
REFERENCES = frozenset({"ref", "range"})


def sheet_slips(view: SheetView) -> Iterator[Slip]:
    """The formulas that take another block than those in the same cell of a sheet made alike, and forget their own."""
    told: set[Cell] = set()
    for cell, model in _unlike(view):
        tree, expected = view.trees[cell], view.tree(model)
        parts = [] if expected is None else list(differences(tree, expected, cell))
        if expected is None or cell in told or not parts:
            continue
        if all(_takes_a_block_of_its_size(part.found, part.expected, cell) for part in parts):
            lost = [item for part in parts for item in members(part.expected, cell)]
            if all(view.is_number(item) and view.readings.is_unread(item) for item in lost):
                told.add(cell)
                mistake = name_of(Question(parts[0], cell, view.forms, frozenset({cell})))
                values = {"lost": address(lost[0], cell[0]), "model": address(model, cell[0])}
                yield Slip(mistake, (cell,), view.written(expected, cell), "unread", values)


def _takes_a_block_of_its_size(found: Node, expected: Node, cell: Cell) -> bool:
    """Whether two references mean blocks of one size on the cell's own sheet."""
    ends = [corners(node, cell) for node in (found, expected)]
    are_own = all(end is not None and end[0][0] == cell[0] for end in ends)
    return are_own and {found.kind, expected.kind} <= REFERENCES and size(found, cell) == size(expected, cell)


def _unlike(view: SheetView) -> Iterator[tuple[Cell, Cell]]:
    """The few cells in which a sheet differs from one that is made alike, each with the other sheet's."""
    by_sheet: dict[str, set[tuple[int, int]]] = {}
    for sheet, row, column in view.cells.contents.formulas:
        by_sheet.setdefault(sheet, set()).add((row, column))
    own = by_sheet.get(view.sheet, set())
    for sheet in sorted(by_sheet.keys() - {view.sheet}):
        if own != by_sheet[sheet] or len(own) < FEWEST:
            continue
        key = view.forms.key
        unlike = [place for place in sorted(own) if key((view.sheet, *place)) != key((sheet, *place))]
        if len(unlike) <= MOST_UNLIKE:
            yield from (((view.sheet, *place), (sheet, *place)) for place in unlike)
