"""The functions and operators of a spreadsheet, as mathematics over matrices of cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

from xlbp.auditing.reading.arrays import ARRAYS
from xlbp.auditing.reading.chance import VOLATILE
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
        if node is NO_NUMBER or node.op == "outside":
            raise UnreadableFormulaError("whether the result is an error is an engine's to say")
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
    "DEGREES": lambda x: x * (180 / math.pi),
    "ASINH": lambda x: log(x + root(x * x + 1)),
    "ACOSH": lambda x: log(x + root(x * x - 1)),
    "COTH": lambda x: 1 / tangent(x),
    "COT": lambda x: cos(x) / sin(x),
    "SEC": lambda x: 1 / cos(x),
    "CSC": lambda x: 1 / sin(x),
    "SECH": lambda x: 2 / (exp(x) + exp(-x)),
    "CSCH": lambda x: 2 / (exp(x) - exp(-x)),
    "SQRTPI": lambda x: root(x * math.pi),
    "QUOTIENT": lambda x, y: sign(x / y) * floor(absolute(x / y)),
    "NA": lambda: NO_NUMBER,
    # Google Sheets' names for the operators
    "ADD": lambda x, y: x + y,
    "MINUS": lambda x, y: x - y,
    "MULTIPLY": lambda x, y: x * y,
    "DIVIDE": lambda x, y: x / y,
    "UMINUS": lambda x: -x,
    "UPLUS": lambda x: x,
    "UNARY_PERCENT": lambda x: x / 100,
    "EQ": _equal,
    "NE": OPERATORS["<>"],
    "GT": OPERATORS[">"],
    "GTE": OPERATORS[">="],
    "LT": OPERATORS["<"],
    "LTE": OPERATORS["<="],
}
SAME_AS = {  # other names of one function
    "POW": "POWER",
    "ARRAY_FORMULA": "ARRAYFORMULA",
    "CONCATENATE": "CONCAT",
    "VARIANCE": "VAR",
    "FLATTEN": "TOCOL",
    "COVAR": "COVARIANCE.P",
    "FORECAST.LINEAR": "FORECAST",
    "PEARSON": "CORREL",
}
BRANCHING = frozenset({"IF", "IFS", "SWITCH", "CHOOSE", "IFERROR", "IFNA"})  # one of their arguments is the result
OF_ONE_NUMBER = frozenset(  # engines have no arrays of these
    [
        "ERF",
        "ERFC",
        "ERF.PRECISE",
        "ERFC.PRECISE",
        "GAMMA",
        "GAMMALN",
        "GAMMALN.PRECISE",
        "ATAN",
        "ASIN",
        "ACOS",
        "ATAN2",
        "ACOT",
        "ACOTH",
        "FACT",
        "FACTDOUBLE",
        "COMBIN",
        "CEILING",
        "FLOOR",
        "CEILING.MATH",
        "FLOOR.MATH",
        "MROUND",
        "EVEN",
        "ODD",
        "GAUSS",
        "PHI",
        "NORM.DIST",
        "NORM.S.DIST",
        "NORM.INV",
        "NORM.S.INV",
        "NORMDIST",
        "NORMSDIST",
        "NORMINV",
        "NORMSINV",
        "EXPON.DIST",
        "LOGNORM.DIST",
        "LOGNORM.INV",
        "BETA.DIST",
        "BETA.INV",
        "GAMMA.DIST",
        "GAMMA.INV",
        "T.DIST",
        "T.INV",
        "CHISQ.DIST",
        "CHISQ.INV",
        "F.DIST",
        "F.INV",
        "BINOM.DIST",
        "POISSON.DIST",
        "WEIBULL.DIST",
        "FISHER",
        "FISHERINV",
        "STANDARDIZE",
        "BESSELI",
        "BESSELJ",
        "BESSELK",
        "BESSELY",
        "LOGINV",
        "EXPONDIST",
        "WEIBULL",
        "POISSON",
        "BINOMDIST",
    ]
)


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


def _mean(items: list[Expr]) -> Expr:
    return _sum(items) / max(1, len(items))


def _covariance(at: Reader, x: Node, y: Node) -> Expr:
    """The sum of the products of two ranges' deviations from their means."""
    xs, ys = at.numbers(x), at.numbers(y)
    if len(xs) != len(ys) or not xs:
        raise UnreadableFormulaError("two ranges of different numbers of numbers are compared")
    return _sum([(a - _mean(xs)) * (b - _mean(ys)) for a, b in zip(xs, ys, strict=True)])


def _pair_count(at: Reader, x: Node, y: Node) -> int:
    return min(len(at.numbers(x)), len(at.numbers(y)))


def _if(at: Reader, condition: Node, yes: Node | None = None, no: Node | None = None) -> Matrix:
    """``IF``, element by element."""
    tests = at.matrix(condition)
    branches = [_one(usual) if node is None else at.matrix(node) for node, usual in ((yes, ONE), (no, ZERO))]
    return broadcast(choice, tests, *branches)


def _switch(at: Reader, subject: Node, *pairs: Node) -> Matrix:
    """``SWITCH``: the value behind the first number that the subject is equal to, or the last argument."""
    subjects = at.matrix(subject)
    result = at.matrix(pairs[-1]) if len(pairs) % 2 else _one(NO_NUMBER)
    for k in range(len(pairs) // 2 * 2 - 2, -1, -2):
        if pairs[k].kind == "text":
            raise UnreadableFormulaError("SWITCH compares texts")
        tests = broadcast(_equal, subjects, at.matrix(pairs[k]))
        result = broadcast(choice, tests, at.matrix(pairs[k + 1]), result)
    return result


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
    "IF": _if,
    "SWITCH": _switch,
    "GEOMEAN": lambda at, *a: _one(exp(_mean([log(x) for x in at.numbers(*a)]))),
    "HARMEAN": lambda at, *a: _one(1 / _mean([1 / x for x in at.numbers(*a)])),
    "AVEDEV": lambda at, *a: _one(_mean([absolute(x - _mean(at.numbers(*a))) for x in at.numbers(*a)])),
    "COVARIANCE.P": lambda at, x, y: _one(_covariance(at, x, y) / _pair_count(at, x, y)),
    "COVARIANCE.S": lambda at, x, y: _one(_covariance(at, x, y) / (_pair_count(at, x, y) - 1)),
    "CORREL": lambda at, x, y: _one(_covariance(at, x, y) / root(_covariance(at, x, x) * _covariance(at, y, y))),
    "RSQ": lambda at, y, x: _one(_covariance(at, x, y) ** 2 / (_covariance(at, x, x) * _covariance(at, y, y))),
    "SLOPE": lambda at, y, x: _one(_covariance(at, x, y) / _covariance(at, x, x)),
    "INTERCEPT": lambda at, y, x: _one(
        _mean(at.numbers(y)) - _covariance(at, x, y) / _covariance(at, x, x) * _mean(at.numbers(x))
    ),
    "AVERAGE.WEIGHTED": lambda at, x, w: _one(_sumproduct([at.matrix(x), at.matrix(w)]) / _sum(at.numbers(w))),
    **LOOKUPS,
    **ARRAYS,
    **VOLATILE,
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
OF_POSITION = frozenset({"ROW", "COLUMN", *VOLATILE})  # what these are worth depends on the cell they stand in
