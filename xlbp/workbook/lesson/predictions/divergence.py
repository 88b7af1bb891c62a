"""Why a training runs away, and a rate that would do; or of one that does not, which rate would make it."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told, typed
from xlbp.workbook.lesson.predictions.rate import told_run
from xlbp.workbook.lesson.record import OWN, Prediction
from xlbp.workbook.page.facts import Array

MOST_HALVED = 20
RATES = 3  # that are tried, each ten times the one before
ROWS_BEFORE = 3
MOST_COLUMNS = 100  # of a row for which several rates are tried
BOUNDED = {"sigmoid", "tanh", "softmax", "hard_sigmoid"}  # activations whose outputs stay within bounds
SQUARES = {"half_squared_error", "mse", "half_mse", "mae", "huber"}  # losses that stay within bounds if outputs do


def why_it_diverges(lab: Lab) -> Prediction | None:
    """How the objective grows before it is none, and the largest halved rate with which it is finite and improves."""
    objective = lab.contents.objective
    losses = _objectives(lab, OWN)
    if np.isfinite(losses).all():
        return None
    t = int((~np.isfinite(losses)).argmax())
    rows = range(max(0, t - ROWS_BEFORE), t)
    values = [lab.tell(objective, row) for row in rows]
    names = {"t": t, "iterations": lab.joined(list(map(str, rows))), "values": lab.joined(values)}
    growth = lab.text("why_num" if len(rows) > 1 else "why_num_at_once", **names, factors=_factors(lab, losses, rows))
    return lab.prediction(
        "why_num", lab.text("why_heading"), lab.sentences(growth, _cure(lab)), lab.place(LEARNING_RATE)
    )


def _factors(lab: Lab, losses: Array, rows: range) -> str:
    """By how much the objective grows from each of these rows to the next."""
    finite = [float(abs(losses[row])) for row in rows]
    ratios = [later / before for before, later in pairwise(finite) if before]
    return lab.joined([lab.own_signs(told(ratio)) for ratio in ratios])


def _cure(lab: Lab) -> str:
    """A rate that would do, found by halving the template's."""
    rate = lab.inputs[LEARNING_RATE]
    for _ in range(MOST_HALVED):
        rate = float(f"{rate / 2:.15g}")
        trial = lab.change({LEARNING_RATE: rate})
        if _is_better(lab, _objectives(lab, trial)):
            end = lab.tell(lab.contents.objective, lab.last, trial)
            return lab.text("why_rate", changes=lab.typing(lab.trials[trial].changes), end=end)
    return lab.text("why_no_rate", value=lab.own_signs(typed(rate)))


def _is_better(lab: Lab, losses: Array) -> bool:
    sign = -1 if lab.contents.template.model.maximize else 1
    return bool(np.isfinite(losses).all() and sign * losses[-1] < sign * losses[0])


def _objectives(lab: Lab, trial: int) -> Array:
    return np.asarray(lab.history(trial)[lab.contents.objective][: lab.last + 1])


def could_diverge(lab: Lab) -> Prediction | None:
    """The smallest of a few larger rates with which the objective is no number any more, or that none is."""
    if len(lab.contents.program.columns) > MOST_COLUMNS or not np.isfinite(_objectives(lab, OWN)).all():
        return None
    own = lab.inputs[LEARNING_RATE]
    if not own or not lab.last:
        return None
    rates = _powers_of_ten(own)
    question = lab.text(
        "explode",
        changes=lab.typing({LEARNING_RATE: rates[0]}),
        others=lab.joined(list(map(typed, rates[1:]))),
    )
    for rate in rates:
        losses = _objectives(lab, lab.change({LEARNING_RATE: rate}))
        if not np.isfinite(losses).all():
            t = int((~np.isfinite(losses)).argmax())
            explodes = lab.text("explode_at", value=lab.own_signs(typed(rate)), t=t)
            return _answered(lab, question, explodes, *_finite_runs(lab, len(lab.trials) - 1))
    bounded = lab.text("explode_bounded") if _is_bounded(lab) else ""
    runs = _finite_runs(lab, RATES)
    return _answered(lab, question, lab.text("explode_none"), *runs, _beside_own(lab, RATES - 1), bounded)


def _powers_of_ten(rate: float) -> list[float]:
    """Round rates above ten times the template's, which another prediction asks for: 10, 100, 1000 for 0.5."""
    first = math.floor(math.log10(10 * abs(rate))) + 1
    return [math.copysign(float(f"1e{exponent}"), rate) for exponent in range(first, first + RATES)]


def _finite_runs(lab: Lab, count: int) -> list[str]:
    """How the objective goes in the first trials, in which it stays a number."""
    return [told_run(lab, trial) for trial in range(count)]


def _beside_own(lab: Lab, trial: int) -> str:
    """Whether a trial ends better than the template's own training."""
    sign = -1 if lab.contents.template.model.maximize else 1
    own, end = (sign * float(_objectives(lab, which)[-1]) for which in (OWN, trial))
    key = "explode_better" if end < own else "explode_worse"
    return lab.text(key, own=lab.tell(lab.contents.objective, lab.last)) if end != own else ""


def _answered(lab: Lab, question: str, *sentences: str) -> Prediction:
    return lab.prediction("explode", question, lab.sentences(*sentences), lab.place(LEARNING_RATE))


def _is_bounded(lab: Lab) -> bool:
    """Whether outputs stay within bounds, and with them the loss."""
    model = lab.contents.template.model
    return bool(model.layers) and model.layers[-1].activation in BOUNDED and model.loss in SQUARES
