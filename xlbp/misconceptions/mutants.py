"""What a formula becomes by a mistake: each mutant with its mistake and what that is about.

A mutant is tried on the student's own numbers; the first that comes to the student's answer names the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.rewriting import put_in, replaced
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in, ref, relu, sigmoid, tanh, topological, total
from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Role

MOST_TERMS = 12
FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {  # that are taken for one another
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
}


@dataclass(frozen=True)
class Mutant:
    """``about`` is a quantity or the mark of a sample, '' for none."""

    mistake: Mistake
    expr: Expr
    about: str = ""


@dataclass(frozen=True)
class Setting:
    """What mutants need to know of the problem, and the phase of the cell."""

    relations: Relations
    phase: str


def mutants(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """The likely mistakes first."""
    yield from _signs(expr, setting)
    yield from _left_out(expr, setting)
    yield from _transposed(expr, setting)
    if setting.relations.has_tensors:
        yield from _taken_instead(expr, setting)
        yield from _scaled(expr, setting)
    else:  # any quantity may be taken for any other, by chance too
        yield from _scaled(expr, setting)
        yield from _taken_instead(expr, setting)
    yield from _functions(expr)
    yield from _samples(expr, setting)
    yield from _operators(expr, setting)


def _signs(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """The whole with the other sign; a step in the other direction."""
    if setting.phase == "update" and expr.op in ("sub", "add") and len(expr.args) == 2:
        first, step = expr.args
        backward = expr.op == "sub" or step.op == "neg"
        plain = step.args[0] if step.op == "neg" else step
        yield Mutant(Mistake.DIRECTION, first + plain if backward else first - plain)
    yield Mutant(Mistake.SIGN, -expr)


def _left_out(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """A factor or a term is missing: the slope of the activation, the learning rate, the bias."""
    pairs = {name: setting.relations.without_slope(name) for name in names_in(expr)}
    plain = {name: pair for name, pair in pairs.items() if pair is not None}
    if plain:
        instead = {name: ref(derivative) for name, (derivative, _) in plain.items()}
        about = next(slope for _, slope in plain.values())
        yield Mutant(Mistake.NO_SLOPE, put_in(expr, instead), about)
    for node in list(topological(expr)):
        if node.op in ("mul", "div"):
            left, right = node.args
            yield _without(expr, node, left, right, setting)
            if node.op == "mul":
                yield _without(expr, node, right, left, setting)
        elif node.op in ("add", "sub") and len(node.args) <= MOST_TERMS:
            yield from _without_term(expr, node, setting)


def _without(expr: Expr, node: Expr, kept: Expr, lost: Expr, setting: Setting) -> Mutant:
    about = next(iter(names_in(lost)), "")
    return Mutant(_mistake_of_factor(node, lost, setting), replaced(expr, node, kept), about)


def _mistake_of_factor(node: Expr, lost: Expr, setting: Setting) -> Mistake:
    """What it is to leave out this factor."""
    if lost.op == "ref":
        name = str(lost.payload)
        if setting.relations.has_tensors and setting.relations.is_slope(name):
            return Mistake.NO_SLOPE
        return Mistake.NO_RATE if name in (names.LEARNING_RATE, names.RATE) else Mistake.NO_FACTOR
    if lost.op != "const":
        return Mistake.NO_FACTOR
    if lost.payload == 2.0 or (lost.payload == 0.5 and node.op == "mul"):
        return Mistake.NO_HALF
    return Mistake.SUM_FOR_MEAN if node.op == "div" else Mistake.NO_FACTOR


def _without_term(expr: Expr, node: Expr, setting: Setting) -> Iterator[Mutant]:
    for lost, term in enumerate(node.args):
        if node.op == "sub":
            left = node.args[0] if lost == 1 else -node.args[1]
        else:
            left = total(arg for n, arg in enumerate(node.args) if n != lost)
        about = next(iter(names_in(term)), next(iter(names_in(term, "prev")), ""))
        if setting.phase == "update" and node is expr:
            mistake = Mistake.NOT_MOVED if lost else Mistake.STEP_ALONE
        else:
            mistake = _mistake_of_term(term, setting)
        yield Mutant(mistake, replaced(expr, node, left), about)


def _mistake_of_term(term: Expr, setting: Setting) -> Mistake:
    """What it is to leave out this term of a sum."""
    if term.op == "ref" and setting.relations.role(str(term.payload)) is Role.BIAS:
        return Mistake.NO_BIAS
    return Mistake.NO_PATH if setting.phase == "backward" else Mistake.NO_TERM


def _transposed(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """W[j,i] for W[i,j]; and the weights after the update for those before."""
    relations = setting.relations
    if turned := _exchanged_for(expr, relations.transposed):
        yield Mutant(Mistake.TRANSPOSED, put_in(expr, turned), next(iter(turned)))
    moved = _exchanged_for(expr, relations.updated)
    if moved and setting.phase != "update":
        yield Mutant(Mistake.UPDATED_WEIGHTS, put_in(expr, moved), next(iter(moved)))


def _exchanged_for(expr: Expr, other: Callable[[str], str | None]) -> dict[str, Expr]:
    """What is taken for each quantity for which there is another."""
    pairs = ((name, other(name)) for name in names_in(expr))
    return {name: ref(taken) for name, taken in pairs if taken is not None}


def _taken_instead(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Another quantity of the same kind, one at a time."""
    relations = setting.relations
    for name in names_in(expr):
        for other in relations.siblings(name):
            yield Mutant(relations.mistake(name), put_in(expr, {name: ref(other)}), other)
    yield from _exchanged(expr, setting)
    if setting.phase == "backward" and not any(map(relations.is_slope, names_in(expr))):
        for name in names_in(expr):
            if below := relations.pre_activations.get(name):
                yield Mutant(Mistake.INPUT_OF_ACTIVATION, put_in(expr, {name: ref(below)}), below)


def _exchanged(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Two quantities of a kind in each other's place."""
    inside = names_in(expr)
    for n, name in enumerate(inside[:MOST_TERMS]):
        for other in inside[n + 1 : MOST_TERMS]:
            if setting.relations.are_siblings(name, other):
                changed = put_in(expr, {name: ref(other), other: ref(name)})
                yield Mutant(setting.relations.mistake(name), changed, other)


def _scaled(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Sum for mean, mean for sum, a factor 2."""
    for count, summed in setting.relations.means:
        yield Mutant(summed, expr * const(count))
        if summed is Mistake.SUM_FOR_MEAN:
            yield Mutant(Mistake.MEAN_FOR_SUM, expr / const(count))
    yield Mutant(Mistake.FACTOR_TWO, expr * const(2))
    yield Mutant(Mistake.FACTOR_HALF, expr / const(2))
    if setting.phase in ("gradients", "backward") and names.LEARNING_RATE in setting.relations:
        yield Mutant(Mistake.WITH_RATE, expr * ref(names.LEARNING_RATE))
        yield Mutant(Mistake.STEP_ALONE, -(expr * ref(names.LEARNING_RATE)))


def _functions(expr: Expr) -> Iterator[Mutant]:
    """The activation left out, or another one; no square."""
    for node in list(topological(expr)):
        if node.op == "square":
            yield Mutant(Mistake.NOT_SQUARED, replaced(expr, node, node.args[0]))
        if node.op in ACTIVATIONS:
            yield Mutant(Mistake.NO_ACTIVATION, replaced(expr, node, node.args[0]))
            for op, build in FUNCTIONS.items():
                if op != node.op:
                    yield Mutant(Mistake.OTHER_ACTIVATION, replaced(expr, node, build(node.args[0])))


def _samples(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """One sample of the batch for all of them, or another sample."""
    relations = setting.relations
    batch = [mark for mark in relations.model.marks if mark]
    sampled = {name: quantity for name in names_in(expr) if (quantity := relations.quantities[name]).sample in batch}
    marks = sorted({quantity.sample for quantity in sampled.values()})
    for mark in batch if len(marks) == 1 else ():
        moved = {name: quantity.sampled(mark) for name, quantity in sampled.items()}
        if mark != marks[0] and all(other in relations for other in moved.values()):
            instead = {name: ref(other) for name, other in moved.items()}
            yield Mutant(Mistake.OTHER_SAMPLE, put_in(expr, instead), mark)
    for mark in marks if len(marks) > 1 else ():
        others: dict[str, Expr] = {name: const(0) for name, quantity in sampled.items() if quantity.sample != mark}
        alone = put_in(expr, others)
        yield Mutant(Mistake.ONE_SAMPLE, alone * const(len(marks)), mark)
        yield Mutant(Mistake.ONE_SAMPLE, alone, mark)


def _operators(expr: Expr, setting: Setting) -> Iterator[Mutant]:
    """Plus for minus, times for plus."""
    for node in list(topological(expr)):
        if node.op == "sub":
            yield Mutant(Mistake.OPERATOR, replaced(expr, node, node.args[0] + node.args[1]))
        elif node.op == "mul":
            left, right = node.args
            for other in (left + right, left - right, left / right):
                yield Mutant(Mistake.OPERATOR, replaced(expr, node, other))
        elif node.op == "div":
            yield Mutant(Mistake.OPERATOR, replaced(expr, node, node.args[0] * node.args[1]))
        elif node.op == "add" and len(node.args) <= MOST_TERMS:
            yield from _terms_turned(expr, node, setting)


def _terms_turned(expr: Expr, node: Expr, setting: Setting) -> Iterator[Mutant]:
    """One term of a sum with the other sign."""
    mistake = Mistake.DIRECTION if setting.phase == "update" else Mistake.SIGN_OF_TERM
    for n, term in enumerate(node.args):
        turned = term.args[0] if term.op == "neg" else -term
        args = (*node.args[:n], turned, *node.args[n + 1 :])
        yield Mutant(mistake, replaced(expr, node, Expr("add", args)), next(iter(names_in(term)), ""))
