"""Updates that are not made as the others are, and may be right for all that: by a rate of their own, or by a decay."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from itertools import islice

import numpy as np

from xlbp.auditing.calculation.expressions import DECIDING, MOST_WAYS, decided, differences
from xlbp.auditing.calculation.outside import BY_ENGINE
from xlbp.auditing.reading.syntax import Cell, Turned
from xlbp.auditing.updates.leaves import OWN_VALUE, UNRELATED, Leaf, LeafRole
from xlbp.auditing.updates.reader import Update, UpdateReader
from xlbp.symbols.expr import Expr, names_in, topological
from xlbp.symbols.interpret import Interpreter

TRIED = (0.37, 0.71)  # numbers from which those go on that leaves are tried with
SPREAD = 0.618034  # by which they stand apart
ZERO = np.array(0.0)
LEAST_KEPT = 0.5  # of a value, by a decay
RTOL = 1e-9


class Excuses:
    """Tells for one table's updates whether what sets one apart from the usual update is no slip for sure."""

    def __init__(self, reader: UpdateReader, updates: Iterable[Update], rates: set[Cell]) -> None:
        self.reader, self.rates = reader, rates
        self._cells_of: dict[str, list[tuple[Cell, ...]]] = {}  # by parameter, those of each of its updates
        self._ways: dict[str, set[tuple[Expr, ...]]] = {}
        for update in updates:
            self._ways.setdefault(update.parameter.name, set()).add(update.exprs)
            self._cells_of.setdefault(update.parameter.name, []).append(tuple(update.cells))
        self._of_updates = {cell for own in self._cells_of.values() for cells in own for cell in cells}
        self._own: dict[tuple[Cell, str], bool] = {}

    def excuse(self, update: Update, rule: Update) -> bool:
        """Whether an update is the usual one but for a number of its own, or for a decay of its value."""
        if len(update.formulas) != len(rule.formulas):
            return False
        return self._has_own_number(update, rule) or self._decays_otherwise(update, rule)

    def _has_own_number(self, update: Update, rule: Update) -> bool:
        """Whether it differs by numbers alone: labelled rates, or such as no other formula takes."""
        for own, usual in zip(update.formulas, rule.formulas, strict=True):
            for part, usual_part in differences(own.expr, usual.expr):
                leaf, usual_leaf = own.leaf(part), usual.leaf(usual_part)
                if part.op == usual_part.op == "const" and self._keeps_to(update):
                    continue
                if leaf is None or usual_leaf is None or leaf.role not in UNRELATED or usual_leaf.role not in UNRELATED:
                    return False
                places = {own.places[leaf], usual.places[usual_leaf]}
                if not places <= self.rates and not self._is_own(own.places[leaf], update.parameter.name):
                    return False
        return True

    def _keeps_to(self, update: Update) -> bool:
        """Whether all updates of the parameter are made as this one: the number in it is a rate of its own."""
        return self._ways[update.parameter.name] == {update.exprs}

    def _is_own(self, cell: Cell, parameter: str) -> bool:
        """Whether a number stands there for the updates alone, and all updates of the parameter take it."""
        if (cell, parameter) not in self._own:
            takers = self._takers.get(cell, set())
            is_number = not self.reader.cells.is_formula(cell) and self.reader.table.step(cell) is None
            is_for_all = all(not takers.isdisjoint(cells) for cells in self._cells_of[parameter])
            self._own[cell, parameter] = is_number and takers <= self._of_updates and is_for_all
        return self._own[cell, parameter]

    @cached_property
    def _takers(self) -> dict[Cell, set[Cell]]:
        """The cells whose formulas take a cell."""
        contents = self.reader.cells.contents
        takers: dict[Cell, set[Cell]] = {}
        for taker in {*contents.formulas, *contents.arrays}:
            for argument in () if isinstance(taker[0], Turned) else self.reader.cells.arguments(taker):
                takers.setdefault(argument, set()).add(taker)
        return takers

    def _decays_otherwise(self, update: Update, rule: Update) -> bool:
        """Whether it is the usual one where its old value is 0, and keeps most of that: biases often do not decay."""
        if _gradients_of(update) != _gradients_of(rule):
            return False  # a bound, as of clipping, may hide that another's is taken
        pairs = list(zip(update.exprs, rule.exprs, strict=True))
        if any(node.op in BY_ENGINE for pair in pairs for expr in pair for node in topological(expr)):
            return False
        if not all(_is_same_at_zero(own, usual) for own, usual in pairs):
            return False
        return LEAST_KEPT < _kept(self.reader, update) <= 1 + RTOL


def without_growth(reader: UpdateReader, updates: list[Update]) -> list[Update]:
    """The updates but for those of parameters that grow by themselves, as by a decay of turned sign, if others don't.

    An update that takes an older row, as momentum does, is not called so.
    """
    by_way: dict[tuple[str, tuple[Expr, ...]], Update] = {}
    for update in updates:
        by_way.setdefault((update.parameter.name, update.exprs), update)
    growing = {name for (name, _), update in by_way.items() if _grows(reader, update)}
    return [update for update in updates if update.parameter.name not in growing] or updates


def _grows(reader: UpdateReader, update: Update) -> bool:
    takes_older = any(leaf.is_of_another_row for leaf in update.leaves())
    return not takes_older and _kept(reader, update) > 1 + RTOL


def _gradients_of(update: Update) -> set[Leaf]:
    return {leaf for leaf in update.leaves() if leaf.role is LeafRole.GRADIENT}


def _kept(reader: UpdateReader, update: Update) -> float:
    """How much of the old value an update keeps, were the gradients the same."""
    gradients = reader.layout.gradients()
    low, high = (reader.cells.changed(update.cell, {update.old_value: old}, gradients) for old in (0.0, 1.0))
    return high - low


def _is_same_at_zero(own: Expr, usual: Expr) -> bool:
    """Whether two formulas are worth the same where the old value is 0, whatever else they take, or decide by it."""
    if _decisions(own) != _decisions(usual):
        return False
    pairs = zip(islice(decided(own), MOST_WAYS), islice(decided(usual), MOST_WAYS), strict=True)
    return all(_are_same_at_zero(*pair) for pair in pairs)


def _decisions(expr: Expr) -> list[str]:
    return [node.op for node in topological(expr) if node.op in DECIDING]


def _are_same_at_zero(own: Expr, usual: Expr) -> bool:
    """The same of formulas that decide nothing."""
    names = sorted({*names_in(own), *names_in(usual)})
    for start in TRIED:
        numbers = {name: np.array(start + k * SPREAD % 1.0) for k, name in enumerate(names)} | {str(OWN_VALUE): ZERO}
        first, second = (float(Interpreter(numbers)(expr)) for expr in (own, usual))
        if not math.isclose(first, second, rel_tol=RTOL, abs_tol=1e-12):
            return False
    return True
