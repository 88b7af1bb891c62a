"""Damages to plant in a book on purpose: what to type over which formula, and which lights notice it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.watch import LEARNED, MOST_COMPUTED
from xlbp.workbook.page.facts import Array, Facts
from xlbp.workbook.sheets.check import checked_parameters

VISIBLE = 1e-3  # of a column's largest number: a change that no light overlooks
LONGEST = 120  # characters of a formula that a reader is to type
NUMBER, FACTOR, ROW = "number", "factor", "row"  # kinds of damage
FIRST, LATER = 0, 2  # iterations: where gradients are checked in a new book, and one that has two rows above it


@dataclass(frozen=True)
class Damage:
    """One damage: the cell of the training sheet, what is typed, the formula that belongs there, who notices.

    The first line of the front sheet notices every damage; whether the gradient check at iteration 0 fails, and
    whether the column's total differs from NumPy's (None where it can't), is told here.
    """

    kind: str
    column: str  # the name of the quantity
    symbol: str
    iteration: int
    cell: str
    typed: str
    formula: str
    fails_check: bool
    fails_total: bool


def damages(contents: Contents, facts: Facts) -> list[Damage]:
    """A number over a formula, a factor or sign of a gradient lost, a formula that looks at the wrong row."""
    if not contents.layout.watched or contents.layout.iterations < LATER:
        return []
    made = (_number(contents, facts), _factor(contents, facts), _row(contents, facts))
    return [damage for damage in made if damage is not None]


def _number(contents: Contents, facts: Facts) -> Damage | None:
    """0 over the first forward quantity of iteration 2 that is far from 0."""
    own = facts.trials.own
    for column in contents.program.columns:
        if column.phase == "forward" and _is_visible(own[column.name], LATER, 0.0):
            return _damage(contents, facts, NUMBER, column, LATER, "0", fails_check=False)
    return None


def _factor(contents: Contents, facts: Facts) -> Damage | None:
    """The gradient of a checked parameter at iteration 0 without its last factor, or with its sign turned."""
    columns = {column.name: column for column in contents.program.columns}
    write = contents.layout.writer()
    for parameter in checked_parameters(contents):
        column = columns[contents.gradient(parameter)]
        spoiled = _spoiled(column.expr)
        formula = write(spoiled).replace("{r}", str(contents.layout.first_row))
        value = _worth(spoiled, facts)
        if (
            len(formula) <= LONGEST
            and math.isfinite(value)
            and _is_visible(facts.trials.own[column.name], FIRST, value)
        ):
            return _damage(contents, facts, FACTOR, column, FIRST, f"={formula}", fails_check=True)
    return None


def _spoiled(expr: Expr) -> Expr:
    """A product without its last factor; of what is no product the opposite."""
    if expr.op == "mul":
        return expr.args[0] if len(expr.args) == 2 else Expr("mul", expr.args[:-1], expr.payload)
    return -expr


def _row(contents: Contents, facts: Facts) -> Damage | None:
    """A parameter of iteration 2 that is taken from iteration 0, not from the row above."""
    own = facts.trials.own
    for name in contents.template.parameter_order:
        column = next(column for column in contents.program.columns if column.name == name)
        updated = contents.quantity(name).updated
        if column.expr.op == "prev" and _is_visible(own[name], LATER, float(own[updated][0])):
            formula = f"={get_column_letter(contents.layout.columns[updated])}{contents.layout.first_row}"
            return _damage(contents, facts, ROW, column, LATER, formula, fails_check=False)
    return None


def _damage(
    contents: Contents, facts: Facts, kind: str, column: Column, iteration: int, typed: str, fails_check: bool
) -> Damage | None:
    """The record; None where nothing computes the cell once more, so that a formula in it passes for the right one."""
    layout = contents.layout
    cells = (layout.iterations + 1) * len(contents.program.columns)
    if kind != NUMBER and not (cells <= MOST_COMPUTED or column.phase in LEARNED):
        return None
    row = layout.row_of(iteration)
    pattern = layout.writer()(column.at(iteration))
    formula = "=" + pattern.replace("{r}", str(row)).replace("{p}", str(row - 1))
    total = facts.totals[column.name]
    fails_total = math.isfinite(total.total) and not total.driven
    cell, symbol = layout.cell(column.name, iteration), contents.symbol(column.name)
    return Damage(kind, column.name, symbol, iteration, cell, typed, formula, fails_check, fails_total)


def _is_visible(values: Array, iteration: int, other: float) -> bool:
    """Whether another number there is far enough from the right one, beside the column's largest number."""
    finite = np.abs(values[np.isfinite(values)])
    if not finite.size or not np.isfinite(values[iteration]):
        return False
    return abs(float(values[iteration]) - other) > VISIBLE * max(float(finite.max()), VISIBLE)


def _worth(expr: Expr, facts: Facts) -> float:
    """What an expression is worth in the first row of the template's own training."""
    numbers: Mapping[str, Array] = {
        name: np.asarray(facts.trials.own[name][0] if name in facts.trials.own else facts.own[name])
        for name in names_in(expr)
    }
    with np.errstate(all="ignore"):
        return float(Interpreter(numbers)(expr))
