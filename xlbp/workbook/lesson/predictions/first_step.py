"""Which parameter goes farthest in the first step."""

from __future__ import annotations

import math

import numpy as np

from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told, typed
from xlbp.workbook.lesson.record import Prediction

BY_SIZE = ("adagrad", "rmsprop", "adam", "adamw")  # optimizers that divide a gradient by a root of its own square
NOTHING = 1e-12  # of the farthest step: what is shorter comes of roundings


def first_step(lab: Lab) -> Prediction | None:
    """The farthest and the least far; of a single parameter which way it goes; None where an error stands there."""
    order = list(lab.contents.template.parameter_order)
    updated = [lab.quantity(name).updated for name in order]
    steps = np.abs(lab.values(updated, 0) - lab.values(order, 0))
    if not np.isfinite(steps).all():
        return None
    quiet = quoted(lab.contents.texts("sheet.training"))
    place = f"{quiet}!{lab.contents.layout.cell(order[0], 0)}"
    rule = _rule(lab)
    farthest, least = order[int(steps.argmax())], order[int(steps.argmin())]
    if not steps.any():
        gradients = [lab.contents.gradient(name) for name in order]
        length = lab.tell(gradients, 0, measure="length")
        return lab.prediction("still", lab.text("first_step"), lab.text("still_answer", length=length), place)
    if len(order) == 1 or math.isclose(steps.max(), steps.min(), rel_tol=1e-6):
        moved = _moved(lab, order[0])
        question = lab.text("which_way", symbol=lab.symbol(order[0]))
        return lab.prediction("which_way", question, lab.sentences(moved, rule), place)
    if told(float(steps.max())) == told(float(steps.min())):
        return lab.prediction("first_step", lab.text("first_step"), _alike(lab, farthest, least), place)
    is_nothing = steps.min() < NOTHING * steps.max()
    of_least = lab.text("hardly_moves", symbol=lab.symbol(least)) if is_nothing else _moved(lab, least)
    answer = lab.text("first_step_answer", farthest=_moved(lab, farthest), least=of_least)
    return lab.prediction("first_step", lab.text("first_step"), lab.sentences(answer, rule), place)


def _alike(lab: Lab, farthest: str, least: str) -> str:
    """That all move about as far as one another, and why."""
    length = lab.tell((lab.quantity(farthest).updated, farthest), 0, measure="length of difference")
    symbols = {"farthest": lab.symbol(farthest), "least": lab.symbol(least)}
    return lab.sentences(lab.text("steps_alike", **symbols, step=length), _rule(lab))


def _moved(lab: Lab, name: str) -> str:
    """From where and by how much a parameter moves, and its gradient."""
    gradient = lab.contents.gradient(name)
    return lab.text(
        "moved",
        symbol=lab.symbol(name),
        old=lab.tell(name, 0),
        step=lab.tell((lab.quantity(name).updated, name), 0, measure="difference"),
        gradient=lab.symbol(gradient),
        value=lab.tell(gradient, 0),
    )


def _rule(lab: Lab) -> str:
    """What makes a step of a gradient."""
    training = lab.contents.template.training
    if training.optimizer != "sgd" or training.clip or training.schedule != "constant" or training.settings:
        why = lab.text("step_normalised") if training.optimizer in BY_SIZE else ""
        return lab.sentences(lab.text("step_by_optimizer", optimizer=training.optimizer), why)
    key = "step_up" if lab.contents.template.model.maximize else "step_down"
    return lab.text(key, eta=lab.symbol(LEARNING_RATE), value=lab.own_signs(typed(lab.inputs[LEARNING_RATE])))
