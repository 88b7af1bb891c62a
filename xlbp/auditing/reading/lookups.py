"""Functions that choose one cell among many: by a number that is fixed, or computed in the sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from xlbp.auditing.reading.matrices import NO_NUMBER, ONE, ZERO, Matrix, Reader
from xlbp.auditing.reading.syntax import Node, Ref, Turned, UnreadableFormulaError
from xlbp.symbols.expr import Expr, absolute, const, if_positive

MOST_ITEMS = 1_000


def one_of(items: list[Expr], at: Expr) -> Expr:
    """The item of this number, counted from 1."""
    if at.op == "const":
        place = float(str(at.payload))
        if not 1 <= place < len(items) + 1:
            raise UnreadableFormulaError(f"number {place:g} is asked of {len(items)} cells")
        return items[int(place) - 1]
    _check(items)
    return reduce(lambda rest, k: if_positive(k + 1 - at, rest, items[k]), range(1, len(items)), items[0])


def _check(items: list[Expr]) -> None:
    if len(items) > MOST_ITEMS:
        raise UnreadableFormulaError(f"one of over {MOST_ITEMS:,} cells is chosen")


def _index(at: Reader, table: Node, row: Node, column: Node | None = None) -> Matrix:
    """``INDEX`` by fixed numbers, or, where these are computed, a choice among the range's cells; 0 takes all."""
    cells = at.matrix(table)
    i, j = at.scalar(row), ONE if column is None else at.scalar(column)
    if column is None and len(cells) == 1:
        i, j = ONE, i
    rows = cells if i is ZERO else [[one_of([line[k] for line in cells], i) for k in range(len(cells[0]))]]
    return rows if j is ZERO else [[one_of(line, j)] for line in rows]


def _choose(at: Reader, which: Node, *items: Node) -> Matrix:
    return [[one_of([at.scalar(item) for item in items], at.scalar(which))]]


def _looked_up(keys: list[Expr], key: Expr, values: list[Expr], nearest: bool) -> Expr:
    """The value beside a key; of rising keys, ``nearest`` takes the last that is not larger."""
    _check(keys)
    pairs = list(zip(keys, values, strict=True))
    result = NO_NUMBER
    if nearest:
        for other, value in pairs:
            result = if_positive(other - key, result, value)
        return result
    for other, value in pairs[::-1]:
        result = if_positive(absolute(key - other), result, value)
    return result


def _is_nearest(at: Reader, node: Node | None) -> bool:
    if node is None:
        return True
    how = at.scalar(node)
    if how not in (ZERO, ONE):
        raise UnreadableFormulaError("a lookup's way of comparing is computed")
    return how is ONE


def _match(at: Reader, key: Node, keys: Node, how: Node | None = None) -> Matrix:
    line = [item for row in at.matrix(keys) for item in row]
    places: list[Expr] = [const(k + 1) for k in range(len(line))]
    return [[_looked_up(line, at.scalar(key), places, _is_nearest(at, how))]]


def _lookup(sideways: bool) -> Callable[..., Matrix]:
    """``VLOOKUP``, or ``HLOOKUP``: the key in the first column, or row, the value in another."""

    def answer(at: Reader, key: Node, table: Node, which: Node, how: Node | None = None) -> Matrix:
        cells = at.matrix(table)
        columns = cells if sideways else [list(column) for column in zip(*cells, strict=True)]
        at_most = range(len(columns[0]))
        values = [one_of([column[k] for column in columns], at.scalar(which)) for k in at_most]
        return [[_looked_up(columns[0], at.scalar(key), values, _is_nearest(at, how))]]

    return answer


def _offset(
    at: Reader, start: Node, down: Node, right: Node, height: Node | None = None, width: Node | None = None
) -> Matrix:
    """``OFFSET`` by fixed numbers; by computed ones it may be any cell."""
    numbers: list[int] = []
    for node, default in ((down, 0), (right, 0), (height, 1), (width, 1)):
        if node is None or node.kind == "missing":
            numbers.append(default)
            continue
        number = at.scalar(node)
        if number.op != "const":
            raise UnreadableFormulaError("OFFSET by a computed number can't be read; INDEX of a range can")
        numbers.append(int(float(str(number.payload))))
    if not isinstance(start.value, Ref) or isinstance(at.cell[0], Turned):
        raise UnreadableFormulaError("OFFSET of a range can't be read")
    first, (rows, columns, tall, wide) = start.value, numbers

    def cell(i: int, j: int) -> Expr:
        row, column = first.row + rows + i, first.column + columns + j
        return at.leaf(Ref(first.sheet, row, column, first.row_fixed, first.column_fixed))

    return [[cell(i, j) for j in range(wide)] for i in range(tall)]


LOOKUPS: dict[str, Callable[..., Matrix]] = {
    "INDEX": _index,
    "CHOOSE": _choose,
    "MATCH": _match,
    "VLOOKUP": _lookup(sideways=False),
    "HLOOKUP": _lookup(sideways=True),
    "OFFSET": _offset,
}
