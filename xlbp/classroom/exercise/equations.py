"""The equation that an answer must satisfy, turned round so that it is not the formula of the answer.

For ``y = f(...)`` a mark asks whether |left(y) - right| <= tolerance(y) * |slope|, where slope is d left / dy:

    y = a + b + c     y - c - b = a            y = a / b     y * b = a
    y = sigmoid(z)    ln(y / (1 - y)) = z      y = exp(z)    ln(y) = z
    y = relu(z)       y is 0 or z, and below neither

An operation that has no simple inverse is compared as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.symbols.expr import Expr, const, exp, log, ref, square, total

ANSWER, TOLERANCE = "answer", "tolerance"  # what the equation refers to besides quantities
ABOVE = "^"  # goes before the name of a quantity of the row above
Y = ref(ANSWER)
Sides = tuple[Expr, Expr, Expr]  # left, right, slope


@dataclass(frozen=True)
class Equation:
    """``left = right`` within ``slope`` times the tolerance; ``lower`` bounds make a maximum of two."""

    left: Expr
    right: Expr
    slope: Expr
    largest_of: tuple[Expr, ...] = ()


def flat(expr: Expr) -> Expr:
    """The expression with quantities of the row above as plain references, so that each can have its own place."""
    if expr.op == "prev":
        return ref(ABOVE + str(expr.payload))
    return Expr(expr.op, tuple(map(flat, expr.args)), expr.payload) if expr.args else expr


def equation_of(expr: Expr) -> Equation:
    """The equation for what is computed as ``expr``."""
    plain = flat(expr)
    if plain.op in ("relu", "largest") or (plain.op == "max" and len(plain.args) == 2):
        return Equation(Y, Y, const(1), plain.args if plain.op != "relu" else (plain.args[0], const(0)))
    left, right, slope = _sides(plain)
    return Equation(left, right, slope)


def _sides(expr: Expr) -> Sides:
    args = expr.args
    if expr.op == "add":
        left = Y
        for term in reversed(args[1:]):
            left = left + term.args[0] if term.op == "neg" else left - term
        return left, args[0], const(1)
    if expr.op == "sub":
        return Y + args[1], args[0], const(1)
    if expr.op == "mul":
        return Y, args[1] * args[0], const(1)
    if expr.op == "div":
        return Y * args[1], args[0], args[1]
    if expr.op == "neg":
        return total([Y, args[0]]), const(0), const(1)
    return _by_inverse(expr)


def _by_inverse(expr: Expr) -> Sides:
    """Functions of one argument that have an inverse; else the value itself."""
    if expr.op == "sigmoid":
        return log(Y / (1 - Y)), expr.args[0], 1 / (Y * (1 - Y))
    if expr.op == "tanh":
        return log((1 + Y) / (1 - Y)) / 2, expr.args[0], 1 / ((1 - Y) * (1 + Y))
    if expr.op == "exp":
        return log(Y), expr.args[0], 1 / Y
    if expr.op == "log":
        return exp(Y), expr.args[0], exp(Y)
    if expr.op == "sqrt":
        return square(Y), expr.args[0], 2 * Y
    return Y, expr, const(1)
