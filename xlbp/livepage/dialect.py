"""Expressions as JavaScript: the third dialect of the printer, beside the spreadsheet's and the mathematics'.

A cell that shows an error is NaN here, and whatever is computed from it is NaN as well: so each function gives NaN
where the spreadsheet's gives an error, also within a formula, and a choice by a NaN is neither of its branches.
Products and sums beyond the doubles' range are infinite within a formula, as in IronCalc and NumPy; the cell itself is
then an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from xlbp.symbols.expr import Expr
from xlbp.workbook.layout.formula import ATOM, EXTREMES, PRODUCT, SUM, Infix, Printed, Rule, Shape, Writer

JAVASCRIPT: dict[str, Rule] = {  # the functions stand in assets/arithmetic.js and assets/functions.js
    "sub": Infix("-", SUM),
    "mul": Infix("*", PRODUCT),
    "div": Shape("div({0},{1})"),
    "neg": Shape("(-{0})", ATOM, ATOM),  # a--b would be another operator
    **{
        name: Shape(f"{name}({{0}})")
        for name in (
            *("square", "exp", "log", "sin", "cos", "tanh", "sigmoid", "softplus", "hard_sigmoid"),
            *("sqrt", "relu"),
        )
    },
    **{name: Shape(f"{name}({{0}},{{1}})") for name in ("pow", "log_loss", "leaky_relu", "elu", "huber", "mod")},
    "abs": Shape("Math.abs({0})"),
    "sign": Shape("Math.sign({0})"),
    "floor": Shape("Math.floor({0})"),
    "max": Shape("Math.max({0},{1})"),
    "min": Shape("Math.min({0},{1})"),
    "if_positive": Shape("if_positive({0},{1},{2})"),
    "share": Shape("((1+Math.sign({0}-{1}))/2)", ATOM, PRODUCT),
    "copy": Shape("{0}"),
}
MANY = {  # of any number of terms: the sign between them, each of them, and what is done with it all
    "norm": ("+", "square({0})", "sqrt({0})"),
    "squares": ("+", "square({0})", "({0})"),
    "absolutes": ("+", "Math.abs({0})", "({0})"),
    "largest": (",", "{0}", "Math.max({0})"),
    "smallest": (",", "{0}", "Math.min({0})"),
}
STEP = {  # the same one after the other: what it begins with, how a term {1} is added to {0}, and what is done then
    "add": ("0", "{0}+={1}", "{0}"),
    "norm": ("0", "{0}+=square({1})", "sqrt({0})"),
    "squares": ("0", "{0}+=square({1})", "{0}"),
    "absolutes": ("0", "{0}+=Math.abs({1})", "{0}"),
    "largest": ("-Infinity", "{0}=Math.max({0},{1})", "{0}"),
    "smallest": ("Infinity", "{0}=Math.min({0},{1})", "{0}"),
}


def number(value: float) -> str:
    """A constant as JavaScript reads it back to the same double."""
    if value == math.pi:
        return "Math.PI"
    text = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return f"({text})" if value < 0 else text


def writer(leaf: Callable[[str], str]) -> Writer:
    """Prints expressions; ``leaf`` tells where a name stands, of what is picked where the first row does."""

    def short(op: str, args: Sequence[Expr]) -> Printed | None:
        if op not in MANY:
            return None
        between, each, whole = MANY[op]
        return whole.format(between.join(each.format(write(arg)) for arg in args)), ATOM

    def picked(column: str, rows: int, row: str) -> str:
        return f"pick(P,{leaf(column)},{rows},{row})"

    write = Writer(JAVASCRIPT, lambda expr: leaf(str(expr.payload)), number, short, picked)
    return write


def is_of_many(op: str) -> bool:
    """Whether an operation takes any number of terms, one after the other."""
    return op == "add" or op in EXTREMES or op in MANY
