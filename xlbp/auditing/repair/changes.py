"""Small changes of one part of a formula: another sign, number, operator or cell.

Each is a function of a formula at several points, and of a part of it with what that needs to be worth.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlbp.auditing.calculation.expressions import negated, occurrences, substituted
from xlbp.auditing.repair.equations import INVERSES, RTOL, agree
from xlbp.auditing.repair.fixes import Edit, Fix
from xlbp.auditing.repair.formula_at_points import FormulaAtPoints, PartToRepair
from xlbp.auditing.repair.hypotheses import (
    ARGUMENT_TOO_MANY,
    COMPLEMENT,
    EXCHANGED,
    HALF_OR_TWICE,
    MEAN,
    MINUS_MISSING,
    MINUS_TOO_MANY,
    NUMBER,
    NUMBER_NEGATED,
    OPERATOR,
    OTHER_CELL,
    OTHER_CELL_NEGATED,
    TWICE_OR_HALF,
)
from xlbp.symbols.expr import Expr, const, names_in, ref, topological

BINARY = ("add", "sub", "mul", "div")
ARITHMETIC = (*BINARY, "neg", "if_positive")  # operations of whose arguments it can be asked what they should be
FACTORS = (2.0, 0.5)
OF_NO_LOSS = 0.2  # so much dearer is a number of samples that the loss does not divide by
CLASSES = tuple(map(float, range(11)))  # labels of samples
SEVERAL, ALONE = 6, 3  # digits of a number that was meant, told at several points or at one alone


def minus_missing(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """The part as it stands, but for its sign."""
    if agree(-formula.values(part.expr), part.needed):
        yield MINUS_MISSING.fix(part.expr, negated(part.expr))


def twice_or_half(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """A factor 2 or 1/2 that is too many, or that is missing."""
    expr = part.expr
    is_product = expr.op == "mul"
    factors = [arg for arg in expr.args if is_product and arg.op == "const" and arg.payload in FACTORS]
    for rest in (arg for arg in expr.args if factors and arg is not factors[0]):
        if formula.fits(rest, part.needed):
            yield TWICE_OR_HALF.fix(expr, rest)
    for factor in FACTORS:
        if agree(formula.values(expr) * factor, part.needed):
            yield HALF_OR_TWICE.fix(expr, expr * 2 if factor == 2 else expr / 2)


def mean_for_sum(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """A sum where a mean was meant, or the other way round."""
    expr, values = part.expr, formula.values(part.expr)
    for count in formula.context.counts:
        if count <= 1 or (count not in formula.context.scales and expr is not formula.expr):
            continue  # what the loss does not divide by may be the samples of a whole formula, and of no part
        more = 0.0 if count in formula.context.scales else OF_NO_LOSS
        if agree(values / count, part.needed):
            yield MEAN.fix(expr, expr / const(count), more)
        if agree(values * count, part.needed):
            yield MEAN.fix(expr, expr * const(count), more)


def complement(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """A gate where what it leaves was meant, 1 - z, or the other way round; a number that is typed is no gate."""
    if part.expr.op == "ref" and agree(1 - formula.values(part.expr), part.needed) and formula.is_computed(part.expr):
        yield COMPLEMENT.fix(part.expr, 1 - part.expr)
    elif part.expr.op == "sub" and part.expr.args[0] is const(1) and formula.fits(part.expr.args[1], part.needed):
        yield COMPLEMENT.fix(part.expr, part.expr.args[1])


def argument_too_many(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """One of two arguments was meant alone."""
    if part.expr.op in BINARY and len(part.expr.args) == 2:
        for arg in part.expr.args:
            if arg.op != "const" and formula.fits(arg, part.needed):
                yield ARGUMENT_TOO_MANY.fix(part.expr, arg)


def other_cell(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """Another cell was meant."""
    old = formula.slots[str(part.expr.payload)]
    for more, name in formula.candidates_worth(part.needed, old, counts_kin=True):
        if ref(name) is not part.expr:
            yield OTHER_CELL.fix(part.expr, ref(name), more)
    for more, name in formula.candidates_worth(-part.needed, old, counts_kin=False):
        if ref(name) is not part.expr:
            yield OTHER_CELL_NEGATED.fix(part.expr, -ref(name), more)


def other_number(_: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """Another number was meant, the same at every point."""
    numbers = part.needed[~np.isnan(part.needed)]
    digits = SEVERAL if len(numbers) > 1 else ALONE
    short = float(f"{numbers[0]:.{digits}g}") if len(numbers) else 0.0
    if short and np.all(np.abs(numbers - short) <= RTOL * abs(short)):
        is_negated = short > 0 and part.expr.op == "const" and part.expr.payload == -short
        yield (NUMBER_NEGATED if is_negated else NUMBER).fix(part.expr, const(short))


def other_class(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """An IF asks for another class or label than was meant."""
    condition, *branches = part.expr.args if part.expr.op == "if_positive" else (const(0),)
    for node in topological(condition):
        for label in CLASSES if node.op == "const" and node.payload in CLASSES else ():
            new = Expr("if_positive", (substituted(condition, node, const(label)), *branches))
            if label != node.payload and formula.fits(new, part.needed):
                yield Fix(NUMBER.cost, new, (Edit(NUMBER.sort, node, const(label)),))


def other_operator(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """Another operator between the same two, or the two exchanged; one of the two may be another cell as well."""
    expr, needed = part.expr, part.needed
    if expr.op == "neg" and formula.fits(expr.args[0], needed):
        yield MINUS_TOO_MANY.fix(expr, expr.args[0])
    if len(expr.args) != 2 or expr.op == "pow":
        return
    left, right = expr.args
    if expr.op == "sub" and formula.fits(right - left, needed):
        yield EXCHANGED.fix(expr, right - left)
    for op in BINARY:
        if op == expr.op:
            continue
        new = Expr(op, (left, right))
        if formula.fits(new, needed):
            yield OPERATOR.fix(expr, new)
            continue
        for k, arg in enumerate(expr.args):
            if arg.op == "ref":
                yield from _and_other_cell(formula, part, op, k)


def _and_other_cell(formula: FormulaAtPoints, part: PartToRepair, op: str, k: int) -> Iterator[Fix]:
    """Another operator, and another cell as its argument ``k``."""
    args = part.expr.args
    with np.errstate(all="ignore"):
        needed = INVERSES[op][k](formula.values(args[1 - k]), part.needed)
    for fix in other_cell(formula, PartToRepair(args[k], needed)):
        if fix.edits[0].sort is OTHER_CELL.sort:
            new = Expr(op, (fix.expr, args[1]) if k == 0 else (args[0], fix.expr))
            edits = (Edit(OPERATOR.sort, part.expr, Expr(op, args)), *fix.edits)
            yield Fix(OPERATOR.cost + fix.cost, new, edits)


def other_cell_throughout(formula: FormulaAtPoints, part: PartToRepair) -> Iterator[Fix]:
    """One cell stands for another wherever it occurs in this part."""
    for name, count in occurrences(part.expr).items():
        times = _times(part.expr, name, count)
        if times:
            yield from _exchanged_throughout(formula, part, name, times)


def _times(expr: Expr, name: str, count: int) -> int:
    """How often a leaf counts as exchanged in a part; 0 where its own place can be asked what it should be."""
    decides = expr.op == "if_positive" and name in names_in(expr.args[0])
    is_call = expr.op not in ARITHMETIC  # where no part can be asked for
    if decides or (count >= 2 and not is_call):
        return max(count, 2)  # an IF asks for the slope of an activation
    return count if count >= 2 or is_call else 0


def _exchanged_throughout(formula: FormulaAtPoints, part: PartToRepair, name: str, times: int) -> Iterator[Fix]:
    old = formula.slots[name]
    for other, reference in formula.fitting_instead(part.expr, name, part.needed):
        new = substituted(part.expr, ref(name), ref(other))
        if other != name:
            more = formula.distance(old, reference) - formula.kinship(old, reference)
            yield Fix(OTHER_CELL.cost + more, new, OTHER_CELL.fix(ref(name), ref(other), times=times).edits)
