"""Functions that bind names, go through arrays and cut them: LET, MAP, REDUCE, SEQUENCE, TAKE, HSTACK and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from xlbp.auditing.reading.matrices import NO_NUMBER, ONE, ZERO, Function, Matrix, Reader
from xlbp.auditing.reading.syntax import Node, Ref, UnreadableFormulaError
from xlbp.symbols.expr import Expr, const

MOST_ELEMENTS = 20_000


def _let(at: Reader, *args: Node) -> Matrix:
    """``LET``: names and what they stand for, in turn, then what is made of them."""
    if len(args) % 2 == 0:
        raise UnreadableFormulaError("LET takes names and values in pairs, and what to make of them")
    scope: dict[str, Matrix | Function] = dict(at.scope)
    for name, value in zip(args[:-1:2], args[1:-1:2], strict=True):
        with at.within(dict(scope)):
            is_function = value.kind == "call" and value.value == "LAMBDA"
            scope[str(name.value).casefold()] = at.function(value) if is_function else at.matrix(value)
    with at.within(scope):
        return at.matrix(args[-1])


def _lambda(*_: object) -> Matrix:
    raise UnreadableFormulaError("a LAMBDA stands where a number belongs")


def _single(matrix: Matrix) -> Expr:
    if len(matrix) != 1 or len(matrix[0]) != 1:
        raise UnreadableFormulaError("a LAMBDA makes several numbers where one belongs")
    return matrix[0][0]


def _one(element: Expr) -> Matrix:
    return [[element]]


def _map(at: Reader, *args: Node) -> Matrix:
    """``MAP``: a function of each element, or of the elements of several arrays together."""
    *arrays, function = args
    apply, matrices = at.function(function), [at.matrix(array) for array in arrays]
    rows, columns = len(matrices[0]), len(matrices[0][0])
    if any((len(m), len(m[0])) != (rows, columns) for m in matrices):
        raise UnreadableFormulaError("MAP takes arrays of one shape")
    return [[_single(apply(*(_one(m[i][j]) for m in matrices))) for j in range(columns)] for i in range(rows)]


def _scan(at: Reader, start: Node, array: Node, function: Node) -> Matrix:
    """``SCAN``: what a function makes of its last result and the next element, every time."""
    apply, result = at.function(function), at.matrix(start)
    rows: Matrix = []
    for row in at.matrix(array):
        line: list[Expr] = []
        for element in row:
            result = apply(result, _one(element))
            line.append(_single(result))
        rows.append(line)
    return rows


def _reduce(at: Reader, start: Node, array: Node, function: Node) -> Matrix:
    """``REDUCE``: the last of these results."""
    apply, result = at.function(function), at.matrix(start)
    for element in chain.from_iterable(at.matrix(array)):
        result = apply(result, _one(element))
    return result


def _by_row(at: Reader, array: Node, function: Node) -> Matrix:
    apply = at.function(function)
    return [[_single(apply([row]))] for row in at.matrix(array)]


def _by_column(at: Reader, array: Node, function: Node) -> Matrix:
    apply = at.function(function)
    return [[_single(apply([[element] for element in column])) for column in zip(*at.matrix(array), strict=True)]]


def _make(at: Reader, rows: Node, columns: Node, function: Node) -> Matrix:
    """``MAKEARRAY``: a function of the row's and the column's number."""
    apply, (down, right) = at.function(function), _shape(at, rows, columns)
    return [[_single(apply(_one(const(i + 1)), _one(const(j + 1)))) for j in range(right)] for i in range(down)]


def _shape(at: Reader, rows: Node, columns: Node | None) -> tuple[int, int]:
    down, right = (1 if node is None or node.kind == "missing" else at.integer(node) for node in (rows, columns))
    if down < 1 or right < 1 or down * right > MOST_ELEMENTS:
        raise UnreadableFormulaError(f"an array of {down} rows and {right} columns")
    return down, right


def _sequence(
    at: Reader, rows: Node, columns: Node | None = None, start: Node | None = None, step: Node | None = None
) -> Matrix:
    down, right = _shape(at, rows, columns)
    first, by = (ONE if node is None or node.kind == "missing" else at.scalar(node) for node in (start, step))
    return [[first + by * (i * right + j) for j in range(right)] for i in range(down)]


def _unit(at: Reader, size: Node) -> Matrix:
    n, _ = _shape(at, size, size)
    return [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]


def _above_each_other(at: Reader, *arrays: Node) -> Matrix:
    """``VSTACK``; what is narrower is filled up with errors."""
    rows = [row for array in arrays for row in at.matrix(array)]
    width = max(map(len, rows))
    return [row + [NO_NUMBER] * (width - len(row)) for row in rows]


def _turned(matrix: Sequence[Sequence[Expr]]) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def _side_by_side(at: Reader, *arrays: Node) -> Matrix:
    columns = [list(column) for array in arrays for column in zip(*at.matrix(array), strict=True)]
    height = max(map(len, columns))
    return _turned([column + [NO_NUMBER] * (height - len(column)) for column in columns])


def _taken(lines: Matrix, count: int | None) -> Matrix:
    """The first lines, or the last ones of a negative count."""
    if count is None:
        return lines
    return lines[:count] if count >= 0 else lines[count:]


def _dropped(lines: Matrix, count: int | None) -> Matrix:
    if not count:
        return lines
    return lines[count:] if count > 0 else lines[:count]


def _cut(how: Callable[[Matrix, int | None], Matrix]) -> Callable[..., Matrix]:
    """``TAKE`` and ``DROP``: so many rows, and so many columns."""

    def answer(at: Reader, array: Node, rows: Node, columns: Node | None = None) -> Matrix:
        down, right = (None if n is None or n.kind == "missing" else at.integer(n) for n in (rows, columns))
        lines = how(at.matrix(array), down)
        cut = _turned(how(_turned(lines), right)) if lines else []
        if not cut:
            raise UnreadableFormulaError("nothing is left of an array")
        return cut

    return answer


def _chosen(of_rows: bool) -> Callable[..., Matrix]:
    """``CHOOSEROWS`` and ``CHOOSECOLS``: lines by their numbers, from the end where these are negative."""

    def answer(at: Reader, array: Node, *which: Node) -> Matrix:
        lines = at.matrix(array) if of_rows else _turned(at.matrix(array))
        numbers = [at.integer(Node("given", _one(item))) for node in which for row in at.matrix(node) for item in row]
        if any(not 1 <= abs(number) <= len(lines) for number in numbers):
            raise UnreadableFormulaError(f"a line is chosen that none of {len(lines)} is")
        chosen = [lines[number - 1 if number > 0 else number] for number in numbers]
        return chosen if of_rows else _turned(chosen)

    return answer


def _in_line(as_column: bool) -> Callable[..., Matrix]:
    """``TOCOL`` and ``TOROW``: all elements in one line, row by row or column by column; none is left out."""

    def answer(at: Reader, array: Node, ignored: Node | None = None, by_column: Node | None = None) -> Matrix:
        if ignored is not None and ignored.kind != "missing" and at.integer(ignored) != 0:
            raise UnreadableFormulaError("which elements are left out depends on their values")
        matrix = at.matrix(array)
        lines = _turned(matrix) if by_column is not None and at.integer(by_column) else matrix
        elements = list(chain.from_iterable(lines))
        return [[element] for element in elements] if as_column else [elements]

    return answer


def _wrapped(in_rows: bool) -> Callable[..., Matrix]:
    """``WRAPROWS`` and ``WRAPCOLS``: a line broken into lines of a length."""

    def answer(at: Reader, array: Node, length: Node, rest: Node | None = None) -> Matrix:
        elements, size = list(chain.from_iterable(at.matrix(array))), at.integer(length)
        if size < 1:
            raise UnreadableFormulaError(f"a line of {size} elements")
        filler = NO_NUMBER if rest is None else at.scalar(rest)
        elements += [filler] * (-len(elements) % size)
        lines = [elements[k : k + size] for k in range(0, len(elements), size)]
        return lines if in_rows else _turned(lines)

    return answer


def _expanded(at: Reader, array: Node, rows: Node, columns: Node | None = None, rest: Node | None = None) -> Matrix:
    matrix = at.matrix(array)
    down, right = len(matrix), len(matrix[0])
    down = down if rows.kind == "missing" else at.integer(rows)
    right = right if columns is None or columns.kind == "missing" else at.integer(columns)
    filler = NO_NUMBER if rest is None else at.scalar(rest)
    wide = [row + [filler] * (right - len(row)) for row in matrix]
    return wide + [[filler] * right for _ in range(down - len(matrix))]


def _constrained(at: Reader, array: Node, rows: Node, columns: Node) -> Matrix:
    """``ARRAY_CONSTRAIN`` of Google Sheets: the array's upper left corner."""
    down, right = at.integer(rows), at.integer(columns)
    return [row[:right] for row in at.matrix(array)[:down]]


def _spilled(at: Reader, node: Node) -> Matrix:
    """``A1#``: all that the array formula in a cell fills."""
    (home,) = at.references(node)
    members = [cell for cell, element in at.contents.arrays.items() if element.home == home] or [home]
    last = (home[0], max(cell[1] for cell in members), max(cell[2] for cell in members))
    return at.matrix(Node("range", (_held(home, at), _held(last, at))))


def _held(cell: tuple[str, int, int], at: Reader) -> Ref:
    return Ref.held(cell, at.cell)


def _in_this_line(at: Reader, node: Node) -> Matrix:
    """``SINGLE``, or ``@``: of a column the element in the formula's row, of a row that in its column."""
    matrix = at.matrix(node)
    if len(matrix) == len(matrix[0]) == 1:
        return matrix
    cells = at.references(node)
    elements = list(chain.from_iterable(matrix))
    for cell, element in zip(cells, elements, strict=True):
        in_column = len(matrix[0]) == 1 and cell[1] == at.cell[1]
        if in_column or (len(matrix) == 1 and cell[2] == at.cell[2]):
            return _one(element)
    return _one(elements[0]) if len(matrix) > 1 < len(matrix[0]) else _one(NO_NUMBER)


ARRAYS: dict[str, Callable[..., Matrix]] = {
    "LET": _let,
    "LAMBDA": _lambda,
    "MAP": _map,
    "SCAN": _scan,
    "REDUCE": _reduce,
    "BYROW": _by_row,
    "BYCOL": _by_column,
    "MAKEARRAY": _make,
    "SEQUENCE": _sequence,
    "MUNIT": _unit,
    "VSTACK": _above_each_other,
    "HSTACK": _side_by_side,
    "TAKE": _cut(_taken),
    "DROP": _cut(_dropped),
    "CHOOSEROWS": _chosen(of_rows=True),
    "CHOOSECOLS": _chosen(of_rows=False),
    "TOCOL": _in_line(as_column=True),
    "TOROW": _in_line(as_column=False),
    "WRAPROWS": _wrapped(in_rows=True),
    "WRAPCOLS": _wrapped(in_rows=False),
    "EXPAND": _expanded,
    "ARRAYFORMULA": lambda at, array: at.matrix(array),
    "ARRAY_CONSTRAIN": _constrained,
    "ANCHORARRAY": _spilled,
    "SINGLE": _in_this_line,
}
