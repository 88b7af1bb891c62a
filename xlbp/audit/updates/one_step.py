"""The update of a single step, in blocks or a list: what each new parameter depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.audit import findings as kinds
from xlbp.audit.calculation.cells import Cells
from xlbp.audit.claims.headings import is_loss
from xlbp.audit.claims.layout import Layout, Parameter, Place
from xlbp.audit.findings import Finding
from xlbp.audit.reading.syntax import Cell, Ref, address

SHARED = 0.6  # of the elements must be moved by one rate before another one is strange
DIGITS = 9


@dataclass(frozen=True)
class Moved:
    """A new parameter's cell, and how it depends on the old parameters and on the gradients."""

    parameter: Parameter
    place: Place
    cell: Cell
    slopes: dict[Cell, float]
    rates: tuple[Cell, ...]  # the plain cells that it takes besides

    @property
    def rate(self) -> float:
        """The learning rate: how far down the own gradient moves it."""
        return float(f"{-self.slopes.get(self.place.gradient, 0.0) * self.place.factor:.{DIGITS}g}")


def read_step(cells: Cells, layout: Layout) -> list[Moved]:
    """Every new parameter that the sheet shows."""
    stops = layout.stops() | {place.gradient for parameter in layout.parameters for place in parameter.places}
    found: list[Moved] = []
    for parameter in layout.parameters:
        for place, cell in zip(parameter.places, layout.updated.get(parameter.name, ()), strict=False):
            adjoints = cells.adjoints(cell, stops)
            slopes = {c: a.value for c, a in adjoints.items() if c in stops and a.value}
            plain = tuple(c for c in adjoints if c not in stops and c != cell and not cells.is_formula(c))
            found.append(Moved(parameter, place, cell, slopes, plain))
    return found


def check_step(cells: Cells, layout: Layout, moves: list[Moved]) -> Iterator[Finding]:
    """What is wrong with the new parameters: each should be the old one less the rate times its own gradient."""
    counts = Counter(abs(move.rate) for move in moves if move.rate)
    rate, votes = counts.most_common(1)[0] if counts else (0.0, 0)
    if votes < SHARED * len(moves):
        return  # another rule than gradient descent's
    usual = next((move for move in moves if abs(move.rate) == rate), moves[0])
    uphill = sum(move.rate < 0 for move in moves) > len(moves) / 2
    if uphill and is_loss(layout.loss_name):
        words = "every parameter is moved along its gradient, which makes the loss larger"
        every = [move.cell for move in moves]
        yield _finding(cells, kinds.SIGN, usual, usual, words, every)
        return
    for move in moves:
        kind = _kind(cells, move, usual, -rate if uphill else rate)
        if kind:
            yield _finding(cells, kind, move, usual, _words(kind, move), [move.cell])


def _kind(cells: Cells, move: Moved, usual: Moved, rate: float) -> str:
    if not cells.is_formula(move.cell):
        return kinds.PASTED
    own = move.slopes.get(move.place.cell, 0.0)
    others = [c for c in move.slopes if c not in (move.place.cell, move.place.gradient)]
    if abs(own - 1) > 1e-9:
        return kinds.WEIGHT if others else kinds.FORMULA
    if not move.rate and others:
        return kinds.WRONG_GRADIENT
    if abs(move.rate + rate) <= 1e-9 * abs(rate):
        return kinds.SIGN
    if abs(move.rate - rate) > 1e-9 * abs(rate):
        return kinds.UNANCHORED if set(move.rates) != set(usual.rates) else kinds.FORMULA
    return ""


def _words(kind: str, move: Moved) -> str:
    home = move.cell[0]
    took = ", ".join(address(c, home) for c in move.slopes if c not in (move.place.cell, move.place.gradient))
    said = {
        kinds.PASTED: "a number was typed where the other new parameters are computed",
        kinds.WRONG_GRADIENT: f"{move.parameter.name} is moved by {took} instead of its own gradient",
        kinds.WEIGHT: f"the new {move.parameter.name} starts from {took} instead of its own old value",
        kinds.SIGN: f"{move.parameter.name} is moved the other way than the other parameters",
        kinds.UNANCHORED: f"{move.parameter.name} is moved by another learning rate ({move.rate:g}) than the others",
    }
    return said.get(kind, f"the update of {move.parameter.name} is not that of the others")


def _finding(cells: Cells, kind: str, move: Moved, usual: Moved, words: str, every: list[Cell]) -> Finding:
    home = move.cell[0]
    p, g = address(move.place.cell, home), address(move.place.gradient, home)
    cell = usual.rates[0] if len(usual.rates) == 1 else None
    rate = Ref.held(cell, move.cell).text(move.cell) if cell else f"{abs(usual.rate):g}"
    expected = f"={p}-{rate}*{g}" if move.place.factor == 1 else f"={p}+{g}"
    before = cells.value(move.place.cell)
    now = cells.value(move.cell) - before
    right = -abs(usual.rate) * cells.value(move.place.gradient) / move.place.factor
    error = abs(now - right) / max(abs(now), abs(right), 1e-300)
    found = cells.shown(move.cell)
    change = f"{move.parameter.name}" if kind in (kinds.UNANCHORED, kinds.SIGN, kinds.PASTED) else f"{move.slopes}"
    return Finding(kind, min(every), found, expected, words, error, every, ("one step", f"{kind} {change}"))
