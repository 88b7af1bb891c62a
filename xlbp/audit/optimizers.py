"""Optimizers beyond plain gradient descent, told by what they carry on from row to row, and their known departures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.audit import findings as kinds
from xlbp.audit.cells import Cells
from xlbp.audit.findings import Finding
from xlbp.audit.headings import OPTIMIZERS
from xlbp.audit.layout import Layout
from xlbp.audit.moves import Move, Moves, is_recurrent
from xlbp.audit.syntax import Cell, Ref, address

CLOSE = 1e-3


@dataclass(frozen=True)
class Average:
    """A cell that carries something on: ``decay`` times itself a row before plus a power of the gradient."""

    cell: Cell
    decay: float
    power: int
    before: bool  # the update takes it from the row before


def departures(cells: Cells, layout: Layout, reader: Moves, moves: list[Move], rates: set[Cell]) -> Iterator[Finding]:
    """Where the averages are not used as the optimizer's paper does."""
    usual = [move for move in moves if move.step == 1] or [move for move in moves if move.step > 1][:1]
    for move in usual:
        averages = list(_averages(cells, layout, reader, move))
        linear = [a for a in averages if a.power == 1]
        square = [a for a in averages if a.power == 2]
        every = [m.update for m in moves if m.parameter is move.parameter]
        finding = None
        if square and not linear:
            finding = _of_rmsprop(cells, layout, move, square[0])
        elif square and linear:
            finding = _of_adam(cells, layout, move, linear[0], square[0], rates)
        if finding is not None:
            finding.cells = sorted(every)
            finding.cell = finding.cells[0]
            finding.found = cells.formula(finding.cell) or ""
            yield finding


def _averages(cells: Cells, layout: Layout, reader: Moves, move: Move) -> Iterator[Average]:
    """The averages that the update is computed from."""
    table, gradient = reader.table, move.parameter.places[move.step].gradient
    seen: set[int] = set()
    for cell in list(cells.below((move.update,), lambda c: c in reader.labels)):
        step = table.step(cell)
        if step not in (move.step, move.step - 1) or cell[2] in seen or cell in reader.labels:
            continue
        now, last = table.cell(cell[2], move.step), table.cell(cell[2], move.step - 1)
        if not is_recurrent(cells, table, cell[2], move.step) or gradient not in _near(cells, now, reader):
            continue
        seen.add(cell[2])
        decay = cells.changed(now, {last: 1.0, gradient: 0.0}) - cells.changed(now, {last: 0.0, gradient: 0.0})
        one, two = (cells.changed(now, {last: 0.0, gradient: g}) for g in (1.0, 2.0))
        power = 1 if one and abs(two / one - 2) < CLOSE else 2 if one and abs(two / one - 4) < CLOSE else 0
        ends = {last, *reader.labels}
        used = set(cells.below((move.update,), ends.__contains__))
        yield Average(now, decay, power, now not in used)


def _near(cells: Cells, cell: Cell, reader: Moves) -> set[Cell]:
    return set(cells.below((cell,), lambda c: c in reader.labels))


def _of_rmsprop(cells: Cells, layout: Layout, move: Move, average: Average) -> Finding | None:
    sheet = move.update[0]
    is_called_adagrad = bool(OPTIMIZERS["adagrad"].search(sheet)) or any(
        OPTIMIZERS["adagrad"].search(text) for text in (layout.table.headings.values() if layout.table else ())
    )
    if is_called_adagrad and abs(average.decay - 1) > CLOSE:
        words = (
            f"AdaGrad sums all squared gradients; {address(average.cell, sheet)} forgets them "
            f"with a decay of {average.decay:g}, which is RMSProp"
        )
        return _finding(cells, move, "", words, "adagrad")
    if average.before:
        last = (average.cell[0], average.cell[1] - 1, average.cell[2])
        first = _first(cells, move)
        text = cells.formula(first) or ""
        old = address((sheet, first[1] - 1 + (last[1] - move.update[1] + 1), last[2]), sheet)
        new = address((sheet, first[1] + (average.cell[1] - move.update[1]), average.cell[2]), sheet)
        words = (
            f"RMSProp divides by the average that has this row's gradient in it, {new}, not by the one before, {old}"
        )
        return _finding(
            cells, move, text.replace(old, new), words, "rmsprop", _change(cells, move, {last: average.cell})
        )
    return None


def _change(cells: Cells, move: Move, instead: dict[Cell, Cell]) -> float:
    """How much the step would change, relative to itself."""
    before = cells.value(move.parameter.places[move.step].cell)
    old = cells.value(move.update) - before
    given = {a: cells.value(b) for a, b in instead.items()}
    new = cells.changed(move.update, given, {place.cell for place in move.parameter.places}) - before
    return abs(new - old) / max(abs(new), abs(old), 1e-300)


def _first(cells: Cells, move: Move) -> Cell:
    """The update of the same column in the table's first step, where there is one."""
    first = (move.update[0], move.update[1] - move.step, move.update[2])
    return first if cells.compiled(first) else move.update


def _of_adam(cells: Cells, layout: Layout, move: Move, m: Average, v: Average, rates: set[Cell]) -> Finding | None:
    """Adam's averages start at 0 and must be divided by 1 - beta^t."""
    if m.before or v.before or not 0 < m.decay < 1 or not 0 < v.decay < 1:
        return None
    reached = set(cells.below((move.update,), lambda c: False))
    rate = next((cells.value(c) for c in sorted(rates) if c in reached), math.nan)
    before = cells.value(move.parameter.places[move.step].cell)
    found = before - cells.value(move.update)
    plain = rate * cells.value(m.cell) / math.sqrt(cells.value(v.cell)) if cells.value(v.cell) > 0 else math.nan
    if not abs(found - plain) <= CLOSE * abs(plain):
        return None
    sheet = move.update[0]
    down = move.step
    first = _first(cells, move)
    shift = move.update[1] - first[1]
    at = {
        name: address((cell[0], cell[1] - shift, cell[2]), sheet)
        for name, cell in (("p", move.parameter.places[down].cell), ("m", m.cell), ("v", v.cell))
    }
    rate_cell = next(_fixed(c, sheet) for c in sorted(rates) if c in reached)
    betas = [_beta(cells, a, sheet) for a in (m, v)]
    start = (layout.table.first if layout.table else 1) - 1
    t = f"(ROW()-{start})"
    expected = f"={at['p']}-{rate_cell}*({at['m']}/(1-{betas[0]}^{t}))/(SQRT({at['v']}/(1-{betas[1]}^{t}))+1E-8)"
    right = (
        rate
        * (cells.value(m.cell) / (1 - m.decay ** (down + 1)))
        / (math.sqrt(cells.value(v.cell) / (1 - v.decay ** (down + 1))))
    )
    words = "Adam without bias correction: its averages start at 0, so they are divided by 1-beta^t in the t-th step"
    return _finding(cells, move, expected, words, "adam", abs(found - right) / max(abs(found), abs(right)))


def _beta(cells: Cells, average: Average, sheet: str) -> str:
    for cell in cells.arguments(average.cell):
        if abs(cells.value(cell) - average.decay) < 1e-12 and not cells.arguments(cell):
            return _fixed(cell, sheet)
    return f"{average.decay:g}"


def _fixed(cell: Cell, sheet: str) -> str:
    return Ref("" if cell[0] == sheet else cell[0], cell[1], cell[2], True, True).text(cell)


def _finding(cells: Cells, move: Move, expected: str, words: str, which: str, error: float = 1.0) -> Finding:
    return Finding(
        kinds.OPTIMIZER, move.update, cells.formula(move.update) or "", expected, words, error, [], ("optimizer", which)
    )
