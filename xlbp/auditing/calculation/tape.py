"""Expressions as lists of steps over Python floats: quick to run for one cell after another.

A value that a spreadsheet shows as an error is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

from xlbp.auditing.calculation.outside import BY_ENGINE, Outside
from xlbp.symbols.expr import Expr, topological

NAN, isnan = math.nan, math.isnan
LEAVES = ("const", "ref")
Step = tuple[Callable[..., float], tuple[int, ...]]


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    """The function, with NaN for what is undefined or too large."""

    def run(*args: float) -> float:
        try:
            result = function(*args)
        except (ValueError, OverflowError, ZeroDivisionError):
            return NAN
        return result if isinstance(result, float) and math.isfinite(result) else NAN

    return run


def _add(*xs: float) -> float:
    total = xs[0]
    for x in xs[1:]:
        total += x
    return total


def _mul(x: float, y: float) -> float:
    return x * y


def _flow(x: float, y: float) -> float:
    """A product of derivatives: what reaches nothing is 0, even where the other factor is undefined."""
    return 0.0 if x == 0 or y == 0 else x * y


def _div(x: float, y: float) -> float:
    return x / y if y else NAN


def _quotient(x: float, y: float) -> float:
    return 0.0 if x == 0 else _div(x, y)


def _power(x: float, y: float) -> float:
    return NAN if x == 0 and y <= 0 and y != 0 else float(x**y)


def _if_positive(x: float, a: float, b: float) -> float:
    if isnan(x):
        return NAN
    return a if x > 0 else b


def _sign(x: float) -> float:
    return NAN if isnan(x) else float((x > 0) - (x < 0))


OPERATIONS: dict[str, Callable[..., float]] = {
    "add": _add,
    "sub": lambda x, y: x - y,
    "mul": _mul,
    "div": _div,
    "neg": lambda x: -x,
    "copy": lambda x: x,
    "pow": _guarded(_power),
    "square": lambda x: x * x,
    "exp": _guarded(math.exp),
    "log": _guarded(math.log),
    "sqrt": _guarded(math.sqrt),
    "sin": _guarded(math.sin),
    "cos": _guarded(math.cos),
    "tanh": math.tanh,
    "abs": abs,
    "sign": _sign,
    "floor": _guarded(lambda x: float(math.floor(x))),
    "mod": _guarded(lambda x, y: x - y * math.floor(x / y)),
    "max": lambda x, y: NAN if isnan(x) or isnan(y) else max(x, y),
    "min": lambda x, y: NAN if isnan(x) or isnan(y) else min(x, y),
    "share": lambda x, y: (1 + _sign(x - y)) / 2,
    "if_positive": _if_positive,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
}
DERIVING = {**OPERATIONS, "mul": _flow, "div": _quotient}
TIES: dict[
    str, dict[int, Callable[..., float]]
] = {  # the derivative from the one side or the other where two arguments of MAX, or of a comparison, are equal
    "share": {0: lambda x, y: float(x > y), 1: lambda x, y: float(x >= y)},
    "if_positive": {0: lambda x, a, b: a if x > 0 else b, 1: lambda x, a, b: a if x >= 0 else b},
}


INLINE = {  # operations as Python writes them, with {0}, {1} ... for the arguments; all others are called
    "sub": "{0} - {1}",
    "neg": "-{0}",
    "copy": "{0}",
    "square": "{0} * {0}",
    "abs": "abs({0})",
}
INLINE_OF_VALUES = {**INLINE, "mul": "{0} * {1}", "div": "{0} / {1} if {1} else NAN"}
INLINE_OF_DERIVATIVES = {
    **INLINE,
    "mul": "0.0 if {0} == 0 or {1} == 0 else {0} * {1}",
    "div": "0.0 if {0} == 0 else {0} / {1} if {1} else NAN",
}
OFTEN = 8  # runs, after which it pays to make a function of the steps
LONGEST = 2_000  # steps of such a function


class Tape:
    """Several expressions at once, each subexpression computed once; leaves are given in the order of ``names``."""

    def __init__(
        self,
        roots: Sequence[Expr],
        names: Sequence[str],
        outside: Outside,
        deriving: bool = False,
        tie: int | None = None,
    ) -> None:
        table = dict(DERIVING if deriving else OPERATIONS)
        if tie is not None:
            table |= {op: sides[tie] for op, sides in TIES.items()}
        self._inline = INLINE_OF_DERIVATIVES if deriving else INLINE_OF_VALUES
        place = {name: k for k, name in enumerate(names)}
        self.constants: list[float] = []
        self.steps: list[Step] = []
        self._operations: list[str] = []
        self._runs = 0
        self._function: Callable[..., list[float]] | None = None
        at: dict[Expr, int] = {}
        order: dict[Expr, None] = {}  # what several roots share is gone through once
        for root in roots:
            for node in topological(root, order):
                order[node] = None
        for node in order:
            if node.op == "const":
                at[node] = len(names) + len(self.constants)
                self.constants.append(float(str(node.payload)))
            elif node.op == "ref":
                at[node] = place[str(node.payload)]
        base = len(names) + len(self.constants)
        for node in order:
            if node.op not in LEAVES:
                at[node] = base + len(self.steps)
                function = outside.function(node) if node.op in BY_ENGINE else table[node.op]
                self.steps.append((function, tuple(at[arg] for arg in node.args)))
                self._operations.append(node.op)
        self.outputs = [at[root] for root in roots]

    def run(self, leaves: Sequence[float]) -> list[float]:
        """The values of the roots."""
        if self._function is not None:
            return self._function(leaves)
        self._runs += 1
        if self._runs > OFTEN and len(self.steps) <= LONGEST:
            self._function = self._as_function(len(leaves))
        values = [*leaves, *self.constants]
        for function, args in self.steps:
            values.append(function(*[values[k] for k in args]))
        return [values[k] for k in self.outputs]

    def _as_function(self, leaves: int) -> Callable[..., list[float]]:
        """The steps as one function of Python, which takes a fifth of the time; nothing of a book's text is in it."""
        base = leaves + len(self.constants)
        known: dict[str, object] = {"NAN": NAN}
        known |= {f"x{leaves + k}": number for k, number in enumerate(self.constants)}
        lines = [f"{''.join(f'x{k}, ' for k in range(leaves))}= leaves" if leaves else "pass"]
        for k, ((function, args), op) in enumerate(zip(self.steps, self._operations, strict=True)):
            names = [f"x{arg}" for arg in args]
            if op == "add":
                text = " + ".join(names)
            elif op in self._inline:
                text = self._inline[op].format(*names)
            else:
                known[f"f{k}"] = function
                text = f"f{k}({', '.join(names)})"
            lines.append(f"x{base + k} = {text}")
        lines.append(f"return [{', '.join(f'x{k}' for k in self.outputs)}]")
        exec("def function(leaves):\n " + "\n ".join(lines), known)
        return cast("Callable[..., list[float]]", known["function"])
