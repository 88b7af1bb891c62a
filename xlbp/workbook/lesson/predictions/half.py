"""In which half of the training the objective changes more."""

from __future__ import annotations

import math

import numpy as np

from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import told
from xlbp.workbook.lesson.record import Prediction


def half(lab: Lab) -> Prediction | None:
    """The objective and the size of the gradients at the start, half way and at the end; None of an error."""
    objective, last, middle = (
        lab.contents.objective,
        lab.contents.layout.iterations,
        lab.contents.layout.iterations // 2,
    )
    if not middle or not all(math.isfinite(lab.measured("value", [objective], t)) for t in (0, middle, last)):
        return None
    gradients = [lab.contents.gradient(name) for name in lab.contents.template.parameter_order]
    answer = lab.text(
        "half_answer",
        start=lab.tell(objective, 0),
        middle=lab.tell(objective, middle),
        end=lab.tell(objective, last),
        half=middle,
        last=last,
        length_start=lab.tell(gradients, 0, measure="length"),
        length_middle=lab.tell(gradients, middle, measure="length"),
        length_end=lab.tell(gradients, last, measure="length"),
    )
    answer = lab.sentences(answer, _why(lab, middle, last))
    place = f"{quoted(lab.contents.texts('sheet.charts'))}!A1"
    return lab.prediction("half", lab.text("half", last=last), answer, place)


def _why(lab: Lab, middle: int, last: int) -> str:
    """In which half more happens, and whether the gradients tell why; '' where nothing does."""
    start, half_way, end = (lab.measured("value", [lab.contents.objective], t) for t in (0, middle, last))
    if abs(half_way - start) == abs(end - half_way):
        return ""
    gradients = [lab.contents.gradient(name) for name in lab.contents.template.parameter_order]
    at_start, at_half, at_end = (lab.measured("length", gradients, t) for t in (0, middle, last))
    is_first = abs(half_way - start) > abs(end - half_way)
    if is_first and at_start > at_half > at_end:
        why = lab.text("half_fades")
    elif not is_first and at_start < at_half < at_end:
        why = lab.text("half_grows")
    else:
        why = _by_squares(lab, middle, is_first)
    return lab.sentences(lab.text("half_first" if is_first else "half_second"), why)


def _by_squares(lab: Lab, middle: int, is_first: bool) -> str:
    """The squares of the gradient's length, added up over each half: about what plain steps bring, over {eta}.

    '' where these do not tell why either: so long steps are no small ones.
    """
    if not lab.steps_are_plain or lab.contents.template.model.picks:
        return lab.text("half_other", optimizer=lab.contents.template.training.optimizer)
    gradients = [lab.contents.gradient(name) for name in lab.contents.template.parameter_order]
    squares = np.sum([np.square(lab.history()[name]) for name in gradients], axis=0)
    first, second = float(np.sum(squares[:middle])), float(np.sum(squares[middle:-1]))
    if (first > second) != is_first:
        return ""
    sums = {key: lab.own_signs(told(value)) for key, value in (("first", first), ("second", second))}
    return lab.text("half_squares", eta=lab.symbol(LEARNING_RATE), **sums)
