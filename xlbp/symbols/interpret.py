"""A plain interpreter of expressions over arrays: the living definition of every operation.

The reference never uses it.  It tells verification how large the terms are that a cell is made from,
and tests what an expression, its simplified form and its printed formula are worth.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from xlbp.symbols.derivatives import RULES
from xlbp.symbols.expr import Expr, lift, topological
from xlbp.symbols.program import Program

Array = NDArray[np.float64]


Operations = Mapping[str, Callable[..., Array]]


def _of_powers(
    exp: Callable[[Array], Array],
    log: Callable[[Array], Array],
    log1p: Callable[[Array], Array],
    tanh: Callable[[Array], Array],
) -> Operations:
    """The operations that are made of these functions."""

    def sigmoid(x: Array) -> Array:
        power = exp(-np.abs(x))
        return np.where(x >= 0, 1 / (1 + power), power / (1 + power))

    def softplus(x: Array) -> Array:
        return np.maximum(x, 0) + log1p(exp(-np.abs(x)))

    return {
        **{"exp": exp, "log": log, "tanh": tanh, "sigmoid": sigmoid, "softplus": softplus},
        "elu": lambda x, k: np.where(x > 0, x, k * (exp(np.minimum(x, 0)) - 1)),
        "log_loss": lambda z, t: softplus(z) - z * t,
    }


def _of_a_number(function: Callable[[float], float], otherwise: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function of Python's floats, one by one, as the C library computes it; where it has no value, NumPy's."""

    def apply(x: Array) -> Array:
        try:
            return np.array([*map(function, x.ravel().tolist())]).reshape(x.shape)
        except (OverflowError, ValueError):
            return otherwise(x)

    return apply


OPERATIONS: Operations = {
    **_of_powers(np.exp, np.log, np.log1p, np.tanh),
    "add": lambda *xs: reduce(operator.add, xs),
    "largest": lambda *xs: reduce(np.maximum, xs),
    "smallest": lambda *xs: reduce(np.minimum, xs),
    "norm": lambda *xs: np.sqrt(sum((x * x for x in xs), np.float64(0))),
    "squares": lambda *xs: sum((x * x for x in xs), np.float64(0)),
    "absolutes": lambda *xs: sum((np.abs(x) for x in xs), np.float64(0)),
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "copy": lambda x: x,
    "pow": np.power,
    "square": np.square,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
    "sign": np.sign,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, k: np.where(x > 0, x, k * x),
    "hard_sigmoid": lambda x: np.maximum(0, np.minimum(1, (x + 3) / 6)),
    "huber": lambda e, k: np.where(np.abs(e) <= k, e * e / 2, k * (np.abs(e) - k / 2)),
    "mod": np.mod,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "share": lambda x, y: (1 + np.sign(x - y)) / 2,
    "if_positive": lambda x, a, b: np.asarray(np.where(x > 0, a, b), dtype=np.float64),
}
OF_NUMBERS: Operations = {  # the same, bit for bit as a spreadsheet engine has them
    **OPERATIONS,
    **_of_powers(
        _of_a_number(math.exp, np.exp),
        _of_a_number(math.log, np.log),
        _of_a_number(math.log1p, np.log1p),
        _of_a_number(math.tanh, np.tanh),
    ),
}


class Interpreter:
    """Values of expressions, given those of names; rows are side by side in each array."""

    def __init__(self, values: Mapping[str, Array], operations: Operations = OPERATIONS) -> None:
        self.values, self.operations = values, operations
        self._known: dict[Expr, Array] = {}

    def __call__(self, root: Expr) -> Array:
        """The value of ``root``, every subexpression computed once."""
        if root not in self._known:
            for node in topological(root, self._known):
                self._known[node] = self._value(node)
        return self._known[root]

    def _value(self, node: Expr) -> Array:
        if node.op == "const":
            return np.asarray(node.payload, dtype=np.float64)
        if node.op == "prev":
            return np.roll(self.values[str(node.payload)], 1)
        if node.op == "ref":
            return np.asarray(self.values[str(node.payload)], dtype=np.float64)
        if node.op == "pick":
            return self._picked(node, self.values)
        return self.operation(node)(*(self._known[arg] for arg in node.args))

    def operation(self, node: Expr) -> Callable[..., Array]:
        """What computes an operation of its arguments."""
        return self.operations[node.op]

    def _picked(self, node: Expr, table: Mapping[str, Array]) -> Array:
        """What a ``table`` has of a column at the rows that the first argument tells; 0 where it has nothing."""
        at, rows = (self._known[arg] for arg in node.args)
        column = np.array([float(table.get(f"{node.payload}#{n}", 0.0)) for n in range(1, int(rows) + 1)])
        return np.asarray(column[np.nan_to_num(at, nan=1).astype(int) - 1])

    def sizes(self, root: Expr, known: Mapping[str, Array], before: Mapping[str, Array] | None = None) -> Array:
        """How large the terms are that ``root`` is made from: |v| + sum of |dv/darg| times arg's size.

        A rounding error in a term is small beside this, though not always beside v itself, where
        terms cancel.  ``known`` holds the sizes of names, ``before`` those of the row above; a name without
        one is exact.
        """
        found: dict[Expr, Array] = {}
        for node in topological(root):
            size = np.abs(self(node))
            if node.op == "ref":
                size = np.maximum(size, known.get(str(node.payload), size))
            elif node.op == "pick":
                size = np.maximum(size, self._picked(node, known))
            elif node.op == "prev" and before and node.payload in before:
                size = np.maximum(size, np.roll(before[str(node.payload)], 1))
            elif node.op in ("largest", "smallest", "norm"):
                size = reduce(np.maximum, (found[arg] for arg in node.args))
            elif node.args:
                for arg, slope in zip(node.args, RULES[node.op](node, *node.args), strict=True):
                    # a slope that no cell computes, such as ln(x) in x^3, may be NaN: it adds nothing
                    size = size + _finite(np.abs(self(lift(slope))) * found[arg])
            found[node] = size
        return found[root]


def _finite(found: Array) -> Array:
    """The numbers, and 0 for what is none."""
    return np.where(np.isfinite(found), found, 0.0)


ROWS = 4096  # at once: of every expression on the way there is an array
ABOVE = 2  # rows that a row's sizes depend on


def sizes_of_columns(
    program: Program,
    values: Mapping[str, Array],
    known: Mapping[str, float] | None = None,
    from_above: bool = True,
) -> dict[str, Array]:
    """The size of every column's terms, row by row; ``known`` are the sizes of given numbers that are computed.

    A parameter's size is that of the terms of the update it comes from, and these start from the plain
    values of the row above: sizes do not pile up over the rows, as a training forgets its errors.  Without
    ``from_above`` a row's parameters count as exact.
    """
    count = len(values[program.columns[0].name])
    found = {column.name: np.empty(count) for column in program.columns}
    constants = {name: value for name, value in values.items() if not value.shape}
    given = {name: np.asarray(size) for name, size in (known or {}).items()}
    for first in range(0, count, ROWS):
        above = min(first, ABOVE)
        rows = slice(first - above, first + ROWS)
        part = {name: value[rows] for name, value in values.items() if value.shape}
        with np.errstate(all="ignore"):
            interpret = Interpreter({**constants, **part})
            sizes = _sizes(program, interpret, {}, first == 0, given)
            if from_above:
                sizes = _sizes(program, interpret, sizes, first == 0, given)
        for name, size in found.items():
            size[first : first + ROWS] = sizes[name][above:]
    return found


def sizes_of_answer(program: Program, values: Mapping[str, Array], given: Mapping[str, Array]) -> dict[str, Array]:
    """The same of the columns that stand in no row, point by point; ``given`` are the sizes of the inputs."""
    with np.errstate(all="ignore"):
        return _sizes(Program(program.answer, ()), Interpreter(values), {}, with_start=False, known=given)


def _sizes(
    program: Program,
    interpret: Interpreter,
    before: Mapping[str, Array],
    with_start: bool,
    known: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """One pass over the columns; ``before`` gives the sizes in the row above, ``known`` others, if they are known."""
    sizes: dict[str, Array] = dict(known or {})
    for column in program.columns:
        value = interpret.values[column.name]
        size = interpret.sizes(column.expr, sizes, before)
        if with_start and column.start is not None:  # there is no row above the first
            size = np.where(np.arange(len(value)) == 0, interpret.sizes(column.start, sizes), size)
        sizes[column.name] = np.broadcast_to(size, value.shape)
    return sizes
