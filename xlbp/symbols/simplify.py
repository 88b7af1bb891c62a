"""Rewriting rules, one identity of arithmetic each.

Constants are folded only where 15 digits tell the exact result, so that 1/3 stays 1/3 and no program that saves a
formula cuts its constant short.  The order of additions never changes: floating-point sums depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from xlbp.symbols.expr import Expr, const, sqrt, square, topological, total

ZERO, ONE, MINUS_ONE = const(0), const(1), const(-1)


def simplify(root: Expr) -> Expr:
    """Apply the rules from the leaves upward until none fits."""
    if not root.args:
        return root
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        done[node] = _rewrite(_with_args(node, tuple(done[arg] for arg in node.args)))
    return done[root]


def _with_args(node: Expr, args: tuple[Expr, ...]) -> Expr:
    return node if args == node.args else Expr(node.op, args, node.payload)


def _rewrite(node: Expr) -> Expr:
    """One node whose arguments are simple already; what a rule builds is simplified again."""
    rule = RULES.get(node.op)
    result = rule(*node.args) if rule else None
    return node if result is None else simplify(result)


def _value(expr: Expr) -> float | None:
    return expr.payload if expr.op == "const" and isinstance(expr.payload, float) else None


def _folded(op: Callable[[Fraction, Fraction], Fraction], x: Expr, y: Expr) -> Expr | None:
    """The constant ``x op y``, if a double of 15 digits holds it exactly."""
    a, b = _value(x), _value(y)
    if a is None or b is None or not (math.isfinite(a) and math.isfinite(b)):
        return None
    try:
        exact = op(Fraction(a), Fraction(b))
        value = float(exact)
        return const(value) if Fraction(value) == exact and float(f"{value:.15g}") == value else None
    except (ZeroDivisionError, OverflowError):
        return None


def _add(*args: Expr) -> Expr | None:
    """x + 0 = x;  (x + y) + z = x + y + z;  x + -y = x - y;  x + x = 2x;  constants fold."""
    head, rest = args[0], args[1:]
    if head.op == "add":
        return total((*head.args, *rest))
    if any(arg is ZERO for arg in args):
        return total(arg for arg in args if arg is not ZERO)
    if len(args) != 2:
        return None
    if args[1].op == "neg":
        return head - args[1].args[0]
    return 2 * head if head is args[1] else _folded(lambda a, b: a + b, head, args[1])


def _sub(x: Expr, y: Expr) -> Expr | None:
    """x - 0 = x;  0 - y = -y;  x - -y = x + y;  x - x = 0 stays: it is an error where x is one."""
    if y is ZERO:
        return x
    if x is ZERO:
        return -y
    return x + y.args[0] if y.op == "neg" else _folded(lambda a, b: a - b, x, y)


def _neg(x: Expr) -> Expr | None:
    """--x = x;  -(x - y) = y - x;  constants fold."""
    if x.op == "neg":
        return x.args[0]
    if x.op == "sub":
        return x.args[1] - x.args[0]
    value = _value(x)
    return None if value is None else const(-value)


def _mul(x: Expr, y: Expr) -> Expr | None:
    """0x = 0;  1x = x;  -1x = -x;  (-x)y = -(xy);  x(1/c) = x/c;  a(bx) = (ab)x for constants."""
    if x is ZERO or y is ZERO:
        return ZERO
    for this, other in ((x, y), (y, x)):
        if this is ONE:
            return other
        if this is MINUS_ONE:
            return -other
        if this.op == "neg":
            return -(this.args[0] * other)
        if this.op == "div" and this.args[0] is ONE and _value(this.args[1]) is not None:
            return other / this.args[1]
    return _mul_constants(x, y)


def _mul_constants(x: Expr, y: Expr) -> Expr | None:
    folded = _folded(lambda a, b: a * b, x, y)
    if folded is not None:
        return folded
    if _value(x) is None:  # the constant stands in front, as in writing
        return y * x if _value(y) is not None else None
    if y.op == "mul":
        inner = _folded(lambda a, b: a * b, x, y.args[0])
        return None if inner is None else inner * y.args[1]
    return None


def _div(x: Expr, y: Expr) -> Expr | None:
    """x/1 = x;  (-x)/y = -(x/y);  constants fold where the quotient is exact."""
    if y is ONE:
        return x
    if x.op == "neg":
        return -(x.args[0] / y)
    return _folded(lambda a, b: a / b, x, y)


def _pow(x: Expr, y: Expr) -> Expr | None:
    """x**0 = 1;  x**1 = x;  x**2 and x**0.5 have operations of their own."""
    known = {0.0: ONE, 1.0: x, 2.0: square(x), 0.5: sqrt(x)}
    value = _value(y)
    return None if value is None else known.get(value)


def _copy(x: Expr) -> Expr:
    return x


RULES: dict[str, Callable[..., Expr | None]] = {
    "add": _add,
    "sub": _sub,
    "neg": _neg,
    "mul": _mul,
    "div": _div,
    "pow": _pow,
    "copy": _copy,
}
