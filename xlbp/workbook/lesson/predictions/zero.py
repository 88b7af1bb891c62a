"""A variable set so that a derivative becomes 0, found by trying numbers that a person would."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction

NUMBERS = [0.0, *(sign * n for n in range(1, 11) for sign in (1.0, -1.0))]  # small ones first
MOST_PAIRS = 16


def zero(lab: Lab) -> Prediction | None:
    """Which derivative becomes 0 by a number typed for a variable or a constant; None where none of these does it."""
    if lab.contents.template.model.computed_as != "scalars" or not lab.last:
        return None
    for changed, moving, value in _candidates(lab):
        changes = {changed: value}
        lab.trials.clear()
        trial = lab.change(changes)
        return _asked(lab, changed, moving, trial)
    return None


def _candidates(lab: Lab) -> Iterator[tuple[str, str, float]]:
    """Inputs, variables and numbers with which the derivative by the variable is 0 in the first row, and no other is.

    First come numbers of another variable than the one whose derivative it is: it then stays where it is.
    """
    order = lab.contents.template.parameter_order
    gradients = [lab.contents.gradient(name) for name in order]
    pairs = sorted(product(order, order), key=lambda pair: pair[0] == pair[1])[:MOST_PAIRS]
    for changed, moving in pairs:
        for value in NUMBERS:
            if value == lab.inputs[changed]:
                continue
            first_row = lab.facts.trials.changed({changed: value}, 0)
            zeros = [name for name in gradients if first_row[name][0] == 0]
            if zeros == [lab.contents.gradient(moving)] and lab.measured("value", zeros, 0):
                yield changed, moving, value


def _asked(lab: Lab, changed: str, moving: str, trial: int) -> Prediction:
    gradient = lab.contents.gradient(moving)
    changes = lab.trials[trial].changes
    names = {"gradient": lab.symbol(gradient), "variable": lab.symbol(moving)}
    question = lab.text("zero", changes=lab.typing(changes))
    answer = lab.text(
        "zero_answer",
        **names,
        value=lab.tell(gradient, 0, trial),
        old=lab.tell(gradient, 0),
        start=lab.tell(moving, 0, trial),
        next=lab.tell(moving, 1, trial),
        end=lab.tell(moving, lab.last, trial),
    )
    moves = lab.measured("value", [moving], lab.last, trial) != lab.measured("value", [moving], 0, trial)
    why = lab.text("zero_moves" if moves else "zero_stays", **names)
    return lab.prediction("zero", question, lab.sentences(answer, why), lab.place(changed))
