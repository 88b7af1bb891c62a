"""The formulas of a pass: what only one of them uses is computed inside of that, and has no cell of its own.

A class's books have thousands of passes of hundreds of quantities, which every program computes again at each key.
The order of the operations stays, and so does every number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial

from xlbp.classroom.exercise.slopes import Slope, slope_of, with_other
from xlbp.symbols.expr import Expr, ref
from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import LONG, SPREADSHEET, Infix, Shape

LARGEST = 40  # numbers and names in a formula, some 800 characters


class Steps:
    """What there is between each derivative's node and its target, worked out once for all who ask for it."""

    def __init__(self, contents: Contents) -> None:
        self.columns = {column.name: column for column in contents.program.columns}
        self.slope = cache(partial(slope_of, contents))
        self.of = cache(lambda name: steps_of(self.slope(name), self.columns))


def steps_of(slope: Slope, columns: Mapping[str, Column]) -> dict[str, Expr]:
    """What is computed between the moved quantity and the target, in the order of the row, the target last."""
    steps = {name: _of_row(slope.expression(columns[name])) for name in slope.between}
    uses: dict[str, list[tuple[str, bool]]] = {name: [] for name in steps}  # by whom, and whether it fits in there
    sizes = dict.fromkeys(steps, 0)
    for user, expr in steps.items():
        for used, fits in _leaves(expr):
            sizes[user] += 1
            uses.setdefault(used, []).append((user, fits))
    for name in slope.between:
        (user, fits), *others = uses[name] or [(name, False)]
        size = sizes[user] + sizes[name] - 1
        if fits and not others and name != slope.target and size <= LARGEST:
            steps[user] = with_other(steps[user], name, steps.pop(name))
            sizes[user] = size
    return steps


def _of_row(expr: Expr) -> Expr:
    """Forward quantities refer to their own row only; an identity is a reference."""
    return expr if expr.args or expr.op != "prev" else ref(str(expr.payload))


def _leaves(expr: Expr, fits: bool = True) -> Iterator[tuple[str, bool]]:
    """The names and numbers that a formula writes, and whether an expression can stand in the place of each."""
    if not expr.args:
        yield str(expr.payload), fits and expr.op == "ref"
    for arg in expr.args:
        yield from _leaves(arg, fits and _writes_once(expr))


def _writes_once(expr: Expr) -> bool:
    """Whether each argument is written once, and needs no cell to be part of a range."""
    if expr.op == "add":
        return len(expr.args) <= LONG
    rule = SPREADSHEET.get(expr.op)
    if isinstance(rule, Shape):
        return expr.op != "pow" and all(rule.pattern.count(f"{{{n}}}") == 1 for n in range(len(expr.args)))
    return isinstance(rule, Infix)
