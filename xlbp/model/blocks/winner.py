"""Which of several numbers is the largest: of equal ones the first, which alone has the slope."""

from __future__ import annotations

from collections.abc import Iterable

from xlbp.model.cells import Cells
from xlbp.symbols.expr import Expr, if_positive, total


def put_winners(cells: Cells, mark: str, largest: Expr, numbers: Iterable[Expr], winners: Iterable[Expr]) -> None:
    """Write into the cells k of ``winners`` 1 for the first number that is the largest, and 0 for the others."""
    before: list[Expr] = []
    for number, winner in zip(numbers, winners, strict=True):
        still_free = total([1, *(-cell for cell in before)])
        before.append(cells.put_at(winner, mark, if_positive(largest - number, 0, still_free)))
