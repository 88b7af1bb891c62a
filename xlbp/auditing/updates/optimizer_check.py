"""Optimizers against their papers: what moves the parameters in the sheet's own numbers, row after row.

The averages that an update is made from say which optimizer it is: one of the gradient is momentum, one of its
square RMSProp or AdaGrad, both are Adam.  The steps taken are compared with the paper's and with those of known
slips; what fits neither is left alone, as there are more optimizers than these.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from xlbp.auditing import findings as kinds
from xlbp.auditing.claims.headings import NOT_CORRECTED, OPTIMIZERS, is_loss
from xlbp.auditing.explanations import Reason, explained, said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref, Turned, address, moved
from xlbp.auditing.updates.averages import Average, AverageOf, averages, correction
from xlbp.auditing.updates.epsilon import epsilon_inside
from xlbp.auditing.updates.optimizer_papers import (
    ADAM,
    ADAM_SLIPS,
    MOMENTUM,
    MOMENTUM_SLIPS,
    RMSPROP,
    RMSPROP_SLIPS,
    UNCORRECTED_ADAM,
    RowNumbers,
    Rule,
    Step,
    Where,
    over,
)
from xlbp.auditing.updates.reader import Update, UpdateReader

TOLERANCE = 1e-3  # an epsilon beside a root makes a difference
EXACT = 1e-6
MOST_ROWS = 12
TRIED = ((0.7, 0.3, 0.5), (-0.4, 0.9, 0.2))  # a gradient, and the averages before, to try a formula with
MOSTLY = 0.8  # of the rows must be moved by a rule
EPSILON = "1E-8"


def _is_average(average: Average) -> bool:
    """Whether the old and the new share add up to 1; of squares the old one is often 0.999."""
    return 0 < average.decay < 1 - EXACT and abs(average.decay + average.share - 1) <= EXACT


@dataclass
class OptimizerVerdict:
    """Where the averages are made or used otherwise than in the optimizer's paper."""

    findings: list[Finding] = field(default_factory=list)
    uncorrected: list[str] = field(default_factory=list)  # parameters of Adam without its correction, meant or not


def check_optimizers(reader: UpdateReader, updates: list[Update], rates: set[Cell]) -> OptimizerVerdict:
    """Hold each parameter's updates against the papers."""
    verdict = OptimizerVerdict()
    for parameter in reader.layout.parameters:
        own = [update for update in updates if update.parameter is parameter and update.step > 0]
        if own:
            check = OptimizerCheck(reader, own, rates)
            finding = check.departure()
            verdict.findings += [finding] if finding is not None else []
            verdict.uncorrected += [parameter.name] if check.may_be_uncorrected else []
    return verdict


def is_as_in_paper(reader: UpdateReader, updates: list[Update], rates: set[Cell]) -> bool:
    """Whether updates that are alike are those of an optimizer, as its paper has them."""
    parameter = updates[0].parameter
    own = [update for update in updates if update.parameter is parameter]
    return OptimizerCheck(reader, own, rates).is_as_in_paper()


class OptimizerCheck:
    """The optimizer of one parameter: ``m`` averages its gradients, ``v`` their squares."""

    def __init__(self, reader: UpdateReader, updates: list[Update], rates: set[Cell]) -> None:
        self.reader, self.updates = reader, updates
        self.cells, self.layout, self.table = reader.cells, reader.layout, reader.table
        self.update = updates[0]
        by_function: dict[AverageOf | None, Average] = {}
        for average in averages(reader, self.update):
            by_function.setdefault(average.of, average)
        self.m = by_function.get(AverageOf.GRADIENT)
        self.v = by_function.get(AverageOf.SQUARE)
        self.of_absolutes = by_function.get(AverageOf.ABSOLUTE)
        self.is_of_unknown = None in by_function  # as AMSGrad's largest average of squares
        self.is_of_others = self.is_of_unknown or self.of_absolutes is not None
        reached = set(self.cells.below((self.update.cell,), reader.is_claimed))
        self.rate_cell = next((cell for cell in sorted(rates) if cell in reached), None)
        self.may_be_uncorrected = False  # known once its departure was looked for

    def is_as_in_paper(self) -> bool:
        """Whether the averages are made, and the steps taken, as momentum, RMSProp, AdaGrad or Adam have them."""
        m, v = self.m, self.v
        if self.is_of_others or not (m or v):
            return False
        if v and not (_is_average(v) or (not m and abs(v.decay - 1) < TOLERANCE and abs(v.share - 1) < TOLERANCE)):
            return False
        if m and v:
            return _is_average(m) and epsilon_inside(self.cells, self.table, self.updates) is None and self._moves(ADAM)
        if m:
            return 0 < m.decay < 1 - TOLERANCE and self._moves(MOMENTUM, math.copysign(1.0, m.share))
        return self._moves(RMSPROP)

    def _moves(self, paper: Rule, sign: float = 1.0) -> bool:
        """Whether all steps are the paper's times one rate, downhill, which is the sheet's where one is labelled so."""
        for update in (self.updates[0], self.updates[-1]):
            taken = [self._rate_taken(update, paper, *numbers) for numbers in TRIED]
            rate = taken[0] if self.rate_cell is None else self._rate(update)
            if not rate * sign > 0 or not all(abs(each - rate) <= TOLERANCE * abs(rate) for each in taken):
                return False
        return True

    def _rate_taken(self, update: Update, paper: Rule, g: float, m0: float, v0: float) -> float:
        """The step that is taken, as a multiple of the paper's, were the gradient and the averages these numbers.

        The sheet's own numbers prove nothing where another parameter's slip has made errors of them.
        """
        numbers = {update.old_value: 0.0, update.gradient: g}
        m, v, down = math.nan, math.nan, update.step - self.update.step
        if self.m is not None:
            numbers[moved(self.m.cell, down - 1, 0)], m = m0, self.m.decay * m0 + self.m.share * g
        if self.v is not None:
            numbers[moved(self.v.cell, down - 1, 0)], v = v0, self.v.decay * v0 + self.v.share * g * g
        b1, b2 = (average.decay if average else math.nan for average in (self.m, self.v))
        step = paper.step(RowNumbers(g, m, v, m0, v0, b1, b2, update.step + 1))
        return over(-self.cells.changed(update.cell, numbers), step)

    def departure(self) -> Finding | None:
        """What is not as in the paper; None where all is, or where it is another optimizer."""
        if self.rate_cell is None:
            return None
        if self.m and self.of_absolutes and not self.v:
            return self._wrong_average(self.of_absolutes, "adam_absolutes")
        if self.m and self.v:
            return None if self.is_of_unknown else self._of_both(self.m, self.v)
        if self.v:
            return self._of_squares(self.v)
        return self._of_gradients(self.m) if self.m else None

    def _of_both(self, m: Average, v: Average) -> Finding | None:
        """What is wrong with Adam."""
        if abs(m.share) > 0 and abs(v.share + v.decay - 1) > TOLERANCE:
            return self._wrong_average(v, "share_of_squares")
        if abs(abs(m.share) + m.decay - 1) > TOLERANCE and self._share(ADAM.step) > MOSTLY:
            return self._wrong_average(m, "share_of_gradients")
        return epsilon_inside(self.cells, self.table, self.updates) or self._judged(ADAM, ADAM_SLIPS)

    def _of_squares(self, v: Average) -> Finding | None:
        """What is wrong with RMSProp or AdaGrad."""
        if self._is_called("adagrad") and abs(v.decay - 1) > TOLERANCE:
            reason = said(kinds.OPTIMIZER, "adagrad_forgets", cell=address(v.cell, v.cell[0]), decay=v.decay)
            return self._finding(self.update.cell, "", reason, 1.0)
        if self._is_called("rmsprop") and abs(v.decay - 1) < TOLERANCE:
            return self._wrong_average(v, "rmsprop_sums")
        return self._judged(RMSPROP, RMSPROP_SLIPS)

    def _of_gradients(self, m: Average) -> Finding | None:
        """What is wrong with momentum."""
        if self._is_under_root(m):
            return self._wrong_average(m, "root_of_gradients")
        return self._judged(MOMENTUM, MOMENTUM_SLIPS) if abs(m.decay) < 1 else None

    def _is_under_root(self, m: Average) -> bool:
        """Whether the step is divided by the root of an average, told by putting other numbers in its place."""

        def step(average: float) -> float:
            numbers = {self.update.old_value: 0.0, self.update.gradient: 1.0, m.cell: average}
            return self.cells.changed(self.update.cell, numbers)

        of_one, of_four = step(1.0), step(4.0)
        return bool(of_one) and abs(of_four / of_one - 0.5) < TOLERANCE

    def _is_called(self, name: str) -> bool:
        """Whether the sheet or one of its headings names the optimizer."""
        texts = [self.layout.sheet, *self.table.headings.values()]
        return any(OPTIMIZERS[name].search(text) for text in texts)

    def _means_adam(self) -> bool:
        """Whether the book says that it is Adam, or holds corrected averages, and not that none are meant."""
        return (self._says(OPTIMIZERS["adam"]) or self._holds_corrected()) and not self._says(NOT_CORRECTED)

    def _says(self, words: re.Pattern[str]) -> bool:
        """Whether a sheet of the book is named so, or has such a text."""
        contents = self.cells.contents
        return any(words.search(text) for sheet in contents.sheets for text in (sheet, *contents.texts(sheet).values()))

    def _holds_corrected(self) -> bool:
        """Whether a column beside the update is what its averages are when corrected."""
        numbers = self._numbers(self.update)
        row = (self.table.cell(column, self.update.step) for column in self.table.computing)
        values = [self.cells.value(cell) for cell in row if cell not in self.update.cells]
        corrected = (numbers.m_hat(), numbers.v_hat())
        return any(value and abs(value - each) <= TOLERANCE * abs(each) for value in values for each in corrected)

    def _judged(self, paper: Rule, slips: tuple[Rule, ...]) -> Finding | None:
        """What is wrong, if the rows are not moved as in the paper, but by one of the slips."""
        if self._share(paper.step) > MOSTLY:
            return None
        for slip in slips:
            if self._share(slip.step) <= MOSTLY:
                continue
            if slip is UNCORRECTED_ADAM and not self._means_adam():
                self.may_be_uncorrected = not self._says(NOT_CORRECTED)
                return None
            return self._slip(slip, paper)
        if is_loss(self.layout.loss_name) and self._share(lambda row: -paper.step(row)) > MOSTLY:
            return self._uphill()
        return None

    def _share(self, step: Step) -> float:
        """The share of rows whose step is the rule's."""
        judged = [self._fits(update, step) for update in self.updates[:: max(1, len(self.updates) // MOST_ROWS)]]
        fits = [fit for fit in judged if fit is not None]
        return sum(fits) / len(fits) if fits else 0.0

    def _fits(self, update: Update, step: Step) -> bool | None:
        """Whether the parameter is moved as the rule says; None where it is not moved at all."""
        expected, taken = self._rate(update) * step(self._numbers(update)), self._taken(update)
        if not math.isfinite(taken) or taken == 0:
            return None
        return abs(taken - expected) <= TOLERANCE * abs(taken)

    def _taken(self, update: Update) -> float:
        """By how much the parameter is lowered."""
        return self.cells.value(update.old_value) - self.cells.value(update.cell)

    def _rate(self, update: Update) -> float:
        """The learning rate in this row; where the velocity has it in it already, 1."""
        assert self.rate_cell is not None
        if self.m and not self.v and abs(self.m.share) not in (1.0, 1 - self.m.decay):
            rate = self.cells.value(self.rate_cell)
            if abs(abs(self.m.share) - abs(rate)) <= TOLERANCE * abs(rate):
                return math.copysign(1.0, self.m.share)
        in_table = self.table.step(self.rate_cell) is not None
        return self.cells.value(self.table.cell(self.rate_cell[2], update.step) if in_table else self.rate_cell)

    def _numbers(self, update: Update) -> RowNumbers:
        """The numbers of a row, as the papers call them."""
        down = update.step - self.update.step

        def value(average: Average | None, shift: int = 0) -> float:
            return average.value(self.cells, down + shift) if average else math.nan

        g = self.cells.value(update.gradient)
        b1, b2 = (average.decay if average else math.nan for average in (self.m, self.v))
        m0, v0 = value(self.m, -1), value(self.v, -1)
        return RowNumbers(g, value(self.m), value(self.v), m0, v0, b1, b2, update.step + 1)

    def _slip(self, slip: Rule, paper: Rule) -> Finding:
        """The finding for one of the known slips."""
        average = {Where.M_HAT: self.m, Where.V_HAT: self.v}.get(slip.where)
        corrected = self._correction(average) if average else None
        cell = corrected or self.update.cell
        shift = self._first_row(cell)
        text = self._corrected(average, shift) if corrected and average else self._update_text(paper, shift)
        taken = self._taken(self.update)
        expected = self._rate(self.update) * paper.step(self._numbers(self.update))
        error = abs(taken - expected) / max(abs(taken), abs(expected), 1e-300)
        return self._finding(cell, text, said(kinds.OPTIMIZER, slip.key), error)

    def _correction(self, average: Average) -> Cell | None:
        """The cell that corrects this average alone."""
        others = {other.cell for other in (self.m, self.v) if other is not None and other is not average}
        return correction(self.reader, self.update, average, others)

    def _uphill(self) -> Finding:
        """The finding for a step that the paper takes the other way."""
        paper = self._paper()
        text = self._update_text(paper, self._first_row(self.update.cell))
        return self._finding(self.update.cell, text, said(kinds.SIGN, "parameter_uphill"), 2.0)

    def _paper(self) -> Rule:
        """The optimizer that has these averages."""
        if not self.v:
            return MOMENTUM
        return ADAM if self.m else RMSPROP

    def _wrong_average(self, average: Average, key: str) -> Finding:
        shift = self._first_row(average.cell) if self._begins_alike(average) else 0
        return self._finding(average.cell, "", said(kinds.OPTIMIZER, key), 1.0, shift)

    def _begins_alike(self, average: Average) -> bool:
        """Whether the first row makes of its gradient what the later ones add of theirs."""
        first = moved(average.cell, -self.update.step, 0)
        before, gradient = moved(average.cell, -1, 0), self.update.parameter.places[0].gradient
        for g, *_ in TRIED:
            begun = self.cells.changed(first, {gradient: g})
            added = self.cells.changed(average.cell, {self.update.gradient: g, before: 0.0})
            if abs(begun - added) > TOLERANCE * abs(added):
                return False
        return True

    def _finding(self, cell: Cell, text: str, reason: Reason, error: float, shift: int | None = None) -> Finding:
        """The finding, from the first row of the cell's column on, or from that which is so far from the cell."""
        sheet, row, column = cell
        shift = self._first_row(cell) if shift is None else shift
        rows = [(sheet, row + shift + k, column) for k in range(len(self.updates) - shift)]
        every = [each for each in rows if self.cells.is_formula(each)] or [cell]
        stands = self.cells.formula(every[0]) or ""
        kind = reason.mistake.audited
        return Finding(kind, every[0], stands, text, reason, error, every, ("optimizer", explained(reason)))

    def _first_row(self, cell: Cell) -> int:
        """How far the first step's cell of this column is from that of the update looked at, as far as it computes."""
        first = (cell[0], cell[1] - self.update.step, cell[2])
        return -self.update.step if self.cells.compiled(first) else 0

    def _update_text(self, paper: Rule, shift: int) -> str:
        """The paper's update, for the row that far from the update looked at."""
        assert self.rate_cell is not None
        rate, value = self._address(self.rate_cell, shift), self._address(self.update.old_value, shift)
        if paper is MOMENTUM:
            assert self.m is not None
            velocity = self._address(self.m.cell, shift)
            return f"={value}-{rate}*{velocity}" if abs(self._rate(self.update)) != 1 else f"={value}-{velocity}"
        assert self.v is not None
        if paper is RMSPROP:
            gradient, squares = self._address(self.update.gradient, shift), self._address(self.v.cell, shift)
            return f"={value}-{rate}*{gradient}/(SQRT({squares})+{EPSILON})"
        assert self.m is not None
        first, second = self._corrected(self.m, shift)[1:], self._corrected(self.v, shift)[1:]
        return f"={value}-{rate}*{first}/(SQRT({second})+{EPSILON})"

    def _corrected(self, average: Average, shift: int) -> str:
        """The formula of an average's correction."""
        function = "COLUMN" if isinstance(self.table.sheet, Turned) else "ROW"
        count = f"({function}()-{self.table.first - 1})"
        return f"={self._address(average.cell, shift)}/(1-{self._beta(average)}^{count})"

    def _address(self, cell: Cell, shift: int) -> str:
        """How the row that far from the update looked at writes a cell: of the table its own, others held by ``$``."""
        if self.table.step(cell) is None:
            return Ref.held(cell, self.update.cell).text(cell)
        return address((cell[0], cell[1] + shift, cell[2]), self.update.cell[0])

    def _beta(self, average: Average) -> str:
        """The cell that holds an average's decay, or its number."""
        for cell in self.cells.arguments(average.cell):
            if abs(self.cells.value(cell) - average.decay) < 1e-12 and self.table.step(cell) is None:
                return self._address(cell, 0)
        return f"{average.decay:g}"
