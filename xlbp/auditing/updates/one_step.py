"""The update of a single step, in blocks or a list: what each new parameter depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import is_loss
from xlbp.auditing.claims.layout import Layout, Parameter, Place, is_numeric
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Ref, address

SHARED = 0.6  # of the elements must be moved by one rate before another one is strange
HALF = 0.5  # or so many, where a cell holds that rate
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


def new_values(cells: Cells, layout: Layout) -> dict[str, list[Cell]]:
    """The cells that no heading names, but that are made from a parameter and from gradients: what these become.

    They stand as far from their parameters as most of them do, so that one that is made otherwise is seen.
    """
    gradients = {place.gradient for parameter in layout.parameters for place in parameter.places}
    labels = layout.stops() | gradients
    calculation = set(cells.below((*layout.losses[:1], *gradients), lambda cell: False))
    made: dict[Cell, set[Cell]] = {}
    for cell in sorted({*cells.contents.formulas, *cells.contents.arrays} - calculation):
        for argument in set(cells.arguments(cell)) & layout.stops():
            if not gradients.isdisjoint(cells.below((cell,), labels.__contains__)):
                made.setdefault(argument, set()).add(cell)
    offsets = _offsets(layout.parameters, made)
    shared = next((offset for offset, votes in offsets if votes >= HALF * len(layout.stops())), None)
    found: dict[str, list[Cell]] = {}
    for parameter in (p for p in layout.parameters if p.name not in layout.updated):
        own = _offsets([parameter], made)
        offset = shared or (own[0][0] if own and own[0][1] > len(parameter.places) / 2 else None)
        if offset is not None:
            cells_of = [_moved(place.cell, offset) for place in parameter.places]
            if all(is_numeric(cells, cell) for cell in cells_of):
                found[parameter.name] = cells_of
    return found


def _offsets(parameters: Iterable[Parameter], made: dict[Cell, set[Cell]]) -> list[tuple[tuple[str, int, int], int]]:
    counts = Counter(
        (cell[0], cell[1] - place.cell[1], cell[2] - place.cell[2])
        for parameter in parameters
        for place in parameter.places
        for cell in made.get(place.cell, ())
    )
    return counts.most_common()


def _moved(cell: Cell, offset: tuple[str, int, int]) -> Cell:
    return (offset[0], cell[1] + offset[1], cell[2] + offset[2])


def usual_rate(cells: Cells, moves: list[Moved]) -> float:
    """The learning rate that most parameters are moved by; 0 where there is none: another rule than descent's.

    Of two parameters one may decide, if a cell holds just its rate.
    """
    counts = Counter(abs(move.rate) for move in moves if move.rate)
    rate, votes = counts.most_common(1)[0] if counts else (0.0, 0)
    held = any(len(move.rates) == 1 and cells.value(move.rates[0]) == rate for move in moves if abs(move.rate) == rate)
    return rate if votes >= (HALF if held else SHARED) * len(moves) else 0.0


def check_step(cells: Cells, layout: Layout, moves: list[Moved], rate: float) -> Iterator[Finding]:
    """What is wrong with the new parameters: each should be the old one less the rate times its own gradient."""
    usual = next((move for move in moves if abs(move.rate) == rate), moves[0])
    up = sum(move.rate < 0 for move in moves)
    down = is_loss(layout.loss_name)
    uphill = up == len(moves) if down else up > len(moves) / 2
    if uphill and down:
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
