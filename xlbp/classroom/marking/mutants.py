"""What a formula becomes by a mistake: each mutant with the kind of its mistake and what it is about.

A mutant is tried on the student's own numbers; the first that comes to the student's answer names the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from xlbp.symbols.expr import Expr, const, names_in, ref, relu, sigmoid, tanh, topological
from xlbp.template import names

MOST_TERMS = 12
INDEXED = re.compile(r"(.*?)\[([0-9,]+)\](@.*)?")
KINDS = {  # the letter of a quantity, and what it is to take another one of its kind
    "W": "other_weight", "b": "other_bias", "x": "other_input", "a": "other_input", "t": "other_target",
    "z": "other_unit", "dz": "other_delta", "da": "other_delta", "dh": "other_delta", "f'": "other_slope",
    "e": "other_error", "dW": "other_gradient", "db": "other_gradient", "h": "other_input", "E": "other_unit",
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}


@dataclass(frozen=True)
class Mutant:
    """``kind`` is a key of the language files; ``about`` a quantity, '' for none."""

    kind: str
    expr: Expr
    about: str = ""


@dataclass(frozen=True)
class Setting:
    """What mutants need to know of the problem: all quantities there are, the phase of the cell, the counts."""

    every: frozenset[str]
    phase: str
    samples: int
    outputs: int
    is_network: bool


def mutants(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """The likely mistakes first."""
    yield from _signs(expr, setting)
    yield from _left_out(expr, setting)
    yield from _transposed(expr, setting)
    if not setting.is_network:  # where any quantity may be taken for any other, by chance too
        yield from _scaled(expr, setting)
    yield from _taken_instead(expr, setting)
    if setting.is_network:
        yield from _scaled(expr, setting)
    yield from _functions(expr)
    yield from _samples(expr, setting)
    yield from _operators(expr, setting)


def put_in(expr: Expr, instead: Mapping[str, Expr]) -> Expr:
    """The expression with quantities of this row replaced."""
    if expr.op == "ref":
        return instead.get(str(expr.payload), expr)
    if not expr.args:
        return expr
    args = tuple(put_in(arg, instead) for arg in expr.args)
    return expr if args == expr.args else Expr(expr.op, args, expr.payload)


def _replace(expr: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one subexpression replaced, wherever it stands."""
    if expr is old:
        return new
    args = tuple(_replace(arg, old, new) for arg in expr.args)
    return expr if args == expr.args else Expr(expr.op, args, expr.payload)


def _letter(name: str) -> str:
    found = re.match(r"[a-zA-Z]+'?", name)
    return found[0] if found else ""


def _signs(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """The whole with the other sign; a step in the other direction."""
    if setting.phase == "update" and expr.op in ("sub", "add") and len(expr.args) == 2:
        first, step = expr.args
        backward = expr.op == "sub" or step.op == "neg"
        plain = step.args[0] if step.op == "neg" else step
        yield Mutant("direction", first + plain if backward else first - plain)
    yield Mutant("sign", -expr)


def _left_out(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """A factor or a term is missing: the slope of the activation, the learning rate, the bias."""
    deltas = {n: ref("da" + n[2:]) for n in names_in(expr) if n.startswith("dz") and "da" + n[2:] in setting.every}
    if deltas:
        yield Mutant("no_slope", put_in(expr, deltas), next(iter(deltas)).replace("dz", "f'", 1))
    for node in list(topological(expr)):
        if node.op in ("mul", "div"):
            left, right = node.args
            yield _without(expr, node, left, right)
            if node.op == "mul":
                yield _without(expr, node, right, left)
        elif node.op in ("add", "sub") and len(node.args) <= MOST_TERMS:
            yield from _without_term(expr, node, setting)


def _without(expr: Expr, node: Expr, kept: Expr, lost: Expr) -> Mutant:
    about = next(iter(names_in(lost)), "")
    return Mutant(_kind_of_factor(node, lost), _replace(expr, node, kept), about)


def _kind_of_factor(node: Expr, lost: Expr) -> str:
    """What it is to leave out this factor."""
    name = str(lost.payload) if lost.op == "ref" else ""
    if name.startswith("f'"):
        return "no_slope"
    if name in (names.LEARNING_RATE, names.RATE):
        return "no_rate"
    if lost.op == "const" and node.op == "div":
        return "no_half" if lost.payload == 2 else "sum_for_mean"
    return "no_half" if lost.op == "const" and lost.payload in (2.0, 0.5) else "no_factor"


def _without_term(expr: Expr, node: Expr, setting: Setting) -> Iterator[Mutant]:
    for lost in range(len(node.args)):
        rest = [arg for n, arg in enumerate(node.args) if n != lost]
        if node.op == "sub":
            left = rest[0] if lost == 1 else -rest[0]
        else:
            left = rest[0] if len(rest) == 1 else Expr("add", tuple(rest))
        about = next(iter(names_in(node.args[lost])), next(iter(names_in(node.args[lost], "prev")), ""))
        kind = "no_bias" if node.args[lost].op == "ref" and _letter(about) == "b" else "no_term"
        if setting.phase == "update" and node is expr:
            kind = "not_moved" if lost else "step_alone"
        if setting.phase == "backward" and kind == "no_term":
            kind = "no_path"
        yield Mutant(kind, _replace(expr, node, left), about)


def _transposed(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """W[j,i] for W[i,j]; and the weights after the update for those before."""
    turned: dict[str, Expr] = {}
    moved: dict[str, Expr] = {}
    for name in names_in(expr):
        found = INDEXED.fullmatch(name)
        if found and _letter(name) in ("W", "dW") and "," in found[2]:
            i, j = found[2].split(",")
            other = f"{found[1]}[{j},{i}]"
            if other in setting.every and i != j:
                turned[name] = ref(other)
        if names.updated(name) in setting.every:
            moved[name] = ref(names.updated(name))
    if turned:
        yield Mutant("transposed", put_in(expr, turned), next(iter(turned)))
    if moved and setting.phase != "update":
        yield Mutant("updated_weights", put_in(expr, moved), next(iter(moved)))


def _taken_instead(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Another quantity of the same kind, one at a time."""
    for name in names_in(expr):
        for other in siblings(name, setting):
            kind = KINDS.get(_letter(name), "other_quantity") if setting.is_network else "other_quantity"
            yield Mutant(kind, put_in(expr, {name: ref(other)}), other)
    yield from _exchanged(expr, setting)
    slopes = [n for n in names_in(expr) if n.startswith("f'")]
    if setting.phase == "backward" and not slopes:
        for name in names_in(expr):
            below = "z" + name[1:]
            if name.startswith("a") and below in setting.every:
                yield Mutant("input_of_activation", put_in(expr, {name: ref(below)}), below)


def _exchanged(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Two quantities of a kind in each other's place."""
    inside = names_in(expr)
    for n, name in enumerate(inside[:MOST_TERMS]):
        for other in inside[n + 1 : MOST_TERMS]:
            if setting.is_network and _family(name) == _family(other):
                changed = put_in(expr, {name: ref(other), other: ref(name)})
                yield Mutant(KINDS.get(_letter(name), "other_quantity"), changed, other)


def siblings(name: str, setting: Setting) -> list[str]:
    """Quantities of the same letter, layer and sample with another index; of a formula, all others."""
    if not setting.is_network:
        return [other for other in sorted(setting.every) if other != name and not other.startswith(("$", ":"))]
    return [other for other in _families(setting.every).get(_family(name), []) if other != name]


@cache
def _family(name: str) -> tuple[str, str]:
    """Letter and layer, and sample; of a quantity without an index nothing else has the same."""
    found = INDEXED.fullmatch(name)
    return (found[1], found[3] or "") if found else (name, "alone")


@cache
def _families(every: frozenset[str]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(every):
        found.setdefault(_family(name), []).append(name)
    return found


def _scaled(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Sum for mean, mean for sum, a factor 2."""
    for count in (setting.samples, setting.outputs):
        if count > 1:
            yield Mutant("sum_for_mean", expr * const(count))
            yield Mutant("mean_for_sum", expr / const(count))
    yield Mutant("factor_two", expr * const(2))
    yield Mutant("factor_half", expr / const(2))
    if setting.phase in ("gradients", "backward") and names.LEARNING_RATE in setting.every:
        yield Mutant("with_rate", expr * ref(names.LEARNING_RATE))
        yield Mutant("step_alone", -(expr * ref(names.LEARNING_RATE)))


def _functions(expr: Expr) -> Iterator[Mutant]:
    """The activation left out, or another one; no square."""
    for node in list(topological(expr)):
        if node.op == "square":
            yield Mutant("not_squared", _replace(expr, node, node.args[0]))
        if node.op in FUNCTIONS:
            yield Mutant("no_activation", _replace(expr, node, node.args[0]))
            for op, build in FUNCTIONS.items():
                if op != node.op:
                    yield Mutant("other_activation", _replace(expr, node, build(node.args[0])))


def _samples(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """One sample of the batch for all of them, or another sample."""
    inside = names_in(expr)
    marks = sorted({name.partition("@")[2] for name in inside if "@" in name})
    if len(marks) == 1 and setting.samples > 1:
        for number in range(1, setting.samples + 1):
            moved = {n: ref(f"{n.partition('@')[0]}@{number}") for n in inside if "@" in n}
            if all(str(new.payload) in setting.every for new in moved.values()) and str(number) != marks[0]:
                yield Mutant("other_sample", put_in(expr, moved), f"@{number}")
    if len(marks) > 1:
        for mark in marks:
            others: dict[str, Expr] = {n: const(0) for n in inside if "@" in n and not n.endswith(f"@{mark}")}
            alone = put_in(expr, others)
            yield Mutant("one_sample", alone * const(len(marks)), f"@{mark}")
            yield Mutant("one_sample", alone, f"@{mark}")


def _operators(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Plus for minus, times for plus."""
    for node in list(topological(expr)):
        if node.op == "sub":
            yield Mutant("operator", _replace(expr, node, node.args[0] + node.args[1]))
        elif node.op == "mul":
            left, right = node.args
            for other in (left + right, left - right, left / right):
                yield Mutant("operator", _replace(expr, node, other))
        elif node.op == "div":
            yield Mutant("operator", _replace(expr, node, node.args[0] * node.args[1]))
        elif node.op == "add" and len(node.args) <= MOST_TERMS:
            for n, term in enumerate(node.args):
                turned = term.args[0] if term.op == "neg" else -term
                args = (*node.args[:n], turned, *node.args[n + 1 :])
                kind = "sign_of_term" if setting.phase != "update" else "direction"
                yield Mutant(kind, _replace(expr, node, Expr("add", args)), next(iter(names_in(term)), ""))
