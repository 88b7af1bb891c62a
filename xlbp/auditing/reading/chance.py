"""Functions whose results change whenever a program computes: a number stands in for each, the same in every audit.

What was drawn is a number like any other; which one does not matter to a derivative.
"""

from __future__ import annotations

from collections.abc import Callable

from xlbp.auditing.reading.matrices import ONE, ZERO, Matrix, Reader
from xlbp.auditing.reading.syntax import Node, in_book
from xlbp.symbols.expr import Expr, const, floor

GOLDEN, SILVER = 0.6180339887498949, 0.4142135623730951  # multiples of these spread evenly over 0 to 1
A_DAY = 45_000.0  # in the spring of 2023, as spreadsheets count days


def _drawn(at: Reader, further: int = 0) -> Expr:
    """A number between 0 and 1 that belongs to a cell: what was saved, if it was, or one that stands in."""
    saved = at.contents.saved.get(at.cell)
    if isinstance(saved, float) and 0 < saved < 1 and further == 0 and _is_all(at):
        return const(saved)
    _, row, column = in_book(at.cell)
    return const((row * GOLDEN + column * SILVER + further * GOLDEN * SILVER) % 1)


def _is_all(at: Reader) -> bool:
    """Whether a cell's formula is ``=RAND()`` and no more."""
    return at.contents.formulas.get(at.cell, "").replace(" ", "").upper() == "=RAND()"


def _between(at: Reader, low: Node, high: Node) -> Matrix:
    a, b = at.scalar(low), at.scalar(high)
    return [[a + floor(_drawn(at) * (b - a + 1))]]


def _array(
    at: Reader,
    rows: Node | None = None,
    columns: Node | None = None,
    low: Node | None = None,
    high: Node | None = None,
    whole: Node | None = None,
) -> Matrix:
    """``RANDARRAY``: as many numbers as it says."""
    down, right = (1 if node is None or node.kind == "missing" else at.integer(node) for node in (rows, columns))
    a, b = ZERO if low is None else at.scalar(low), ONE if high is None else at.scalar(high)
    is_whole = whole is not None and at.integer(whole) != 0

    def number(place: int) -> Expr:
        share = _drawn(at, place)
        return a + floor(share * (b - a + 1)) if is_whole else a + share * (b - a)

    return [[number(1 + i * right + j) for j in range(right)] for i in range(down)]


VOLATILE: dict[str, Callable[..., Matrix]] = {
    "RAND": lambda at: [[_drawn(at)]],
    "RANDBETWEEN": _between,
    "RANDARRAY": _array,
    "NOW": lambda at: [[const(A_DAY)]],
    "TODAY": lambda at: [[const(A_DAY)]],
}
