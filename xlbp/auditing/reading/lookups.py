"""Functions that choose one cell among many: by a number that is fixed, or computed in the sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from openpyxl.utils import get_column_letter

from xlbp.auditing.reading.matrices import NO_NUMBER, ONE, ZERO, Matrix, Reader
from xlbp.auditing.reading.syntax import CellKind, Node, Ref, TooLargeError, Turned, UnreadableFormulaError, parse
from xlbp.symbols.expr import Expr, absolute, const, if_positive

MOST_ITEMS = 1_000
MOST_CELLS = 20_000


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
        raise TooLargeError(f"one of over {MOST_ITEMS:,} cells is chosen")


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


def _looked_up(keys: list[Expr], key: Expr, values: list[Expr], nearest: bool, otherwise: Expr = NO_NUMBER) -> Expr:
    """The value beside a key; of rising keys, ``nearest`` takes the last that is not larger."""
    _check(keys)
    pairs = list(zip(keys, values, strict=True))
    result = otherwise
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
    line = _numeric(at, keys)
    (subject,) = _numeric(at, key)
    places: list[Expr] = [const(k + 1) for k in range(len(line))]
    return [[_looked_up(line, subject, places, _is_nearest(at, how))]]


def _lookup(sideways: bool) -> Callable[..., Matrix]:
    """``VLOOKUP``, or ``HLOOKUP``: the key in the first column, or row, the value in another."""

    def answer(at: Reader, key: Node, table: Node, which: Node, how: Node | None = None) -> Matrix:
        cells = at.matrix(table)
        columns = cells if sideways else [list(column) for column in zip(*cells, strict=True)]
        at_most = range(len(columns[0]))
        values = [one_of([column[k] for column in columns], at.scalar(which)) for k in at_most]
        (subject,) = _numeric(at, key)
        if any(at.kind_of(item) is CellKind.TEXT for item in columns[0]):
            raise UnreadableFormulaError("texts are looked up")
        return [[_looked_up(columns[0], subject, values, _is_nearest(at, how))]]

    return answer


def _offset(
    at: Reader, start: Node, down: Node, right: Node, height: Node | None = None, width: Node | None = None
) -> Matrix:
    """``OFFSET``: the cells so many rows and columns away, as far as the numbers are worth now."""
    shape, numbers = at.matrix(start), [_number_of(at, node) for node in (down, right, height, width)]
    if isinstance(at.cell[0], Turned):
        raise UnreadableFormulaError("OFFSET of a range can't be read")
    rows, columns = (number or 0 for number in numbers[:2])
    tall, wide = (usual if number is None else number for number, usual in zip(numbers[2:], _size(shape), strict=True))
    first = start.value[0] if isinstance(start.value, tuple) else start.value
    if not isinstance(first, Ref):
        first = Ref.held(at.references(start)[0], at.cell)
    if tall < 1 or wide < 1 or tall * wide > MOST_CELLS:
        raise UnreadableFormulaError(f"OFFSET to {tall} rows and {wide} columns")

    def cell(i: int, j: int) -> Expr:
        reference = Ref(
            first.sheet, first.row + rows + i, first.column + columns + j, first.row_fixed, first.column_fixed
        )
        if min(reference.at(at.cell)[1:]) < 1:
            raise UnreadableFormulaError("OFFSET leads out of the sheet")
        return at.leaf(reference)

    return [[cell(i, j) for j in range(wide)] for i in range(tall)]


def _size(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), len(matrix[0])


def _number_of(at: Reader, node: Node | None) -> int | None:
    """A whole number; None where it is left out."""
    return None if node is None or node.kind == "missing" else at.integer(node)


def _indirect(at: Reader, address: Node, in_a1: Node | None = None) -> Matrix:
    """``INDIRECT``: the cells that a text names, as it reads now."""
    if in_a1 is not None and in_a1.kind == "bool" and not in_a1.value:
        raise UnreadableFormulaError("INDIRECT of R1C1 can't be read")
    tree = parse(f"={_words(at, address)}", at.cell)
    if tree.kind not in ("ref", "range", "name"):
        raise UnreadableFormulaError("INDIRECT names no cells")
    at.of_place = True
    return at.matrix(tree)


def _words(at: Reader, node: Node) -> str:
    """The text that a node is worth now: typed, put together, or computed."""
    if node.kind == "text":
        return str(node.value)
    if node.kind == "op" and node.value == "&":
        return "".join(_words(at, arg) for arg in node.args)
    if node.kind == "call" and node.value == "ADDRESS":
        row, column = (at.integer(arg) for arg in node.args[:2])
        sheet = f"{_words(at, node.args[4])}!" if len(node.args) > len("RCAA") else ""
        return f"{sheet}{get_column_letter(column)}{row}"
    if node.kind == "call" and node.value == "CHAR":
        return chr(at.integer(node.args[0]))
    element = at.scalar(node)
    if at.kind_of(element) is CellKind.TEXT:
        at.of_place = True
        return str(at.content_of(element))
    return str(at.integer(Node("given", [[element]])))


def _beside_key(at: Reader, key: Node, keys: Node, values: Node, missing: Node | None = None, *how: Node) -> Matrix:
    """``XLOOKUP`` of a number that must be equal, the first of them; the values may be of several columns."""
    if any(node.kind != "missing" and at.scalar(node) not in (ZERO, ONE) for node in how):
        raise UnreadableFormulaError("XLOOKUP compares in another way than by equality")
    if how and how[0].kind != "missing" and at.scalar(how[0]) is not ZERO:
        raise UnreadableFormulaError("XLOOKUP compares in another way than by equality")
    line, table = _numeric(at, keys), at.matrix(values)
    (subject,) = _numeric(at, key)
    upright = len(at.matrix(keys)[0]) == 1
    columns = [list(column) for column in zip(*table, strict=True)] if upright else table
    other = NO_NUMBER if missing is None or missing.kind in ("missing", "text") else at.scalar(missing)
    found = [_looked_up(line, subject, column, nearest=False, otherwise=other) for column in columns]
    return [found] if upright else [[item] for item in found]


def _nearest(at: Reader, key: Node, keys: Node, values: Node | None = None) -> Matrix:
    """``LOOKUP``: of rising keys the last that is not larger, and what stands beside it."""
    line = _numeric(at, keys)
    (subject,) = _numeric(at, key)
    if values is None and min(_size(at.matrix(keys))) > 1:
        raise UnreadableFormulaError("LOOKUP in a table of several rows and columns")
    results = line if values is None else [item for row in at.matrix(values) for item in row]
    return [[_looked_up(line, subject, results, nearest=True)]]


def _place(at: Reader, key: Node, keys: Node, how: Node | None = None, *_: Node) -> Matrix:
    """``XMATCH`` of a number that must be equal."""
    return _match(at, key, keys, how or Node("number", 0.0))


def _numeric(at: Reader, node: Node) -> list[Expr]:
    """The elements of an argument, none of which is a text."""
    elements = [item for row in at.matrix(node) for item in row]
    if any(at.kind_of(element) is CellKind.TEXT for element in elements):
        raise UnreadableFormulaError("texts are looked up")
    return elements


LOOKUPS: dict[str, Callable[..., Matrix]] = {
    "INDEX": _index,
    "CHOOSE": _choose,
    "MATCH": _match,
    "VLOOKUP": _lookup(sideways=False),
    "HLOOKUP": _lookup(sideways=True),
    "OFFSET": _offset,
    "INDIRECT": _indirect,
    "XLOOKUP": _beside_key,
    "XMATCH": _place,
    "LOOKUP": _nearest,
}
