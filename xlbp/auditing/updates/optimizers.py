"""Optimizers against their papers: what moves the parameters in the sheet's own numbers, row after row.

The averages that an update is made from say which optimizer it is: one of the gradient is momentum, one of its
square RMSProp or AdaGrad, both are Adam.  The steps taken are compared with the paper's and with those of known
departures from it; what fits neither is left alone, as there are more optimizers than these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import OPTIMIZERS, is_loss
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref, Turned, address
from xlbp.auditing.updates.averages import ABSOLUTE, LINEAR, SQUARE, Average, averages, between
from xlbp.auditing.updates.moves import Move, Moves
from xlbp.auditing.updates.papers import (
    ADAM,
    ADAM_DEPARTURES,
    MOMENTUM,
    MOMENTUM_DEPARTURES,
    RMSPROP,
    RMSPROP_DEPARTURES,
    Row,
    Rule,
    Step,
)

CLOSE = 1e-3  # an epsilon beside a root makes a difference
MOST_ROWS = 12
EPSILON = "1E-8"


def departures(cells: Cells, layout: Layout, reader: Moves, moves: list[Move], rates: set[Cell]) -> Iterator[Finding]:
    """Where the averages are made or used otherwise than in the optimizer's paper."""
    for parameter in layout.parameters:
        mine = [move for move in moves if move.parameter is parameter and move.step > 0]
        if mine:
            finding = Optimizer(cells, layout, reader, mine, rates).departure()
            if finding is not None:
                yield finding


class Optimizer:
    """The optimizer of one parameter."""

    def __init__(self, cells: Cells, layout: Layout, reader: Moves, moves: list[Move], rates: set[Cell]) -> None:
        self.cells, self.layout, self.reader, self.moves = cells, layout, reader, moves
        self.move = moves[0]
        found = list(averages(cells, reader, self.move))
        self.m = next((a for a in found if a.of == LINEAR), None)
        self.v = next((a for a in found if a.of == SQUARE), None)
        self.odd = next((a for a in found if a.of == ABSOLUTE), None)
        reached = set(cells.below((self.move.update,), lambda c: False))
        self.rate_cell = next((c for c in sorted(rates) if c in reached), None)

    def departure(self) -> Finding | None:
        """What is not as in the paper; None where all is, or where it is another optimizer."""
        if self.rate_cell is None:
            return None
        if self.m and self.odd and not self.v:
            return self._wrong_average(self.odd, "Adam's second average is one of squares: g*g, not |g|")
        if self.m and self.v:
            if abs(self.m.share) > 0 and abs(self.v.share + self.v.decay - 1) > CLOSE:
                return self._wrong_average(
                    self.v, "an average of squares takes 1-beta of the new one: beta*v+(1-beta)*g*g"
                )
            return self._judged(ADAM, ADAM_DEPARTURES)
        if self.v:
            return self._of_squares(self.v)
        return self._of_gradients(self.m) if self.m else None

    def _of_squares(self, v: Average) -> Finding | None:
        if self._is_called("adagrad") and abs(v.decay - 1) > CLOSE:
            words = (
                f"AdaGrad sums all squared gradients; {address(v.cell, v.cell[0])} forgets them "
                f"with a decay of {v.decay:g}, which is RMSProp"
            )
            return self._wrong_average(v, words, self.move.update)
        if self._is_called("rmsprop") and abs(v.decay - 1) < CLOSE:
            return self._wrong_average(v, "RMSProp forgets old squares: beta*v+(1-beta)*g*g; a sum of all is AdaGrad")
        return self._judged(RMSPROP, RMSPROP_DEPARTURES)

    def _of_gradients(self, m: Average) -> Finding | None:
        if self._is_under_root(m):
            return self._wrong_average(m, "the average under the root is one of squared gradients: g*g, not g")
        if abs(m.decay) < 1:
            return self._judged(MOMENTUM, MOMENTUM_DEPARTURES)
        return None

    def _is_under_root(self, m: Average) -> bool:
        """Whether the step is divided by the root of an average, told by putting other numbers in its place."""
        place = self.move.parameter.places[self.move.step]
        before, gradient = place.cell, place.gradient
        given = {before: 0.0, gradient: 1.0}
        one, four = (self.cells.changed(self.move.update, {**given, m.cell: x}) for x in (1.0, 4.0))
        return bool(one) and abs(four / one - 0.5) < CLOSE

    def _is_called(self, name: str) -> bool:
        words = [self.layout.sheet, *(self.layout.table.headings.values() if self.layout.table else ())]
        return any(OPTIMIZERS[name].search(text) for text in words)

    def _judged(self, paper: Rule, departing: tuple[Rule, ...]) -> Finding | None:
        if self._share(paper.step) > 0.8:
            return None
        for rule in departing:
            if self._share(rule.step) > 0.8:
                return self._finding(rule, paper)
        if is_loss(self.layout.loss_name) and self._share(lambda r: -paper.step(r)) > 0.8:
            return self._uphill()
        return None

    def _share(self, step: Step) -> float:
        """The share of rows whose step is the rule's."""
        fits = [self._fits(move, step) for move in self.moves[:: max(1, len(self.moves) // MOST_ROWS)]]
        known = [fit for fit in fits if fit is not None]
        return sum(known) / len(known) if known else 0.0

    def _fits(self, move: Move, step: Step) -> bool | None:
        wanted, taken = self._rate(move) * step(self._row(move)), self._taken(move)
        if not math.isfinite(taken) or taken == 0:
            return None
        return abs(taken - wanted) <= CLOSE * abs(taken)

    def _taken(self, move: Move) -> float:
        """By how much the parameter is lowered."""
        return self.cells.value(move.parameter.places[move.step].cell) - self.cells.value(move.update)

    def _rate(self, move: Move) -> float:
        """The learning rate in this row; where the velocity has it in it already, 1."""
        assert self.rate_cell is not None
        if self.m and not self.v and abs(self.m.share) not in (1.0, 1 - self.m.decay):
            rate = self.cells.value(self.rate_cell)
            if abs(abs(self.m.share) - abs(rate)) <= CLOSE * abs(rate):
                return math.copysign(1.0, self.m.share)
        table = self.reader.table
        cell = self.rate_cell
        return self.cells.value(cell if table.step(cell) is None else table.cell(cell[2], move.step))

    def _row(self, move: Move) -> Row:
        down = move.step - self.move.step

        def at(average: Average | None, shift: int = 0) -> float:
            return average.at(self.cells, down + shift) if average else math.nan

        g = self.cells.value(move.parameter.places[move.step].gradient)
        b1, b2 = (a.decay if a else math.nan for a in (self.m, self.v))
        return Row(g, at(self.m), at(self.v), at(self.m, -1), at(self.v, -1), b1, b2, move.step + 1)

    def _finding(self, rule: Rule, paper: Rule) -> Finding:
        average = self.m if rule.at == "m̂" else self.v if rule.at == "v̂" else None
        others = {a.cell for a in (self.m, self.v) if a is not None and a is not average}
        cell = between(self.cells, self.reader.table, self.move, average, others) if average else None
        down = self._first_row(cell or self.move.update)
        text = self._corrected(average, down) if cell and average else self._update(paper, down)
        now, right = self._taken(self.move), self._rate(self.move) * paper.step(self._row(self.move))
        error = abs(now - right) / max(abs(now), abs(right), 1e-300)
        return self._told(cell or self.move.update, text, rule.words, error)

    def _uphill(self) -> Finding:
        text = self._update(MOMENTUM if not self.v else ADAM if self.m else RMSPROP, self._first_row(self.move.update))
        finding = self._told(self.move.update, text, "the parameter is moved uphill, which makes the loss larger", 2.0)
        finding.kind, finding.change = kinds.SIGN, ("optimizer", "uphill")
        return finding

    def _wrong_average(self, average: Average, words: str, cell: Cell | None = None) -> Finding:
        return self._told(cell or average.cell, "", words, 1.0)

    def _told(self, cell: Cell, text: str, words: str, error: float) -> Finding:
        """The finding, from the first row of the cell's column on."""
        shift = self._first_row(cell)
        every = [(cell[0], cell[1] + shift + k, cell[2]) for k in range(len(self.moves) - shift)]
        every = [c for c in every if self.cells.is_formula(c)] or [cell]
        return Finding(
            kinds.OPTIMIZER,
            every[0],
            self.cells.formula(every[0]) or "",
            text,
            words,
            error,
            every,
            ("optimizer", words),
        )

    def _first_row(self, cell: Cell) -> int:
        """How far the first step's cell of this column is from that of the move looked at, as far as it computes."""
        first = (cell[0], cell[1] - self.move.step, cell[2])
        return -self.move.step if self.cells.compiled(first) else 0

    def _update(self, paper: Rule, shift: int) -> str:
        """The paper's update, for the row that far from the move looked at."""
        assert self.rate_cell is not None
        place = self.move.parameter.places[self.move.step]
        p, g, m, v = (self._at(c, shift) for c in (place.cell, place.gradient, _cell(self.m), _cell(self.v)))
        rate = self._at(self.rate_cell, shift)
        if paper is MOMENTUM:
            return f"={p}-{rate}*{m}" if abs(self._rate(self.move)) != 1 else f"={p}-{m}"
        if paper is RMSPROP:
            return f"={p}-{rate}*{g}/(SQRT({v})+{EPSILON})"
        assert self.m is not None
        assert self.v is not None
        return (
            f"={p}-{rate}*{self._corrected(self.m, shift)[1:]}/(SQRT({self._corrected(self.v, shift)[1:]})+{EPSILON})"
        )

    def _corrected(self, average: Average, shift: int) -> str:
        part = "COLUMN" if isinstance(self.reader.table.sheet, Turned) else "ROW"
        count = f"({part}()-{self.reader.table.first - 1})"
        return f"={self._at(average.cell, shift)}/(1-{self._beta(average)}^{count})"

    def _at(self, cell: Cell | None, shift: int) -> str:
        if cell is None:
            return ""
        home = self.move.update[0]
        if self.reader.table.step(cell) is None:
            return Ref.held(cell, self.move.update).text(cell)
        return address((cell[0], cell[1] + shift, cell[2]), home)

    def _beta(self, average: Average) -> str:
        """The cell that holds an average's decay, or its number."""
        for cell in self.cells.arguments(average.cell):
            if abs(self.cells.value(cell) - average.decay) < 1e-12 and self.reader.table.step(cell) is None:
                return self._at(cell, 0)
        return f"{average.decay:g}"


def _cell(average: Average | None) -> Cell | None:
    return average.cell if average else None
