"""The learning rate ten times as large, and a tenth."""

from __future__ import annotations

import numpy as np

from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told, typed
from xlbp.workbook.lesson.record import OWN, Prediction
from xlbp.workbook.page.facts import Array

ALIKE = 0.01  # of the way that the template's own training goes: nearer is as far
FAR_APART = 2  # times the other: ends above 0 of such a ratio are not alike, however near 0 both are


def rate(lab: Lab) -> Prediction | None:
    """Which of the two gets farther, and whether it gets anywhere; None where the rate makes no difference."""
    own = lab.inputs[LEARNING_RATE]
    if not lab.last:
        return None
    larger, smaller = (lab.change({LEARNING_RATE: float(f"{own * by:.15g}")}) for by in (10, 0.1))
    if all(np.array_equal(_series(lab, trial), _series(lab, OWN), equal_nan=True) for trial in (larger, smaller)):
        return None
    question = lab.text(
        "rate_up" if lab.contents.template.model.maximize else "rate",
        changes=lab.typing(lab.trials[larger].changes),
        second=lab.own_signs(typed(lab.trials[smaller].changes[LEARNING_RATE])),
        column=lab.column(lab.contents.objective),
    )
    answer = lab.sentences(
        *(_outcome(lab, trial) for trial in (larger, smaller)),
        lab.text("rate_own", value=lab.own_signs(typed(own)), end=lab.tell(lab.contents.objective, lab.last)),
        _means(lab, (larger, smaller)),
    )
    return lab.prediction("rate", question, answer, lab.place(LEARNING_RATE))


def _means(lab: Lab, trials: tuple[int, int]) -> str:
    """Of mini-batches, whose losses go up and down: the means over the last epoch, or half of the iterations."""
    model, own = lab.contents.template.model, lab.inputs[LEARNING_RATE]
    if not model.picks:
        return ""
    count = max(1, min(model.samples // model.batch, lab.last // 2))
    means = [float(np.mean(_series(lab, trial)[-count:])) for trial in (*trials, OWN)]
    if not np.isfinite(means).all():
        return lab.text("rate_picks")
    rates = [lab.own_signs(typed(rate)) for rate in (*(lab.trials[n].changes[LEARNING_RATE] for n in trials), own)]
    names = dict(zip(("larger", "smaller", "own"), (lab.own_signs(told(mean)) for mean in means), strict=True))
    best = rates[means.index(min(means))]
    told_means = lab.text("rate_means", count=count, first=rates[0], second=rates[1], best=best, **names)
    return lab.sentences(lab.text("rate_picks"), told_means)


def _series(lab: Lab, trial: int) -> Array:
    return np.asarray(lab.history(trial)[lab.contents.objective][: lab.last + 1])


def told_run(lab: Lab, trial: int) -> str:
    """How the objective goes in a trial with another rate: at its first iterations, and at its last."""
    objective, last = lab.contents.objective, lab.last
    first = lab.joined([lab.tell(objective, t, trial) for t in range(min(3, last))])
    iterations = lab.joined([str(t) for t in range(min(3, last))])
    value = lab.own_signs(typed(lab.trials[trial].changes[LEARNING_RATE]))
    return lab.text(
        "rate_series", value=value, first=first, iterations=iterations, end=lab.tell(objective, last, trial)
    )


def _outcome(lab: Lab, trial: int) -> str:
    """How the objective goes in a trial, and how that compares with the template's own training."""
    is_larger = lab.trials[trial].changes[LEARNING_RATE] > lab.inputs[LEARNING_RATE]
    return lab.sentences(told_run(lab, trial), _verdict(lab, _series(lab, trial), _series(lab, OWN), is_larger))


def _is_alike(start: float, end: float, own_end: float) -> bool:
    """Whether a training ends where the template's own does, beside the way they go, and beside what is left."""
    smaller, larger = sorted((abs(end), abs(own_end)))
    return abs(end - own_end) <= ALIKE * abs(start - own_end) and larger <= FAR_APART * smaller


def _verdict(lab: Lab, series: Array, own: Array, is_larger: bool) -> str:
    """What is to be said of a series of objectives beside the template's own."""
    model = lab.contents.template.model
    sign = -1 if model.maximize else 1
    bad = ~np.isfinite(series)
    if bad.any():
        return lab.text("rate_explodes", t=int(bad.argmax()))
    if not np.isfinite(own).all():
        return lab.text("rate_finite")
    if model.picks:
        return ""
    start, end, own_end = (sign * float(v) for v in (series[0], series[-1], own[-1]))
    if end > start:
        verdict = "rate_too_long" if is_larger else "rate_back"
    elif _is_alike(start, end, own_end):
        verdict = "rate_alike"
    else:
        verdict = "rate_farther" if end < own_end else "rate_less"
    wrong_way = int((sign * np.diff(series) > 0).sum())
    turns = lab.text("rate_turns", count=wrong_way) if wrong_way else ""
    return lab.sentences(lab.text(verdict), turns, lab.text("rate_jumps") if wrong_way and is_larger else "")
