"""Small changes of one part of a formula: another sign, number, operator or cell.

Each is a function of the formula on trial and of a question: what the part would have to be worth.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlbp.auditing.calculation.expressions import occurrences, substituted
from xlbp.auditing.repair.equations import INVERSES, RTOL, agree
from xlbp.auditing.repair.fixes import Edit, Fix
from xlbp.auditing.repair.formula_at_points import FormulaAtPoints, PartToRepair
from xlbp.auditing.repair.hypotheses import (
    ARGUMENT_TOO_MANY,
    EXCHANGED,
    HALF_OR_TWICE,
    MEAN,
    MINUS_MISSING,
    MINUS_TOO_MANY,
    NUMBER,
    OPERATOR,
    OTHER_CELL,
    OTHER_CELL_NEGATED,
    TWICE_OR_HALF,
)
from xlbp.symbols.expr import Expr, const, names_in, ref

BINARY = ("add", "sub", "mul", "div")
ARITHMETIC = (*BINARY, "neg", "if_positive")  # operations of whose arguments it can be asked what they should be
FACTORS = (2.0, 0.5)


def minus_missing(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """The part as it stands, but for its sign."""
    if agree(-trial.of(asked.node), asked.wanted):
        yield MINUS_MISSING.fix(asked.node, -asked.node)


def twice_or_half(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """A factor 2 or 1/2 that is too many, or that is missing."""
    node, value = asked.node, trial.of(asked.node)
    twos = [arg for arg in node.args if node.op == "mul" and arg.op == "const" and arg.payload in FACTORS]
    for rest in (arg for arg in node.args if twos and arg is not twos[0]):
        if trial.fits(rest, asked.wanted):
            yield TWICE_OR_HALF.fix(node, rest)
    for factor in FACTORS:
        if agree(value * factor, asked.wanted):
            yield HALF_OR_TWICE.fix(node, node * 2 if factor == 2 else node / 2)


def mean_for_sum(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """A sum where a mean was meant, or the other way round."""
    node, value = asked.node, trial.of(asked.node)
    for count in (count for count in trial.scene.counts if count > 1):
        for new, worth in ((node / const(count), value / count), (node * const(count), value * count)):
            if agree(worth, asked.wanted):
                yield MEAN.fix(node, new)


def argument_too_many(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """One of two arguments was meant alone."""
    if asked.node.op in BINARY and len(asked.node.args) == 2:
        for arg in asked.node.args:
            if arg.op != "const" and trial.fits(arg, asked.wanted):
                yield ARGUMENT_TOO_MANY.fix(asked.node, arg)


def other_cell(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """Another cell was meant."""
    node, old = asked.node, trial.slots[str(asked.node.payload)]
    for k in trial.worth(asked.wanted):
        name, reference = trial.others[k]
        if ref(name) is not node:
            yield OTHER_CELL.fix(node, ref(name), trial.distance(old, reference) - trial.kinship(old, reference))
    for k in trial.worth(-asked.wanted):
        name, reference = trial.others[k]
        if ref(name) is not node:
            yield OTHER_CELL_NEGATED.fix(node, -ref(name), trial.distance(old, reference))


def other_number(_: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """Another number was meant, the same at every point."""
    worth = asked.wanted[~np.isnan(asked.wanted)]
    short = float(f"{worth[0]:.6g}") if len(worth) else 0.0
    if short and np.all(np.abs(worth - short) <= RTOL * abs(short)):
        yield NUMBER.fix(asked.node, const(short))


def other_operator(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """Another operator between the same two, or the two exchanged; one of the two may be another cell as well."""
    node, wanted = asked.node, asked.wanted
    if node.op == "neg" and trial.fits(node.args[0], wanted):
        yield MINUS_TOO_MANY.fix(node, node.args[0])
    if len(node.args) != 2 or node.op == "pow":
        return
    left, right = node.args
    if node.op == "sub" and trial.fits(right - left, wanted):
        yield EXCHANGED.fix(node, right - left)
    for op in (op for op in BINARY if op != node.op):
        new = Expr(op, (left, right))
        if trial.fits(new, wanted):
            yield OPERATOR.fix(node, new)
            continue
        for k, arg in enumerate(node.args):
            if arg.op == "ref":
                yield from _and_other_cell(trial, asked, op, k)


def _and_other_cell(trial: FormulaAtPoints, asked: PartToRepair, op: str, k: int) -> Iterator[Fix]:
    """Another operator, and another cell as its argument ``k``."""
    node = asked.node
    with np.errstate(all="ignore"):
        need = INVERSES[op][k](trial.of(node.args[1 - k]), asked.wanted)
    for fix in other_cell(trial, PartToRepair(node.args[k], need)):
        if fix.edits[0].hint == OTHER_CELL.hint:
            new = Expr(op, (fix.expr, node.args[1]) if k == 0 else (node.args[0], fix.expr))
            edits = (Edit(OPERATOR.hint, node, Expr(op, node.args)), *fix.edits)
            yield Fix(OPERATOR.cost + fix.cost, new, edits)


def other_cell_throughout(trial: FormulaAtPoints, asked: PartToRepair) -> Iterator[Fix]:
    """One cell stands for another wherever it occurs in this part."""
    node = asked.node
    for name in dict.fromkeys(names_in(node)):
        times = occurrences(node, name)
        decides = node.op == "if_positive" and name in names_in(node.args[0])
        inside = node.op not in ARITHMETIC  # where no part can be asked for
        if times < 2 and not decides and not inside:
            continue
        times = max(times, 2) if decides or not inside else times  # an IF asks for the slope of an activation
        old = trial.slots[name]
        for other, reference in trial.others:
            new = substituted(node, ref(name), ref(other)) if other != name else node
            if new is not node and trial.fits(new, asked.wanted):
                more = trial.distance(old, reference) - trial.kinship(old, reference)
                yield Fix(OTHER_CELL.cost + more, new, OTHER_CELL.fix(ref(name), ref(other), times=times).edits)
