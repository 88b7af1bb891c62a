"""Expressions taken apart and put together: their leaves, terms and factors, and where two of them part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from xlbp.symbols.expr import Expr, const, names_in, topological

DECIDING = frozenset({"if_positive", "max", "min"})  # what takes one of its last two arguments
MOST_WAYS = 64  # in which the decisions of an expression may fall, and are looked at


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


def decided(expr: Expr) -> Iterator[Expr]:
    """What an expression may be, one for each way in which all of its decisions can fall, always in the same order."""
    deciding = [node for node in topological(expr) if node.op in DECIDING]
    for falls in product((-2, -1), repeat=len(deciding)):
        taken = dict(zip(deciding, falls, strict=True))
        done: dict[Expr, Expr] = {}
        for node in topological(expr):
            args = tuple(done[arg] for arg in node.args)
            done[node] = args[taken[node]] if node in taken else Expr(node.op, args, node.payload)
        yield done[expr]


def occurrences(expr: Expr) -> dict[str, int]:
    """How often each leaf is written in the formula: counted in the tree, not in the shared graph."""
    counts: dict[Expr, int] = {expr: 1}
    for node in reversed(list(topological(expr))):
        for arg in node.args:
            counts[arg] = counts.get(arg, 0) + counts[node]
    return {str(node.payload): count for node, count in counts.items() if node.op == "ref"}


def numbers_in(expr: Expr) -> list[float]:
    """The numbers that are written in a formula."""
    return [float(str(node.payload)) for node in topological(expr) if node.op == "const"]


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


def negated(expr: Expr) -> Expr:
    """The expression with the other sign, without a minus before a minus."""
    if expr.op == "neg":
        return expr.args[0]
    if expr.op == "const":
        return const(-float(str(expr.payload)))
    if expr.op == "mul" and expr.args[0].op in ("const", "neg"):
        return negated(expr.args[0]) * expr.args[1]
    return -expr


def without_signs(expr: Expr) -> Expr:
    """The expression with a plus for every minus between terms, and none before one: the same whichever way it goes."""
    done: dict[Expr, Expr] = {}
    for node in topological(expr):
        args = tuple(done[arg] for arg in node.args)
        if node.op == "neg":
            done[node] = args[0]
        elif node.op == "const":
            done[node] = const(abs(float(str(node.payload))))
        else:
            done[node] = Expr("add" if node.op == "sub" else node.op, args, node.payload)
    return done[expr]


def names_that_count(expr: Expr) -> frozenset[str]:
    """The names in what an expression may be worth, not in what it only decides by."""
    seen: set[Expr] = set()
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += node.args[-2:] if node.op in DECIDING else node.args
    return frozenset(str(node.payload) for node in seen if node.op == "ref")


def differences(old: Expr, new: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The smallest parts in which two expressions differ, each with the other's part."""
    if old is new:
        return
    if old in new.args or new in old.args:
        yield old, new  # a term or a factor is missing, or too many
    elif old.op == new.op and len(old.args) == len(new.args) and old.args:
        for old_arg, new_arg in zip(old.args, new.args, strict=True):
            yield from differences(old_arg, new_arg)
    else:
        yield old, new
