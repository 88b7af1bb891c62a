"""Expressions as text: in the language of spreadsheets, and in that of mathematics.

Both are tables over the same expressions, and one printer reads either.  The spreadsheet's shapes
are safe for every double (no overflow on the way to a finite result, no logarithm of a
probability), and use only functions that Excel, LibreOffice, Gnumeric, WPS and Google Sheets share.

A formula is a pattern: ``{r}`` stands for the row's own number and ``{p}`` for the one above, so
that filling down is one replacement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from xlbp.symbols.expr import Expr, const
from xlbp.template import names
from xlbp.template.names import ITERATION
from xlbp.template.quantity import is_updated

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)
LONG = 8  # a sum of more terms becomes SUM or SUMPRODUCT where its cells stand in a row
LARGEST_PRODUCT = 8  # x^n up to here is written x*x*...: no engine gets that wrong
MOST_ARGUMENTS = 255  # that a function takes
EXTREMES = {"largest": "MAX", "smallest": "MIN"}  # of any number of terms


ABOVE = "[t−1]"  # follows a quantity of the row above


@dataclass(frozen=True)
class Infix:
    """``left SIGN right``, left-associative."""

    sign: str
    precedence: int


@dataclass(frozen=True)
class Shape:
    """A pattern with ``{0}``, ``{1}`` for the arguments.  One that repeats an argument needs a cell."""

    pattern: str
    precedence: int = ATOM
    argument: int = SUM  # the least precedence an argument needs to stand without parentheses


Rule: TypeAlias = Infix | Shape
Printed: TypeAlias = tuple[str, int]  # text and precedence

SPREADSHEET: dict[str, Rule] = {
    "sub": Infix("-", SUM),
    "mul": Infix("*", PRODUCT),
    "div": Infix("/", PRODUCT),
    "neg": Shape("-{0}", UNARY, ATOM),  # -a^2 would be (-a)^2
    "pow": Shape("{0}^{1}", POWER, ATOM),
    # an error for a negative base in every program: IronCalc would take (-8)^(1/3) for -2
    "fractional power": Shape("IF(SIGN({0})<0,LN({0}),{0}^{1})", ATOM, ATOM),
    # and 0^0 is 1, as for Python and PyTorch; Excel and IronCalc have an error for it
    "any power": Shape("IF(SIGN({1})=0,1,IF(AND(SIGN({0})<0,MOD({1},1)<>0),LN({0}),{0}^{1}))", ATOM, ATOM),
    "square": Shape("{0}*{0}", PRODUCT, POWER),
    "exp": Shape("EXP({0})"),
    "log": Shape("LN({0})"),
    "sqrt": Shape("SQRT({0})"),
    "sin": Shape("SIN({0})"),
    "cos": Shape("COS({0})"),
    "tanh": Shape("TANH({0})"),
    "abs": Shape("ABS({0})"),
    "sign": Shape("SIGN({0})"),
    "relu": Shape("MAX({0},0)"),
    "max": Shape("MAX({0},{1})"),
    "min": Shape("MIN({0},{1})"),
    "sigmoid": Shape("IF({0}>=0,1/(1+EXP(-{0})),EXP({0})/(1+EXP({0})))", argument=ATOM),
    "softplus": Shape("MAX({0},0)+LN(1+EXP(-ABS({0})))", SUM, ATOM),
    "log_loss": Shape("MAX({0},0)-{0}*{1}+LN(1+EXP(-ABS({0})))", SUM, ATOM),
    # SIGN, as IronCalc takes z > 0 for false up to z = 2.2e-16
    "leaky_relu": Shape("IF(SIGN({0})>0,{0},{1}*{0})", argument=ATOM),
    "if_positive": Shape("IF(SIGN({0})>0,{1},{2})"),
    "share": Shape("(1+SIGN({0}-{1}))/2", PRODUCT, PRODUCT),
    "elu": Shape("IF(SIGN({0})>0,{0},{1}*(EXP({0})-1))", argument=ATOM),
    "hard_sigmoid": Shape("MAX(0,MIN(1,({0}+3)/6))", argument=SUM),
    "huber": Shape("IF(ABS({0})<={1},{0}*{0}/2,{1}*(ABS({0})-{1}/2))", argument=ATOM),
    "mod": Shape("MOD({0},{1})"),
    "floor": Shape("INT({0})"),
}

MATHEMATICS: dict[str, Rule] = {
    "sub": Infix(" − ", SUM),
    "mul": Infix(" · ", PRODUCT),
    "div": Infix(" / ", PRODUCT),
    "neg": Shape("−{0}", UNARY, POWER),
    "pow": Shape("{0}^{1}", POWER, ATOM),
    "square": Shape("{0}²", POWER, ATOM),
    "exp": Shape("exp({0})"),
    "log": Shape("ln({0})"),
    "sqrt": Shape("√({0})"),
    "sin": Shape("sin({0})"),
    "cos": Shape("cos({0})"),
    "tanh": Shape("tanh({0})"),
    "abs": Shape("|{0}|"),
    "sign": Shape("sign({0})"),
    "relu": Shape("max({0}, 0)"),
    "max": Shape("max({0}, {1})"),
    "min": Shape("min({0}, {1})"),
    "sigmoid": Shape("σ({0})"),
    "softplus": Shape("ln(1 + exp({0}))"),
    "log_loss": Shape("−{1} · ln σ({0}) − (1 − {1}) · ln(1 − σ({0}))", SUM, ATOM),
    "leaky_relu": Shape("max({0}, 0) + {1} · min({0}, 0)", SUM, ATOM),
    "if_positive": Shape("{{{1} ({0} > 0); {2} ({0} ≤ 0)}}"),  # cases, in no language's words
    "share": Shape("(1 + sign({0} − {1})) / 2", PRODUCT, PRODUCT),
    "elu": Shape("max({0}, 0) + {1} · (exp(min({0}, 0)) − 1)", SUM, ATOM),
    "hard_sigmoid": Shape("max(0, min(1, ({0} + 3) / 6))"),
    "huber": Shape("{{{0}² / 2 (|{0}| ≤ {1}); {1} · (|{0}| − {1} / 2) (|{0}| > {1})}}", argument=ATOM),
    "mod": Shape("{0} mod {1}", PRODUCT, ATOM),
    "floor": Shape("⌊{0}⌋"),
}


@dataclass(frozen=True)
class Writer:
    """Prints expressions by a table of rules.

    ``leaf`` writes a reference; ``number`` a constant; ``short`` may offer a short form of a long sum or of
    the largest of many, from the list of its arguments, or None; ``picked`` writes a row of a table's column.
    """

    rules: Mapping[str, Rule]
    leaf: Callable[[Expr], str]
    number: Callable[[float], str]
    short: Callable[[str, Sequence[Expr]], Printed | None]
    picked: Callable[[str, int, str], str]  # the column, how many rows it has, the row as text
    plus: str = "+"
    minus: str = "-"

    def __call__(self, expr: Expr) -> str:
        """The whole expression as text."""
        return self._print(expr)[0]

    def atom(self, expr: Expr) -> str:
        """The whole expression as text, in brackets unless it needs none whatever stands beside it."""
        return self._at(expr, ATOM)

    def _print(self, expr: Expr) -> Printed:
        """Text and precedence."""
        if expr.payload is not None:
            return self._leaf(expr)
        if expr.op in ("add", *EXTREMES, "norm", "squares", "absolutes"):
            return self._many(expr)
        if expr.op == "pow" and (product := _whole_power(expr)) is not None:
            return self._print(product)
        rule = (self.rules.get(_kind_of_power(expr)) if expr.op == "pow" else None) or self.rules[expr.op]
        if isinstance(rule, Infix):
            left, right = expr.args
            text = self._at(left, rule.precedence) + rule.sign + self._at(right, rule.precedence + 1)
            return text, rule.precedence
        args = [self._at(arg, rule.argument) for arg in expr.args]
        return rule.pattern.format(*args), rule.precedence

    def _leaf(self, expr: Expr) -> Printed:
        """A name, a number, or a row of a table."""
        if isinstance(expr.payload, float):
            return self.number(expr.payload), UNARY if expr.payload < 0 else ATOM
        if expr.op == "pick":
            row, rows = expr.args
            return self.picked(str(expr.payload), int(rows.payload or 0), self(row)), ATOM
        return self.leaf(expr), ATOM

    def _squares(self, args: Sequence[Expr]) -> str:
        """The sum of the squares, each as a product."""
        factors = (self._at(arg, POWER) for arg in args)
        return "+".join(f"{factor}*{factor}" for factor in factors)

    def _at(self, expr: Expr, precedence: int) -> str:
        text, own = self._print(expr)
        return text if own >= precedence else f"({text})"

    def _many(self, expr: Expr) -> Printed:
        """A sum, or the largest or smallest, of any number of terms."""
        if (short := self.short(expr.op, expr.args)) is not None:
            return short
        if expr.op == "squares":
            return self._squares(expr.args), SUM
        if expr.op == "absolutes":
            return "+".join(f"ABS({self(arg)})" for arg in expr.args), SUM
        if expr.op in EXTREMES:
            return extreme(expr.op, list(map(self, expr.args))), ATOM
        if expr.op == "norm":
            return f"SQRT({self._squares(expr.args)})", ATOM
        text = self._at(expr.args[0], SUM)
        for term in expr.args[1:]:
            negative = term.op == "neg"
            text += self.minus if negative else self.plus
            text += self._at(term.args[0] if negative else term, PRODUCT)
        return text, SUM


def extreme(op: str, texts: Sequence[str]) -> str:
    """MAX, or MIN, of any number of arguments: of more than a function takes, the largest of each group's largest."""
    function = EXTREMES[op]
    while len(texts) > MOST_ARGUMENTS:
        groups = (texts[at : at + MOST_ARGUMENTS] for at in range(0, len(texts), MOST_ARGUMENTS))
        texts = [f"{function}({','.join(group)})" for group in groups]
    return f"{function}({','.join(texts)})"


def _kind_of_power(expr: Expr) -> str:
    """Which rule prints a power: what is known of its exponent decides."""
    exponent = expr.args[1]
    if exponent.op != "const" or not isinstance(exponent.payload, float):
        return "any power"
    return "pow" if exponent.payload == int(exponent.payload) else "fractional power"


def _whole_power(expr: Expr) -> Expr | None:
    """x**n as x*x*...*x for small whole n, or 1/(x*...*x); x**0 is 1, which spreadsheets deny of 0."""
    base, exponent = expr.args
    n = exponent.payload if exponent.op == "const" else None
    if n == 0:
        return const(1)
    if not isinstance(n, float) or n != int(n) or not 2 <= abs(n) <= LARGEST_PRODUCT:
        return None
    product = base
    for _ in range(abs(int(n)) - 1):
        product = product * base
    return product if n > 0 else 1 / product


def writer_of_cells(cells: Mapping[str, str]) -> Writer:
    """Prints the formulas of expressions whose names stand in these cells."""

    def short(op: str, args: Sequence[Expr]) -> Printed | None:  # noqa: ARG001
        return None

    def picked(column: str, rows: int, row: str) -> str:
        raise KeyError(f"{column} of {rows} rows stands in no cell, asked for row {row}")

    return Writer(SPREADSHEET, lambda leaf: cells[str(leaf.payload)], spreadsheet_number, short, picked)


def spreadsheet_number(value: float) -> str:
    """The shortest text that reads back as this double, as a person would type it."""
    if value == math.pi:
        return "PI()"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value).upper()


def mathematics_number(value: float) -> str:
    """A number for people."""
    return "π" if value == math.pi else f"{value:.6g}".replace("-", "−")


def mathematics(symbols: Mapping[str, str]) -> Writer:
    """Prints expressions in the symbols of a template; long sums keep their ends only."""

    def leaf(expr: Expr) -> str:
        name = str(expr.payload)
        above = ABOVE if expr.op == "prev" and not is_updated(name) and name != ITERATION else ""
        return symbols.get(name, name) + above

    def picked(column: str, _: int, row: str) -> str:
        first = names.rows(1)[0]
        return f"{symbols.get(f'{column}{first}', column).removesuffix(first)}[{row}]"

    def short(op: str, args: Sequence[Expr]) -> Printed | None:
        ends = [writer(args[0]), writer(args[-1])]
        if op in ("squares", "absolutes"):
            texts = [f"{writer._at(arg, POWER)}²" if op == "squares" else f"|{writer(arg)}|" for arg in args]
            return " + ".join(texts if len(texts) <= LONG else [texts[0], "…", texts[-1]]), SUM
        if op in EXTREMES:
            return (
                f"{EXTREMES[op].lower()}({', '.join(map(writer, args)) if len(args) <= LONG else ', … , '.join(ends)})",
                ATOM,
            )
        if op == "norm":
            front, back = (writer._at(arg, POWER) for arg in (args[0], args[-1]))
            between = " + " if len(args) == 2 else " + … + "
            return f"√({front}²{between}{back}²)" if len(args) > 1 else f"|{ends[0]}|", ATOM
        if len(args) <= LONG:
            return None
        bias = args[-1].op == "ref" and args[0].op != "ref"
        last = [writer(args[-2]), ends[1]] if bias else [ends[1]]
        return " + ".join([ends[0], writer(args[1]), "…", *last]), SUM

    writer = Writer(MATHEMATICS, leaf, mathematics_number, short, picked, " + ", " − ")
    return writer
