"""Expressions as Python functions of plain numbers: a row is computed many times, by many mistakes.

The operations are those of :data:`xlbp.symbols.interpret.OF_NUMBERS`, here on floats.  Where one has no value, as the
logarithm of 0, the cell has none: NaN, as in a book.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, TypeAlias

from xlbp.symbols.expr import Expr, topological

Values: TypeAlias = Mapping[str, float]
Function: TypeAlias = Callable[[Values, Values], float]  # of this row with the panel, and of the row above

INFIX = {"add": " + ", "sub": " - ", "mul": " * ", "div": " / "}
PREFIX = {"neg": "-", "copy": ""}


def _sigmoid(x: float) -> float:
    power = math.exp(-abs(x))
    return 1 / (1 + power) if x >= 0 else power / (1 + power)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x else x


def _if_positive(x: float, a: float, b: float) -> float:
    return a if x > 0 else b


def _huber(e: float, k: float) -> float:
    return e * e / 2 if abs(e) <= k else k * (abs(e) - k / 2)


NO_VALUE = (ArithmeticError, ValueError, KeyError)  # of what a cell would show an error for
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}
OPERATIONS: dict[str, Callable[..., float]] = {
    "neg": operator.neg,
    "pow": math.pow,  # where ** would make a complex number, this has no value
    "square": lambda x: x * x,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
    "floor": math.floor,
    "sign": _sign,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x, k: x if x > 0 else k * x,
    "elu": lambda x, k: x if x > 0 else k * (math.exp(x) - 1),
    "hard_sigmoid": lambda x: max(0.0, min(1.0, (x + 3) / 6)),
    "huber": _huber,
    "max": max,
    "min": min,
    "largest": lambda *xs: max(xs),
    "smallest": lambda *xs: min(xs),
    "mod": lambda x, y: x % y,
    "norm": lambda *xs: math.sqrt(sum(x * x for x in xs)),
    "squares": lambda *xs: sum(x * x for x in xs),
    "absolutes": lambda *xs: sum(map(abs, xs)),
    "share": lambda x, y: (1 + _sign(x - y)) / 2,
    "if_positive": _if_positive,
    "log_loss": lambda z, t: _softplus(z) - z * t,
}


class Evaluation:
    """What expressions come to in one row, every subexpression once: for many that are computed once or twice."""

    def __init__(self, values: Values, above: Values) -> None:
        self.values, self.above = values, above
        self._known: dict[Expr, float] = {}

    def __call__(self, root: Expr) -> float:
        """NaN where it has no value."""
        if root not in self._known:
            for node in topological(root, self._known):
                self._known[node] = self._worth(node)
        return self._known[root]

    def _worth(self, node: Expr) -> float:
        args = [self._known[arg] for arg in node.args]
        if any(map(math.isnan, args)):
            return math.nan
        try:
            value = float(self._computed(node, args))
        except NO_VALUE:
            return math.nan
        return value if math.isfinite(value) else math.nan

    def _computed(self, node: Expr, args: list[float]) -> Any:
        if node.op == "const":
            return node.payload
        if node.op in ("ref", "prev"):
            return (self.values if node.op == "ref" else self.above)[str(node.payload)]
        if node.op == "pick":
            return self.values[f"{node.payload}#{int(args[0])}"]
        if node.op in ARITHMETIC:
            return reduce(ARITHMETIC[node.op], args)
        return args[0] if node.op == "copy" else OPERATIONS[node.op](*args)


class Functions:
    """The function of each expression that was asked for, made once."""

    def __init__(self) -> None:
        self._made: dict[Expr, Function] = {}
        self._names: dict[str, Any] = {f"_{op}": function for op, function in OPERATIONS.items()}

    def of(self, exprs: Iterable[Expr]) -> list[Function]:
        """A function for each expression."""
        each = list(exprs)
        new = [expr for expr in dict.fromkeys(each) if expr not in self._made]
        if new:
            scope = dict(self._names)
            source = "\n".join(_source(f"f{number}", expr) for number, expr in enumerate(new))
            exec(compile(source, "<a row>", "exec"), scope)
            self._made |= {expr: scope[f"f{number}"] for number, expr in enumerate(new)}
        return [self._made[expr] for expr in each]


def _source(name: str, root: Expr) -> str:
    """A function of ``v``, this row, and ``w``, the row above; what is used several times is computed once."""
    nodes = [*topological(root)]
    uses = Counter(arg for node in nodes for arg in node.args)
    lines, written = [f"def {name}(v, w):"], dict[Expr, str]()
    for node in nodes:
        text = _written(node, [written[arg] for arg in node.args])
        if uses[node] > 1 and node.args:
            lines.append(f" t{len(lines)} = {text}")
            text = f"t{len(lines) - 1}"
        written[node] = text
    return "\n".join([*lines, f" return {written[root]}"])


def _written(node: Expr, args: list[str]) -> str:
    if node.op == "const":
        return f"({node.payload!r})"
    if node.op in ("ref", "prev"):
        return f"{'v' if node.op == 'ref' else 'w'}[{str(node.payload)!r}]"
    if node.op == "pick":  # the row of a table that the first argument tells
        return f"v[{str(node.payload)!r} + '#' + str(int({args[0]}))]"
    if node.op in INFIX:
        return f"({INFIX[node.op].join(args)})"
    if node.op in PREFIX:
        return f"({PREFIX[node.op]}{args[0]})"
    return f"_{node.op}({', '.join(args)})"
