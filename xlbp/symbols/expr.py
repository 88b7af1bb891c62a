"""Scalar expressions: immutable, hash-consed, with operators overloaded.

Two equal expressions are one object, so ``is`` is equality and a shared subexpression can become
one cell.  Nothing is simplified here; see :mod:`xlbp.symbols.simplify`.

    >>> x, y = ref("x"), ref("y")
    >>> x * y + 1 is x * y + 1
    True
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import ClassVar, TypeAlias, final
from weakref import WeakValueDictionary

Payload: TypeAlias = float | str | None
Number: TypeAlias = "Expr | float"


@final
class Expr:
    """One operation with its arguments; a leaf has a payload, the number or the name it stands for.

    ``const``: a number.  ``ref``: a quantity of this row or the panel.  ``prev``: of the row before.
    ``pick``: row (first argument) of a table's column of so many rows (second); the payload is the column's name.
    ``outside``: what an engine computes of the arguments; the payload tells it how.  ``outside_slope``: its derivative.
    """

    __slots__ = ("__weakref__", "_names", "args", "op", "payload")
    op: str
    args: tuple[Expr, ...]
    payload: Payload
    _names: dict[str, tuple[str, ...]] | None
    _pool: ClassVar[WeakValueDictionary[tuple[object, ...], Expr]] = WeakValueDictionary()

    def __new__(cls, op: str, args: tuple[Expr, ...] = (), payload: Payload = None) -> Expr:
        """The one object for this operation, these arguments and this payload."""
        key = (op, *map(id, args), payload, str(payload))  # str() tells -0.0 from 0.0
        found = cls._pool.get(key)
        if found is None:
            found = object.__new__(cls)
            for name, value in (("op", op), ("args", args), ("payload", payload), ("_names", None)):
                object.__setattr__(found, name, value)
            cls._pool[key] = found
        return found

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an expression is immutable; can't set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an expression is immutable; can't delete {name!r}")

    def __reduce__(self) -> tuple[object, ...]:
        return Expr, (self.op, self.args, self.payload)

    def __repr__(self) -> str:
        inside = repr(self.payload) if not self.args else ", ".join(map(repr, self.args))
        return f"{self.op}({inside})"

    def __add__(self, other: Number) -> Expr:
        return Expr("add", (self, lift(other)))

    def __radd__(self, other: Number) -> Expr:
        return Expr("add", (lift(other), self))

    def __sub__(self, other: Number) -> Expr:
        return Expr("sub", (self, lift(other)))

    def __rsub__(self, other: Number) -> Expr:
        return Expr("sub", (lift(other), self))

    def __mul__(self, other: Number) -> Expr:
        return Expr("mul", (self, lift(other)))

    def __rmul__(self, other: Number) -> Expr:
        return Expr("mul", (lift(other), self))

    def __truediv__(self, other: Number) -> Expr:
        return Expr("div", (self, lift(other)))

    def __rtruediv__(self, other: Number) -> Expr:
        return Expr("div", (lift(other), self))

    def __pow__(self, other: Number) -> Expr:
        return Expr("pow", (self, lift(other)))

    def __rpow__(self, other: Number) -> Expr:
        return Expr("pow", (lift(other), self))

    def __neg__(self) -> Expr:
        return Expr("neg", (self,))


def const(number: float) -> Expr:
    """A number."""
    return Expr("const", payload=float(number))


def ref(name: str) -> Expr:
    """The quantity ``name`` in this row, or on the panel."""
    return Expr("ref", payload=name)


def prev(name: str) -> Expr:
    """The quantity ``name`` one row above."""
    return Expr("prev", payload=name)


def pick(column: str, row: Number, rows: int) -> Expr:
    """The number in this row, counted from 1, of a table's column."""
    return Expr("pick", (lift(row), const(rows)), column)


def lift(value: Number) -> Expr:
    """An expression as it is, a number as a constant."""
    return value if isinstance(value, Expr) else const(value)


def function(op: str) -> Callable[..., Expr]:
    """The constructor of a named operation."""

    def build(*args: Number) -> Expr:
        return Expr(op, tuple(map(lift, args)))

    return build


exp, log, sqrt, tanh = map(function, ("exp", "log", "sqrt", "tanh"))
sin, cos, absolute, sign = map(function, ("sin", "cos", "abs", "sign"))
sigmoid, relu, softplus, square = map(function, ("sigmoid", "relu", "softplus", "square"))
leaky_relu = function("leaky_relu")  # (x, slope): x where x > 0, else slope * x
if_positive = function("if_positive")  # (x, a, b): a where x > 0, else b
log_loss = function("log_loss")  # (z, t): cross-entropy of sigmoid(z) against t, from the logit
maximum, minimum = map(function, ("max", "min"))
elu = function("elu")  # (x, alpha): x where x > 0, else alpha (exp(x) - 1)
hard_sigmoid = function("hard_sigmoid")  # min(max((x + 3) / 6, 0), 1)
huber = function("huber")  # (e, delta): e^2 / 2 up to delta, then delta (|e| - delta / 2)
modulo, floor = map(function, ("mod", "floor"))
squares = function("squares")  # the sum of the squares
absolutes = function("absolutes")  # the sum of the absolute values
norm = function("norm")  # the square root of the sum of the squares
share = function("share")  # (x, y): 1 where x > y, 0 where x < y, 1/2 at a tie


def total(terms: Iterable[Number]) -> Expr:
    """The sum of the terms, from left to right; 0 of none."""
    args = tuple(map(lift, terms))
    return Expr("add", args) if len(args) > 1 else args[0] if args else const(0)


def dot(xs: Iterable[Number], ys: Iterable[Number]) -> Expr:
    """``x1*y1 + x2*y2 + ...`` from left to right."""
    return total(lift(x) * y for x, y in zip(xs, ys, strict=True))


def topological(root: Expr, done: Container[Expr] = ()) -> Iterator[Expr]:
    """Every distinct subexpression once, arguments before what uses them; none of ``done``, nor what is below."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            yield node
        elif node not in seen and node not in done:
            seen.add(node)
            if not node.args:
                yield node
                continue
            stack.append((node, True))
            stack += [(arg, False) for arg in reversed(node.args)]


def names_in(root: Expr, op: str = "ref") -> tuple[str, ...]:
    """The names the expression refers to: in this row (``ref``) or in the one above (``prev``)."""
    if root._names is None:
        object.__setattr__(root, "_names", _names_by_op(root))
    return (root._names or {}).get(op, ())


def _names_by_op(root: Expr) -> dict[str, tuple[str, ...]]:
    """All names in an expression, by the operation that has them."""
    if not root.args:
        return {root.op: (root.payload,)} if isinstance(root.payload, str) else {}
    found: dict[str, list[str]] = {}
    for node in topological(root):
        if isinstance(node.payload, str):
            found.setdefault(node.op, []).append(node.payload)
    return {op: tuple(names) for op, names in found.items()}
