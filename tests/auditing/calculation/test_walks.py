"""What cells are made from, gone through; a range that many formulas take is gone through once."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.walks import Walk
from xlbp.auditing.reading.algebra import Algebra
from xlbp.auditing.reading.contents import Contents
from xlbp.auditing.reading.lookups import MOST_ITEMS
from xlbp.auditing.reading.matrices import Matrix
from xlbp.auditing.reading.syntax import Cell, Node

LONG = 100  # cells of a range


def lookups(length: int, rows: int, **others: str) -> Cells:
    """Rows of lookups in one range of column A, each by the number in column B, and these formulas besides."""
    typed: dict[Cell, object] = {("S", row, 1): float(row) for row in range(1, length + 1)}
    typed |= {("S", row, 2): 1.0 for row in range(1, rows + 1)}
    formulas = {("S", row, 3): f"=INDEX($A$1:$A${length},B{row})" for row in range(1, rows + 1)}
    formulas |= {("S", int(place[1:]), ord(place[0]) - 64): text for place, text in others.items()}
    return Cells(Contents(["S"], typed | formulas, formulas, path=Path()))


def test_each_cell_comes_once_and_after_its_arguments() -> None:
    """So it does in lookups in one range, a cell of which is made from another."""
    cells = lookups(LONG, 3, A7="=A8*2", D1="=C1+C2+C3")
    order = list(cells.below([("S", 1, 4)], lambda cell: False))
    assert len(order) == len(set(order)) == LONG + 3 + 3 + 1
    place = {cell: k for k, cell in enumerate(order)}
    assert all(place[argument] < place[cell] for cell in order for argument in cells.arguments(cell))


@pytest.mark.parametrize("length", [LONG, MOST_ITEMS + 1])
def test_formulas_that_take_one_range_share_it(length: int) -> None:
    """Whether they can be read or take too many cells for that."""
    cells = lookups(length, 2)
    one, other = cells.wide(("S", 1, 3)), cells.wide(("S", 2, 3))
    assert one is not None
    assert other is not None
    assert (one.own, other.own) == ((("S", 1, 2),), (("S", 2, 2),))
    assert one.spans[0] is other.spans[0]
    assert set(cells.arguments(("S", 1, 3))) == {*one.own, *one.spans[0]}


def test_what_takes_too_much_is_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows look up by another number in one range, and the range is laid out once."""
    laid_out: list[Node] = []
    layout = Algebra.matrix

    def counted(self: Algebra, node: Node) -> Matrix:
        laid_out.append(node)
        return layout(self, node)

    monkeypatch.setattr(Algebra, "matrix", counted)
    cells = lookups(MOST_ITEMS + 1, 20)
    assert [cells.compiled(("S", row, 3)) for row in range(1, 21)] == [None] * 20
    assert len(set(cells.unreadable.values())) == 1
    assert sum(node.kind == "range" for node in laid_out) == 1


def test_a_circle_through_a_range_is_found() -> None:
    """A cell of the range is made from the lookup in it."""
    assert lookups(LONG, 2, A7="=C1").circular([("S", 1, 3), ("S", 1, 2)]) == {("S", 1, 3)}
    assert lookups(LONG, 2, A7="=B1").circular([("S", 1, 3), ("S", 2, 3)]) == set()


def test_what_has_passed_is_not_gone_through_again() -> None:
    """The second lookup's walk tells its own cells alone; a start is looked behind even if it is an end."""
    cells, passed = lookups(LONG, 2), set[Cell]()
    walk = Walk(cells, passed)
    passed.update(walk.below([("S", 1, 3)], lambda cell: False))
    assert len(passed) == LONG + 2
    assert list(walk.below([("S", 2, 3)], {("S", 2, 3)}.__contains__)) == [("S", 2, 2), ("S", 2, 3)]


def test_the_derivative_by_what_it_is_made_from_is_that_of_an_end_too() -> None:
    """Where derivatives end at a cell, that of the cell itself goes one formula further."""
    cells = lookups(1, 1, D1="=3*A1", E1="=D1")
    ends = {("S", 1, 1), ("S", 1, 4)}
    assert cells.adjoints(("S", 1, 4), ends)[("S", 1, 1)].value == 3
    assert ("S", 1, 1) not in cells.adjoints(("S", 1, 5), ends)
