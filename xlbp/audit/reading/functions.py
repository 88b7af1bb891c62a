"""The functions and operators of a spreadsheet, as mathematics over matrices of cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Protocol, TypeAlias

from xlbp.audit.reading.syntax import Cell, Node, UnreadableFormulaError
from xlbp.graph.expr import (
    Expr,
    absolute,
    const,
    cos,
    exp,
    floor,
    if_positive,
    log,
    maximum,
    minimum,
    modulo,
    sign,
    sin,
)
from xlbp.graph.expr import sqrt as root
from xlbp.graph.expr import tanh as tangent

Matrix: TypeAlias = list[list[Expr]]
ZERO, ONE, TEN = const(0), const(1), const(10)
MOST_PRODUCTS = 100_000


class Reader(Protocol):
    """What a function may ask of the formula that it stands in: its arguments as mathematics."""

    cell: Cell

    def matrix(self, node: Node) -> Matrix:
        """The matrix that an argument is worth."""

    def scalar(self, node: Node) -> Expr:
        """An argument that must be a single number."""

    def numbers(self, *nodes: Node) -> list[Expr]:
        """The elements of all arguments that are numbers."""

    def kind_of(self, element: Expr) -> str:
        """What a cell holds: number, text or blank."""


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
    "LOG": lambda x, base=TEN: log(x) / (math.log(10) if base is TEN else log(base)),
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
    "IFERROR": lambda x, other: x,
}


def _sum(terms: list[Expr]) -> Expr:
    return reduce(lambda a, b: a + b, terms) if terms else ZERO


def _product(factors: list[Expr]) -> Expr:
    return reduce(lambda a, b: a * b, factors) if factors else ZERO


def _transpose(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def _mmult(a: Matrix, b: Matrix) -> Matrix:
    if len(a[0]) != len(b) or len(a) * len(b) * len(b[0]) > MOST_PRODUCTS:
        raise UnreadableFormulaError("MMULT's shapes do not fit")
    columns = _transpose(b)
    return [[_sum([x * y for x, y in zip(row, column, strict=True)]) for column in columns] for row in a]


def _sumproduct(matrices: list[Matrix]) -> Expr:
    products = broadcast(lambda *xs: _product(list(xs)), *matrices)
    return _sum([item for row in products for item in row])


def _index(at: Reader, table: Node, row: Node, column: Node | None = None) -> Matrix:
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


def _of_kind(*kinds: str) -> Callable[[Reader, Node], Matrix]:
    """ISNUMBER, ISTEXT and ISBLANK: told from what the cell holds."""

    def answer(at: Reader, node: Node) -> Matrix:
        return _one(ONE if at.kind_of(at.scalar(node)) in kinds else ZERO)

    return answer


def _number_or_zero(at: Reader, node: Node) -> Matrix:
    """``N``: a number as it is, 0 for a text, as for the heading above a table's first row."""
    found = at.scalar(node)
    return _one(ZERO if at.kind_of(found) == "text" else found)


def _one(element: Expr) -> Matrix:
    return [[element]]


def _true(x: Expr) -> Expr:
    return choice(x, ONE, ZERO)


def _cross_entropy(at: Reader, p: Node, t: Node) -> Matrix:
    terms = broadcast(lambda p, t: t * log(p), at.matrix(p), at.matrix(t))
    # a target of 0 takes no part, whatever the probability's logarithm is
    return _one(-_sum([item for row in terms for item in row]))


def _squares(at: Reader, y: Node, t: Node) -> list[Expr]:
    return [(item) for row in broadcast(lambda y, t: (y - t) ** 2, at.matrix(y), at.matrix(t)) for item in row]


def _mean_squares(at: Reader, y: Node, t: Node) -> Matrix:
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
    "N": _number_or_zero,
    "ISNUMBER": _of_kind("number"),
    "ISTEXT": _of_kind("text"),
    "ISBLANK": _of_kind("blank"),
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
OF_KIND = frozenset({"N", "ISNUMBER", "ISTEXT", "ISBLANK"})  # and these on whether a single cell holds a number
OF_POSITION = frozenset({"ROW", "COLUMN"})  # what these are worth depends on the cell they stand in
