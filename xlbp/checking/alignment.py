"""Which row of a log is which iteration, and whether its parameters are those before the update or after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlbp.checking.fitting import Fitted, swapped
from xlbp.checking.given import Series
from xlbp.checking.log import Log
from xlbp.checking.precision import Precision
from xlbp.checking.truth import Truth
from xlbp.template.quantity import GRADIENT, UPDATED

STRAIGHT, ALIKE = 0.5, 5.0  # of two steps: the cosine of the angle between them, and the ratio of their lengths
PARALLEL, FEW = 0.999, 3  # the cosine of two steps along each other; fewer numbers may lie so by chance
FROM_ONE = "the rows count from 1: the first is iteration 0"
FROM_FIRST = "the rows count from {first}: the first is compared with iteration 0, whose numbers fit"
LATE = "the log starts after the first update: its first row is compared with iteration 1"
AFTER = "the parameters are those after the update: each row's are compared with the ones that this iteration gives"
WEIGHTS_TURNED = "weights are stored as (inputs, units), and turned to be compared: {labels}"
SAMPLES_TURNED = "samples stand in columns, and are turned to be compared: {labels}"


@dataclass(frozen=True)
class Fit:
    """What a label was found to be, and how exact its numbers are."""

    fitted: Fitted
    precision: Precision


@dataclass(frozen=True)
class Alignment:
    """The iteration of each row; ``after`` where parameters were logged behind the update; what there is to say."""

    rows: tuple[int, ...]
    after: bool
    notes: tuple[str, ...]


def align(fits: Sequence[Fit], log: Log, truth: Truth) -> Alignment:
    """Lay the rows beside the iterations so that the first ones agree in as much as they can."""
    count = max((len(fit.fitted.values) for fit in fits if fit.fitted.by_row), default=1)
    labels = log.iterations if log.iterations is not None and len(log.iterations) == count else None
    rows = tuple(labels or range(count))
    moved = set(truth.contents.template.parameter_order)
    others = [fit for fit in fits if fit.fitted.by_row and not moved & set(fit.fitted.names)]
    own = [fit for fit in fits if fit.fitted.by_row and moved & set(fit.fitted.names)]
    shift = _best_shift(others or own, rows, labels is not None, truth)
    shifted = tuple(row + shift for row in rows)
    after = bool(own) and _are_after(own, others, shifted, truth)
    if after and not others and shift > 0:  # parameters alone that start after the first update
        shifted = rows
    notes = [*_said_of_shift(rows[0], shift, bool(others) or not after), *([AFTER] if after else [])]
    return Alignment(shifted, after, tuple(notes))


def _said_of_shift(first: int, shift: int, is_told: bool) -> list[str]:
    if not shift or not is_told:
        return []
    if shift > 0:
        return [LATE]
    return [FROM_ONE if first == 1 else FROM_FIRST.format(first=first)]


def _best_shift(fits: Sequence[Fit], rows: Sequence[int], is_counted: bool, truth: Truth) -> int:
    """By how much to move the rows: not at all, unless more of the first one agrees somewhere else."""
    first = rows[0]
    shifts = [-first, 0] if is_counted and first else [0, 1]
    usual = -1 if first == 1 and is_counted else 0
    scores = {shift: _agreeing(fits, first + shift, truth) for shift in shifts}
    best = max(shifts, key=lambda shift: (scores[shift], shift == usual))
    return best if scores[best] else usual


def _agreeing(fits: Sequence[Fit], iteration: int, truth: Truth, updated: bool = False) -> int:
    """How many numbers of the first row agree with those of this iteration, of what an update changes."""
    if not 0 <= iteration <= truth.iterations:
        return 0
    return sum(
        _agrees(value, name, iteration, fit.precision, truth, updated)
        for fit in fits
        for name, value, there in zip(fit.fitted.names, fit.fitted.values[0], fit.fitted.there[0], strict=True)
        if there and _changes(name, truth)
    )


def _changes(name: str, truth: Truth) -> bool:
    """Whether a quantity is another one in the second row than in the first."""
    values = truth.values(name)
    return len(values) < 2 or bool(values[0] != values[1])


def _agrees(value: float, name: str, iteration: int, precision: Precision, truth: Truth, updated: bool) -> bool:
    if updated:
        name = str(truth.contents.quantity(name).updated)
        if name not in truth.order:
            return False
    series = Series(name, np.array([value]), np.ones(1, dtype=np.bool_), precision, np.zeros(1))
    return bool(series.agrees(truth.values(name)[[iteration]], truth.sizes(name)[[iteration]])[0])


def _are_after(own: Sequence[Fit], others: Sequence[Fit], rows: Sequence[int], truth: Truth) -> bool:
    """Whether the parameters of the first row have been updated already in that row's iteration.

    So it is where some agree with the updated ones and none with those before.  Where a wrong step agrees with
    neither, it is told by the numbers beside them, which fit the parameters before it, or by how the first row lies.
    """
    first = rows[0]
    if _agreeing(own, first, truth):
        return False
    if _agreeing(own, first, truth, updated=True):
        return True
    if not 0 <= first <= truth.iterations:
        return False
    forward = [fit for fit in others if all(_is_forward(name, truth) for name in fit.fitted.names)]
    return bool(_agreeing(forward, first, truth)) or _is_a_step_away(own, others, first, truth)


def _is_forward(name: str, truth: Truth) -> bool:
    """Whether a quantity is neither a derivative nor what comes of one."""
    return truth.contents.quantity(name).relation not in (GRADIENT, UPDATED) and name in truth.contents.layout.columns


def _is_a_step_away(own: Sequence[Fit], others: Sequence[Fit], first: int, truth: Truth) -> bool:
    """Whether a step leads from the right parameters to the first row.

    That is one by the person's own gradients; one along the right step, however long; or one like the next of theirs.
    """
    gradients = {name: fit.fitted.values[0, n] for fit in others for n, name in enumerate(fit.fitted.names)}
    away, ahead, right, down = (list[float]() for _ in range(4))
    for fit in own:
        for name, values in zip(fit.fitted.names, fit.fitted.values.T, strict=True):
            moved, start = str(truth.contents.quantity(name).updated), truth.values(name)[first]
            if moved in truth.order:
                away.append(values[0] - start)
                right.append(truth.values(moved)[first] - start)
                ahead.append(values[1] - values[0] if len(values) > 1 else np.nan)
                down.append(-gradients.get(str(truth.gradient(name)), np.nan))
    is_along = len(away) >= FEW and abs(_cosine(away, right)) > PARALLEL
    return is_along or _cosine(away, down) > PARALLEL or _is_alike(away, ahead)


def _is_alike(away: Sequence[float], ahead: Sequence[float]) -> bool:
    """Whether two steps are about as long, and go about the same way."""
    lengths = [float(np.linalg.norm(each)) for each in (away, ahead)]
    return _cosine(away, ahead) > STRAIGHT and lengths[1] / ALIKE < lengths[0] < ALIKE * lengths[1]


def _cosine(step: Sequence[float], direction: Sequence[float]) -> float:
    """The cosine of the angle between a step and a direction; 0 where one is none."""
    lengths = float(np.linalg.norm(step) * np.linalg.norm(direction))
    cosine = float(np.dot(step, direction)) / lengths if lengths else 0.0
    return cosine if np.isfinite(cosine) else 0.0


def oriented(fits: Sequence[Fit], truth: Truth) -> tuple[list[Fit], tuple[str, ...]]:
    """The fits with square matrices turned where their numbers say so, or where the others of their kind are turned.

    Weights are of one kind, what samples have is of another: one may be stored as (inputs, units), the other as
    (units, samples).  Returns what there is to say as well.
    """
    result, turned = list(fits), {kind: _labels(fits, kind, truth) for kind in (True, False)}
    for place, fit in enumerate(fits):
        if not fit.fitted.square:
            continue
        kind = _is_of_weights(fit, truth)
        straight, across = _agreeing_ways(fit, fits, truth)
        if across > straight or (across == straight and turned[kind]):
            result[place] = Fit(swapped(fit.fitted), fit.precision)
            turned[kind] = [*turned[kind], fit.fitted.label]
    notes = {True: WEIGHTS_TURNED, False: SAMPLES_TURNED}
    return result, tuple(notes[kind].format(labels=", ".join(labels)) for kind, labels in turned.items() if labels)


def _labels(fits: Sequence[Fit], kind: bool, truth: Truth) -> list[str]:
    """The labels of a kind whose shape alone says that they are turned."""
    return [fit.fitted.label for fit in fits if fit.fitted.turned and _is_of_weights(fit, truth) == kind]


def _is_of_weights(fit: Fit, truth: Truth) -> bool:
    """Whether the numbers are parameters, their gradients or what becomes of them."""
    quantities = map(truth.contents.quantity, fit.fitted.names)
    return all(str(q.of or q) in truth.contents.template.model.parameters() for q in quantities)


def _agreeing_ways(fit: Fit, fits: Sequence[Fit], truth: Truth) -> tuple[int, int]:
    """How many numbers of the first row agree as they stand, and how many turned; of weights those they start from."""
    if _is_of_weights(fit, truth):
        names = {str(q.of or q) for q in map(truth.contents.quantity, fit.fitted.names)}
        looked_at = [each for each in fits if names == set(each.fitted.names) and each.fitted.square]
    else:
        looked_at = [fit]
    turned = [Fit(swapped(each.fitted), each.precision) for each in looked_at]
    straight, across = (
        max(_agreeing(each, 0, truth), _agreeing(each, 0, truth, updated=True)) for each in (looked_at, turned)
    )
    return straight, across
