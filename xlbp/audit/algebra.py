"""A formula's tree as mathematics: scalars of :mod:`xlbp.graph.expr` over cells, arranged in a matrix.

A range is a matrix of leaves, so MMULT, TRANSPOSE and SUMPRODUCT become sums of products of cells, which the
derivative table knows.  A comparison is 1 or 0; ``IF(a>b, x, y)`` is ``if_positive(a-b, x, y)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeAlias

from xlbp.audit.syntax import Cell, Node, Ref, UnreadableFormulaError
from xlbp.graph.expr import Expr, absolute, const, cos, exp, floor, if_positive, log, maximum, minimum, modulo, ref, sign, sin
from xlbp.graph.expr import sqrt as root
from xlbp.graph.expr import tanh as tangent

Matrix: TypeAlias = list[list[Expr]]
Kind = Callable[[Cell], str]  # "number", "text" or "blank"
ZERO, ONE = const(0), const(1)
MOST_CELLS = 20_000  # of one range: more would fill the memory
SHOWN = 40


def slot(reference: Ref) -> str:
    """The name of a leaf: the reference as R1C1 writes it."""
    row = f"R{reference.row}" if reference.row_fixed else f"R[{reference.row}]"
    column = f"C{reference.column}" if reference.column_fixed else f"C[{reference.column}]"
    return f"{reference.sheet}!{row}{column}"


class Algebra:
    """Turns one tree into a matrix of expressions; ``slots`` then says which cell each leaf is."""

    def __init__(self, cell: Cell, names: Mapping[str, str], kind: Kind) -> None:
        self.cell, self.names, self.kind = cell, names, kind
        self.slots: dict[str, Ref] = {}

    def leaf(self, reference: Ref) -> Expr:
        name = slot(reference)
        self.slots[name] = reference
        return ref(name)

    def matrix(self, node: Node) -> Matrix:
        """The matrix that a node is worth; a scalar is one of a single element."""
        builder = getattr(self, f"_{node.kind}", None)
        if builder is None:
            raise UnreadableFormulaError(f"a {node.kind} can't be read here")
        found: Matrix = builder(node)
        return found

    def scalar(self, node: Node) -> Expr:
        """A node that must be a single number."""
        found = self.matrix(node)
        if len(found) == 1 and len(found[0]) == 1:
            return found[0][0]
        raise UnreadableFormulaError("a range stands where a single number belongs")

    def _number(self, node: Node) -> Matrix:
        return [[const(float(str(node.value)))]]

    def _bool(self, node: Node) -> Matrix:
        return [[ONE if node.value else ZERO]]

    def _missing(self, node: Node) -> Matrix:  # noqa: ARG002
        return [[ZERO]]

    def _ref(self, node: Node) -> Matrix:
        assert isinstance(node.value, Ref)
        return [[self.leaf(node.value)]]

    def _range(self, node: Node) -> Matrix:
        assert isinstance(node.value, tuple)
        first, last = node.value
        (_, top, left), (_, bottom, right) = first.at(self.cell), last.at(self.cell)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise UnreadableFormulaError(f"a range of over {MOST_CELLS:,} cells")
        return [
            [self.leaf(_between(first, last, row, column, self.cell)) for column in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]

    def _name(self, node: Node) -> Matrix:
        from xlbp.audit.syntax import parse  # noqa: PLC0415  # only a name needs a second formula

        text = self.names.get(str(node.value).casefold())
        if text is None:
            raise UnreadableFormulaError(f"the name {str(node.value)[:SHOWN]!r} is unknown")
        tree = parse(f"={text}", self.cell)
        if tree.kind == "name":
            raise UnreadableFormulaError(f"the name {str(node.value)[:SHOWN]!r} stands for {text[:SHOWN]!r}")
        return self.matrix(tree)

    def _array(self, node: Node) -> Matrix:
        return [[self.scalar(item) for item in row.args] for row in node.args]

    def _unary(self, node: Node) -> Matrix:
        return _map(_negative, self.matrix(node.args[0]))

    def _percent(self, node: Node) -> Matrix:
        return _map(lambda x: x / 100, self.matrix(node.args[0]))

    def _op(self, node: Node) -> Matrix:
        build = OPERATORS.get(str(node.value))
        if build is None:
            raise UnreadableFormulaError(f"the operator {node.value!s} makes no number")
        return broadcast(build, self.matrix(node.args[0]), self.matrix(node.args[1]))

    def _call(self, node: Node) -> Matrix:
        name = str(node.value)
        if name in ELEMENTWISE:
            return broadcast(ELEMENTWISE[name], *(self.matrix(arg) for arg in node.args))
        if name in FUNCTIONS:
            try:
                return FUNCTIONS[name](self, *node.args)
            except TypeError:
                raise UnreadableFormulaError(f"{name} has arguments that can't be read") from None
        raise UnreadableFormulaError(f"the function {name[:SHOWN]} can't be read")

    def numbers(self, *nodes: Node) -> list[Expr]:
        """The elements of all arguments; in a range, texts and blanks do not count."""
        found: list[Expr] = []
        for node in nodes:
            for element in (item for row in self.matrix(node) for item in row):
                is_cell = element.op == "ref" and node.kind in ("range", "ref", "name")
                if not is_cell or self.kind(self.slots[str(element.payload)].at(self.cell)) == "number":
                    found.append(element)
        return found


def _between(first: Ref, last: Ref, row: int, column: int, cell: Cell) -> Ref:
    """A cell inside a range, held by ``$`` as the range's corners are."""
    row_fixed, column_fixed = first.row_fixed and last.row_fixed, first.column_fixed and last.column_fixed
    return Ref(
        first.sheet,
        row if row_fixed else row - cell[1],
        column if column_fixed else column - cell[2],
        row_fixed,
        column_fixed,
    )


def _map(function: Callable[[Expr], Expr], matrix: Matrix) -> Matrix:
    return [[function(item) for item in row] for row in matrix]


def _negative(x: Expr) -> Expr:
    return const(-float(x.payload)) if x.op == "const" and isinstance(x.payload, float) else -x


def broadcast(function: Callable[..., Expr], *matrices: Matrix) -> Matrix:
    """An operation element by element; a single row, column or number is repeated."""
    height, width = max(map(len, matrices)), max(len(m[0]) for m in matrices)
    for matrix in matrices:
        if len(matrix) not in (1, height) or len(matrix[0]) not in (1, width):
            raise UnreadableFormulaError("ranges of different shapes stand in one operation")

    def at(matrix: Matrix, i: int, j: int) -> Expr:
        return matrix[i if len(matrix) > 1 else 0][j if len(matrix[0]) > 1 else 0]

    return [[function(*(at(m, i, j) for m in matrices)) for j in range(width)] for i in range(height)]


def _greater(a: Expr, b: Expr) -> Expr:
    return if_positive(a - b, 1, 0)


def _not_less(a: Expr, b: Expr) -> Expr:
    return if_positive(b - a, 0, 1)


def _equal(a: Expr, b: Expr) -> Expr:
    return if_positive(absolute(a - b), 0, 1)


def choice(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """``IF``; a comparison gives its own difference to ``if_positive``."""
    if condition.op == "if_positive" and condition.args[1:] == (ONE, ZERO):
        return if_positive(condition.args[0], yes, no)
    if condition.op == "if_positive" and condition.args[1:] == (ZERO, ONE):
        return if_positive(condition.args[0], no, yes)
    if condition in (ONE, ZERO):
        return yes if condition is ONE else no
    return if_positive(absolute(condition), yes, no)


OPERATORS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    ">": _greater,
    "<": lambda a, b: _greater(b, a),
    ">=": _not_less,
    "<=": lambda a, b: _not_less(b, a),
    "=": _equal,
    "<>": lambda a, b: if_positive(absolute(a - b), 1, 0),
}
ELEMENTWISE: dict[str, Callable[..., Expr]] = {
    "EXP": exp,
    "LN": log,
    "LOG10": lambda x: log(x) / math.log(10),
    "LOG": lambda x, base=const(10): log(x) / (math.log(10) if base is const(10) else log(base)),
    "SQRT": root,
    "POWER": lambda x, y: x**y,
    "TANH": tangent,
    "SINH": lambda x: (exp(x) - exp(-x)) / 2,
    "COSH": lambda x: (exp(x) + exp(-x)) / 2,
    "ATANH": lambda x: log((1 + x) / (1 - x)) / 2,
    "SIN": sin,
    "COS": cos,
    "TAN": lambda x: sin(x) / cos(x),
    "ABS": absolute,
    "SIGN": sign,
    "IF": lambda c, yes=ONE, no=ZERO: choice(c, yes, no),
    "NOT": lambda x: choice(x, ZERO, ONE),
    "INT": floor,
    "MOD": modulo,
    "N": lambda x: x,
    "IFERROR": lambda x, other: x,
}


def _sum(terms: list[Expr]) -> Expr:
    return reduce(lambda a, b: a + b, terms) if terms else ZERO


def _product(factors: list[Expr]) -> Expr:
    return reduce(lambda a, b: a * b, factors) if factors else ZERO


def _transpose(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def _mmult(a: Matrix, b: Matrix) -> Matrix:
    if len(a[0]) != len(b) or len(a) * len(b) * len(b[0]) > MOST_CELLS * 5:
        raise UnreadableFormulaError("MMULT's shapes do not fit")
    columns = _transpose(b)
    return [[_sum([x * y for x, y in zip(row, column, strict=True)]) for column in columns] for row in a]


def _sumproduct(matrices: list[Matrix]) -> Expr:
    products = broadcast(lambda *xs: _product(list(xs)), *matrices)
    return _sum([item for row in products for item in row])


def _index(at: Algebra, table: Node, row: Node, column: Node | None = None) -> Matrix:
    """``INDEX`` by fixed numbers, or, where these are computed, a choice among the range's cells."""
    cells = at.matrix(table)
    i, j = at.scalar(row), ONE if column is None else at.scalar(column)
    if column is None and len(cells) == 1:
        i, j = ONE, i
    rows = _picked([[[item] for item in line] for line in cells], i)
    return [[_one_of([item[0] for item in rows], j)]]


def _picked(lines: list[list[list[Expr]]], at: Expr) -> list[list[Expr]]:
    return [[_one_of([line[k][0] for line in lines], at)] for k in range(len(lines[0]))]


def _one_of(items: list[Expr], at: Expr) -> Expr:
    """The item of this number, counted from 1."""
    if at.op == "const" and isinstance(at.payload, float):
        if not 1 <= at.payload < len(items) + 1:
            raise UnreadableFormulaError("INDEX points out of its range")
        return items[int(at.payload) - 1]
    if len(items) > 1_000:
        raise UnreadableFormulaError("INDEX picks from over 1,000 cells")
    return reduce(lambda rest, k: if_positive(k + 1 - at, rest, items[k]), range(1, len(items)), items[0])


def _one(element: Expr) -> Matrix:
    return [[element]]


def _true(x: Expr) -> Expr:
    return choice(x, ONE, ZERO)


def _cross_entropy(at: Algebra, p: Node, t: Node) -> Matrix:
    terms = broadcast(lambda p, t: t * log(p), at.matrix(p), at.matrix(t))
    # a target of 0 takes no part, whatever the probability's logarithm is
    return _one(-_sum([item for row in terms for item in row]))


def _squares(at: Algebra, y: Node, t: Node) -> list[Expr]:
    return [(item) for row in broadcast(lambda y, t: (y - t) ** 2, at.matrix(y), at.matrix(t)) for item in row]


def _mean_squares(at: Algebra, y: Node, t: Node) -> Matrix:
    terms = _squares(at, y, t)
    return _one(_sum(terms) / len(terms))


FUNCTIONS: dict[str, Callable[..., Matrix]] = {
    "SUM": lambda at, *a: _one(_sum(at.numbers(*a))),
    "AVERAGE": lambda at, *a: _one(_sum(at.numbers(*a)) / max(1, len(at.numbers(*a)))),
    "COUNT": lambda at, *a: _one(const(len(at.numbers(*a)))),
    "PRODUCT": lambda at, *a: _one(_product(at.numbers(*a))),
    "SUMSQ": lambda at, *a: _one(_sum([x * x for x in at.numbers(*a)])),
    "MAX": lambda at, *a: _one(reduce(maximum, at.numbers(*a) or [ZERO])),
    "MIN": lambda at, *a: _one(reduce(minimum, at.numbers(*a) or [ZERO])),
    "SUMPRODUCT": lambda at, *a: _one(_sumproduct([at.matrix(x) for x in a])),
    "SUMXMY2": lambda at, x, y: _one(_sum(_squares(at, x, y))),
    "MMULT": lambda at, a, b: _mmult(at.matrix(a), at.matrix(b)),
    "TRANSPOSE": lambda at, a: _transpose(at.matrix(a)),
    "INDEX": _index,
    "PI": lambda at: _one(const(math.pi)),
    "TRUE": lambda at: _one(ONE),
    "FALSE": lambda at: _one(ZERO),
    "AND": lambda at, *a: _one(_product([_true(x) for x in at.numbers(*a)])),
    "OR": lambda at, *a: _one(reduce(maximum, [_true(x) for x in at.numbers(*a)])),
    "ROWS": lambda at, a: _one(const(len(at.matrix(a)))),
    "COLUMNS": lambda at, a: _one(const(len(at.matrix(a)[0]))),
    "ROW": lambda at: _one(const(at.cell[1])),
    "COLUMN": lambda at: _one(const(at.cell[2])),
    "CROSS_ENTROPY": _cross_entropy,
    "MSE": _mean_squares,
    "HALF_SQUARED_ERROR": lambda at, y, t: _one(_sum(_squares(at, y, t)) / 2),
    "SQUARED_ERROR": lambda at, y, t: _one(_sum(_squares(at, y, t))),
}
OF_POSITION = frozenset({"ROW", "COLUMN"})  # what these are worth depends on the cell they stand in
