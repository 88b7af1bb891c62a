"""The loss of a training: the cell in which all parameters meet, and whose derivatives they follow.

Every candidate is differentiated in some of the steps; what the moves are, or cells that carry them, is compared with
its derivatives.  A loss that explains no move may still be the one that is meant, if a heading says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import DECIDING
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.recognition.carriers import Carrier, carriers, change, numbers_behind, own_change
from xlbp.auditing.recognition.labels import Labels
from xlbp.auditing.recognition.moves import Move
from xlbp.auditing.recognition.training import Training

RTOL = 1e-6
MOST_CANDIDATES = 40
MOST_THREADS = 60  # of which it is looked whether they reach a candidate
REACHED = 0.6  # of the threads must reach a loss
PROVED, ALIKE = 1.0, 0.4  # what a move counts for that is explained exactly, and up to a factor that others have, too
EXPLAINED = 0.34  # of the moves must be explained before a candidate is proved
SIMPLE = (1.0, 2.0, 0.5)
UNHEADED = 0.02  # so much less counts a loss that no heading names, of two that explain alike


@dataclass(frozen=True)
class Explanation:
    """How a candidate explains the moves: ``share`` of them, and the ``scale`` of the gradients by its derivatives."""

    losses: tuple[Cell | None, ...]  # of every step
    share: float
    headed: bool
    text: str = ""  # where the loss is assumed, as no cell holds it
    gradients: dict[tuple[int, int], Cell] = field(default_factory=dict)  # by step and thread, where proved
    is_free: bool = False  # whether no move is made from it
    rival: Cell | None = None  # the cell that may be meant as the loss, where another one is assumed
    is_scaled: bool = False  # whether most moves go downhill by a multiple of the derivatives that they share

    @property
    def rank(self) -> float:
        """What is compared with that of another candidate."""
        return self.share - (0.0 if self.headed else UNHEADED)


def explanation(cells: Cells, training: Training, labels: Labels) -> Explanation | None:
    """The candidate that explains most moves, the first in the order of likelihood of those that explain alike."""
    best: Explanation | None = None
    behind_moves = _behind(cells, training, 0)
    followed: Cell | None = None
    sampled = set(training.sampled_steps)
    for candidate in candidates(cells, training, labels):
        losses = tuple(training.in_step(candidate, s) if s in sampled else None for s in range(training.steps))
        is_free = candidate not in behind_moves
        explained = explain(cells, training, losses, labels.says_loss(candidate), is_free=is_free)
        if explained is not None and (best is None or explained.rank > best.rank + 1e-9):
            best, followed = explained, candidate
        if best is not None and best.share > 1 - 1e-9 and best.headed:
            break
    if best is None or followed is None:
        return None
    return replace(best, losses=tuple(training.in_step(followed, step) for step in range(training.steps)))


def candidates(cells: Cells, training: Training, labels: Labels) -> list[Cell]:
    """The cells that most parameters meet in: first those a heading names, and that nothing in the step takes."""
    made = training.made_in(0)
    sample = training.threads[:: max(1, len(training.threads) // MOST_THREADS)]
    reached: dict[Cell, int] = dict.fromkeys(made, 0)
    for thread in sample:
        for cell in training.graph.made_from([thread.start]):
            if cell in reached:
                reached[cell] += 1
    later = training.made_in(1) if training.steps > 1 else set()
    behind_moves = _behind(cells, training, 0)
    meeting = [
        cell
        for cell in made
        if reached[cell] >= REACHED * len(sample) and cell not in later and is_numeric(cells, cell)
    ]

    def order(cell: Cell) -> tuple[object, ...]:
        users = [user for user in training.graph.users(cell) if user in made]
        return cell in behind_moves, not labels.says_loss(cell), -reached[cell], len(users), cell

    return sorted(meeting, key=order)[:MOST_CANDIDATES]


def _behind(cells: Cells, training: Training, step: int) -> set[Cell]:
    """All that the new values of a step are made from; not what they only decide by, as a loss that is small enough."""
    stops = training.stops
    news = [move.new for _, move in training.moves(step)]
    made_from = {argument for new in news for argument in cells.counting(new)}
    return set(cells.below(sorted(made_from), stops.__contains__)) - set(news)


def explain(
    cells: Cells,
    training: Training,
    losses: tuple[Cell | None, ...],
    headed: bool,
    text: str = "",
    is_free: bool = False,
) -> Explanation | None:
    """How a loss explains the moves in some of the steps; None where it has no derivative there."""
    exact = places = sloping = 0
    ratios: list[float] = []
    slopes: list[tuple[int, float]] = []  # of each ratio: its step, and how steep the loss is
    gradients: dict[tuple[int, int], Cell] = {}
    numbers: list[float] = []
    for step in training.sampled_steps:
        loss = losses[step]
        if loss is None or math.isnan(cells.value(loss)):
            continue
        adjoints = cells.adjoints(loss, training.stops)
        made = training.made_in(step)
        reached = [move for _, move in training.moves(step) if move.old in adjoints]
        for k, move in training.moves(step):
            adjoint = adjoints.get(move.old)
            true = 0.0 if adjoint is None else adjoint.value
            moved = change(cells, move)
            if not math.isfinite(true) or not math.isfinite(moved) or (true == 0 and moved == 0):
                continue
            places += 1
            sloping += true != 0
            gradient = _gradient_among(cells, training, step, move, true) or _mixed_gradient(
                cells, training, step, move, {other.old: adjoints[other.old].value for other in reached}
            )
            if gradient is not None:
                gradients[step, k] = gradient
                exact += 1
            elif true:
                ratios.append(own_change(cells, move, made) / true)
                slopes.append((step, abs(true)))
                numbers = numbers or numbers_behind(cells, move, made)
    if not sloping:
        return None
    share = (PROVED * exact + _share_of_ratios(ratios, slopes, numbers)) / places
    downhill = [ratio for ratio in ratios if ratio < 0]
    shared = max((sum(_alike(a, b) for b in downhill) for a in downhill), default=0)
    is_scaled = shared > len(ratios) / 2 and (shared > 1 or len(ratios) == 1)
    return Explanation(losses, share, headed, text, gradients, is_free, None, is_scaled)


def _share_of_ratios(ratios: list[float], slopes: list[tuple[int, float]], numbers: Iterable[float]) -> float:
    """What the moves count for that are a multiple of their derivatives, with a factor that they share.

    That two go one way as far as the other proves nothing where the loss is as steep for both, as for two ratings.
    """
    rates = [number * simple for number in numbers for simple in SIMPLE]
    counted = 0.0
    for ratio, (step, slope) in zip(ratios, slopes, strict=True):
        shared = (
            _alike(ratio, other) and (step != at or not _alike(slope, steep))
            for other, (at, steep) in zip(ratios, slopes, strict=True)
        )
        if any(abs(abs(ratio) - rate) <= RTOL * rate for rate in rates):
            counted += PROVED
        elif any(shared):
            counted += ALIKE
    return counted


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= RTOL * abs(a)


def _gradient_among(cells: Cells, training: Training, step: int, move: Move, true: float) -> Cell | None:
    """The cell that carries a move and is worth the derivative."""
    made = training.made_in(step)
    chain = carriers(cells, move, made)
    for carrier in chain:
        if _is(cells.value(carrier.cell), true):
            return carrier.cell
    if true and (_carries_on(cells, training, step, move, chain) or _is_bounded(cells, chain)):
        return next(_worth(cells, move, made, true), None)
    return None


def _mixed_gradient(
    cells: Cells, training: Training, step: int, move: Move, slopes: Mapping[Cell, float]
) -> Cell | None:
    """The cell that is worth the derivative, where a move is made from another parameter's, too, as Newton's are."""
    true, made = slopes.get(move.old, 0.0), training.made_in(step)
    others = {slope for old, slope in slopes.items() if old != move.old and slope and not _is(slope, true)}
    chain = carriers(cells, move, made)
    if not true or not others or not chain:
        return None
    mixed = [cell for cell in cells.arguments(chain[-1].cell) if cell in made]
    own = next((cell for cell in mixed if _is(cells.value(cell), true)), None)
    return own if any(_is(cells.value(cell), slope) for cell in mixed for slope in others) else None


def _carries_on(cells: Cells, training: Training, step: int, move: Move, chain: list[Carrier]) -> bool:
    """Whether a move is more than a multiple of one cell: an optimizer's, of averages that are carried from before."""
    made = training.made_in(step)
    if not chain:
        taken = [(cell, slope) for cell, slope in cells.slopes(move.new) if cell in made and cell != move.old]
        slopes = [slope for cell, slope in taken if training.graph.source(cell) != training.graph.source(move.old)]
        return any(not _alike(slope, slopes[0]) for slope in slopes)  # else a sum of the samples' shares
    outside = [cell for cell in cells.arguments(chain[-1].cell) if cells.is_formula(cell) and cell not in made]
    return any(cell in training.stops for cell in cells.below(outside, training.stops.__contains__))


def _is_bounded(cells: Cells, chain: list[Carrier]) -> bool:
    """Whether the last cell that carries a move decides between others, as a gradient that is clipped does."""
    compiled = cells.compiled(chain[-1].cell) if chain else None
    return compiled is not None and compiled.expr.op in DECIDING


def _worth(cells: Cells, move: Move, made: set[Cell], true: float) -> Iterator[Cell]:
    """The cells behind a move, the nearest first, that are worth the derivative."""
    behind = list(cells.below((move.new,), lambda other: other not in made and other != move.new))
    for cell in reversed(behind):
        if cell in made and cell != move.new and _is(cells.value(cell), true):
            yield cell


def _is(value: float, true: float) -> bool:
    return abs(value - true) <= RTOL * abs(true) if true else value == 0
