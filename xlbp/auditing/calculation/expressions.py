"""Expressions taken apart and put together: their leaves, terms and factors, and where two of them part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlbp.symbols.expr import Expr, names_in, topological


def replaced(expr: Expr, new: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every part that ``new`` has another for replaced by that."""
    done: dict[Expr, Expr] = {}
    for node in topological(expr):
        done[node] = new(node) or Expr(node.op, tuple(done[arg] for arg in node.args), node.payload)
    return done[expr]


def relabelled(expr: Expr, leaf: Callable[[str], Expr]) -> Expr:
    """The expression with other leaves: ``leaf`` says for each name what stands there."""
    return replaced(expr, lambda node: leaf(str(node.payload)) if node.op == "ref" else None)


def substituted(expr: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one leaf replaced wherever it occurs."""
    return replaced(expr, lambda node: new if node is old else None)


def occurrences(expr: Expr, name: str) -> int:
    """How often a leaf is written in the formula: counted in the tree, not in the shared graph."""
    counts: dict[Expr, int] = {}
    for node in topological(expr):
        counts[node] = int(node.op == "ref" and node.payload == name) + sum(counts[arg] for arg in node.args)
    return counts[expr]


def inside(expr: Expr) -> Expr:
    """What a function of one number is a function of: of ``1/(1+EXP(-(w*x+b)))`` it is ``w*x+b``."""
    while True:
        variable = [arg for arg in expr.args if names_in(arg)]
        if len(variable) != 1:
            return expr
        expr = variable[0]


def factors(expr: Expr) -> Iterator[Expr]:
    """The factors of a product."""
    if expr.op == "mul":
        yield from factors(expr.args[0])
        yield from factors(expr.args[1])
    else:
        yield expr


def signed_terms(expr: Expr, sign: int = 1) -> Iterator[tuple[int, Expr]]:
    """The terms of a sum, each with its sign."""
    if expr.op == "add":
        for arg in expr.args:
            yield from signed_terms(arg, sign)
    elif expr.op == "sub":
        yield from signed_terms(expr.args[0], sign)
        yield from signed_terms(expr.args[1], -sign)
    else:
        yield sign, expr


def joined(terms: list[tuple[int, Expr]]) -> Expr:
    """The sum of signed terms."""
    sign, total = terms[0]
    total = total if sign > 0 else -total
    for sign, term in terms[1:]:
        total = total + term if sign > 0 else total - term
    return total


def differences(found: Expr, expected: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Where two expressions part."""
    if found is expected:
        return
    if expected.op == "add" and found in expected.args:
        yield found, expected  # a term is missing
    elif found.op == expected.op and len(found.args) == len(expected.args) and found.args:
        for a, b in zip(found.args, expected.args, strict=True):
            yield from differences(a, b)
    else:
        yield found, expected
