"""Expressions with something else in them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from xlbp.symbols.expr import Expr, const, total


def put_in(expr: Expr, instead: Mapping[str, Expr]) -> Expr:
    """The expression with quantities of this row replaced."""
    if expr.op == "ref":
        return instead.get(str(expr.payload), expr)
    if not expr.args:
        return expr
    args = tuple(put_in(arg, instead) for arg in expr.args)
    return expr if args == expr.args else Expr(expr.op, args, expr.payload)


def replaced(expr: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one subexpression replaced, wherever it stands."""
    return rewritten(expr, lambda node: new if node is old else None)


def rewritten(expr: Expr, rule: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with each subexpression for which a rule has another; what it gives is left as it is."""
    other = rule(expr)
    if other is not None:
        return other
    args = tuple(rewritten(arg, rule) for arg in expr.args)
    return expr if args == expr.args else Expr(expr.op, args, expr.payload)


def factors_of(expr: Expr) -> list[Expr]:
    """What is multiplied and divided by, from left to right; the expression alone, if it is no product."""
    if expr.op in ("mul", "div"):
        left, right = expr.args
        return [*factors_of(left), *factors_of(right)] if expr.op == "mul" else [*factors_of(left), right]
    return factors_of(expr.args[0]) if expr.op == "neg" else [expr]


def without_factor(expr: Expr, place: int) -> Expr:
    """The expression without one of its :func:`factors_of`, which is 1 instead."""
    if expr.op == "neg":
        return -without_factor(expr.args[0], place)
    if expr.op not in ("mul", "div"):
        return const(1)
    left, right = expr.args
    before = len(factors_of(left))
    if place < before:
        kept = without_factor(left, place)
        return kept * right if expr.op == "mul" else kept / right
    return left if expr.op == "div" else left * without_factor(right, place - before)


def without_terms(expr: Expr, lost: Container[str]) -> Expr:
    """The expression without the quantities that are terms of a sum in it."""

    def left(node: Expr) -> Expr | None:
        if node.op != "add" or not any(arg.op == "ref" and arg.payload in lost for arg in node.args):
            return None
        kept = [arg for arg in node.args if arg.op != "ref" or arg.payload not in lost]
        return total(without_terms(arg, lost) for arg in kept)

    return rewritten(expr, left)
