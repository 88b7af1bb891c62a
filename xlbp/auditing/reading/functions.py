"""The functions and operators of a spreadsheet, as mathematics over matrices of cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

from xlbp.auditing.reading.lookups import LOOKUPS
from xlbp.auditing.reading.matrices import NO_NUMBER, ONE, TEN, ZERO, Matrix, Reader, broadcast
from xlbp.auditing.reading.syntax import CellKind, Node, Ref, UnreadableFormulaError, in_book
from xlbp.symbols.expr import (
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
    topological,
)
from xlbp.symbols.expr import sqrt as root
from xlbp.symbols.expr import tanh as tangent

MOST_PRODUCTS = 100_000


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


def number_or(x: Expr, other: Expr) -> Expr:
    """``IFERROR``: the other value where a divisor is 0 or a logarithm or a root is asked of what has none."""
    for node in topological(x):
        if node.op == "div" and node.args[1].op != "const":
            x = if_positive(absolute(node.args[1]), x, other)
        elif node.op == "log" and node.args[0].op != "const":
            x = if_positive(node.args[0], x, other)
        elif node.op == "sqrt":
            x = if_positive(-node.args[0], other, x)
    return x


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
    "IFERROR": number_or,
    "IFNA": number_or,
    "TRUNC": lambda x: sign(x) * floor(absolute(x)),
    "ROUND": lambda x, n=ZERO: sign(x) * floor(absolute(x) * TEN**n + 0.5) / TEN**n,
    "ROUNDDOWN": lambda x, n=ZERO: sign(x) * floor(absolute(x) * TEN**n) / TEN**n,
    "ROUNDUP": lambda x, n=ZERO: -sign(x) * floor(-absolute(x) * TEN**n) / TEN**n,
    "RADIANS": lambda x: x * (math.pi / 180),
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


def _of_kind(kind: CellKind) -> Callable[[Reader, Node], Matrix]:
    """ISNUMBER, ISTEXT and ISBLANK: told from what the cell holds."""

    def answer(at: Reader, node: Node) -> Matrix:
        return _one(ONE if at.kind_of(at.scalar(node)) is kind else ZERO)

    return answer


def _number_or_zero(at: Reader, node: Node) -> Matrix:
    """``N``: a number as it is, 0 for a text, as for the heading above a table's first row."""
    element = at.scalar(node)
    return _one(ZERO if at.kind_of(element) is CellKind.TEXT else element)


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


def _pairs(function: Callable[[Expr, Expr], Expr], at: Reader, x: Node, y: Node) -> list[Expr]:
    return [item for row in broadcast(function, at.matrix(x), at.matrix(y)) for item in row]


def _deviations(items: list[Expr]) -> Expr:
    mean = _sum(items) / max(1, len(items))
    return _sum([(item - mean) ** 2 for item in items])


def _variance(items: list[Expr], less: int) -> Expr:
    if len(items) <= less:
        raise UnreadableFormulaError("a variance of too few numbers")
    return _deviations(items) / (len(items) - less)


def _first_that_holds(pairs: list[Expr]) -> Expr:
    """``IFS``: condition, value, condition, value; an error where none holds."""
    if len(pairs) % 2:
        raise UnreadableFormulaError("IFS takes conditions and values in pairs")
    return reduce(lambda rest, k: choice(pairs[k], pairs[k + 1], rest), range(len(pairs) - 2, -1, -2), NO_NUMBER)


def _place_of(row: bool) -> Callable[..., Matrix]:
    """``ROW`` and ``COLUMN``: of the cell that the formula stands in, or of the first cell of a reference."""

    def answer(at: Reader, node: Node | None = None) -> Matrix:
        if node is None:
            _, down, right = in_book(at.cell)
            return _one(const(down if row else right))
        first = node.value[0] if isinstance(node.value, tuple) else node.value
        if not isinstance(first, Ref):
            raise UnreadableFormulaError("ROW and COLUMN take a reference")
        _, down, right = in_book(first.at(at.cell))
        return _one(const(down if row else right))

    return answer


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
    "SUMX2MY2": lambda at, x, y: _one(_sum(_pairs(lambda x, y: x * x - y * y, at, x, y))),
    "SUMX2PY2": lambda at, x, y: _one(_sum(_pairs(lambda x, y: x * x + y * y, at, x, y))),
    "DEVSQ": lambda at, *a: _one(_deviations(at.numbers(*a))),
    "VAR.P": lambda at, *a: _one(_variance(at.numbers(*a), 0)),
    "VAR.S": lambda at, *a: _one(_variance(at.numbers(*a), 1)),
    "STDEV.P": lambda at, *a: _one(root(_variance(at.numbers(*a), 0))),
    "STDEV.S": lambda at, *a: _one(root(_variance(at.numbers(*a), 1))),
    "IFS": lambda at, *a: _one(_first_that_holds([at.scalar(x) for x in a])),
    **LOOKUPS,
    "N": _number_or_zero,
    "ISNUMBER": _of_kind(CellKind.NUMBER),
    "ISTEXT": _of_kind(CellKind.TEXT),
    "ISBLANK": _of_kind(CellKind.BLANK),
    "PI": lambda at: _one(const(math.pi)),
    "TRUE": lambda at: _one(ONE),
    "FALSE": lambda at: _one(ZERO),
    "VARP": lambda at, *a: _one(_variance(at.numbers(*a), 0)),
    "VAR": lambda at, *a: _one(_variance(at.numbers(*a), 1)),
    "STDEVP": lambda at, *a: _one(root(_variance(at.numbers(*a), 0))),
    "STDEV": lambda at, *a: _one(root(_variance(at.numbers(*a), 1))),
    "AND": lambda at, *a: _one(_product([_true(x) for x in at.numbers(*a)])),
    "OR": lambda at, *a: _one(reduce(maximum, [_true(x) for x in at.numbers(*a)])),
    "ROWS": lambda at, a: _one(const(len(at.matrix(a)))),
    "COLUMNS": lambda at, a: _one(const(len(at.matrix(a)[0]))),
    "ROW": _place_of(row=True),
    "COLUMN": _place_of(row=False),
    "CROSS_ENTROPY": _cross_entropy,
    "MSE": _mean_squares,
    "HALF_SQUARED_ERROR": lambda at, y, t: _one(_sum(_squares(at, y, t)) / 2),
    "SQUARED_ERROR": lambda at, y, t: _one(_sum(_squares(at, y, t))),
}
OF_KIND = frozenset({"N", "ISNUMBER", "ISTEXT", "ISBLANK"})  # and these on whether a single cell holds a number
OF_POSITION = frozenset({"ROW", "COLUMN"})  # what these are worth depends on the cell they stand in
