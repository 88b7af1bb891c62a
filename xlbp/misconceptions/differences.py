"""A gradient that is a difference quotient: right but for a part that tells how it was made.

(E(w + h) - E(w)) / h differs from dE/dw by about h/2 times the second derivative; and of an E with seven digits a
quotient has only few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlbp.misconceptions.filling import Filling, fill_down
from xlbp.misconceptions.functions import Functions
from xlbp.misconceptions.given import Cells, Given
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.told import Rows
from xlbp.mistakes import Mistake

STEPS = tuple(10.0**-n for n in range(1, 9))  # that people take for h
ROUGH = 0.1  # how far off a quotient may be, relative to the largest derivative of the row
MATCHING = 0.05  # how far the rest of a quotient may be from what h makes it, relative to this rest
OF_SINGLE = 1e-7  # how far off numbers in single precision are at least, relative to themselves
MOST_PARAMETERS = 200


@dataclass(frozen=True)
class Quotient:
    """A mistake, and what it is about: the step h."""

    mistake: Mistake
    about: str
    cells: Cells


def quotient(
    problem: Problem, inputs: Mapping[str, float], given: Given, faults: Cells, right: Rows
) -> Quotient | None:
    """What the gradients are that are nearly right, if only these are at fault and what they move.

    ``right`` are the rows from the person's own parameters.
    """
    gradients = {problem.row.gradients[name]: name for name in problem.parameters}
    moved = set(problem.parameters) | {problem.relations.updated(name) or "" for name in problem.parameters}
    wrong = [name for name in {name for name, _ in faults} if name in gradients]
    if not wrong or any(name not in gradients and name not in moved for name, _ in faults):
        return None
    if not _is_rough(given, wrong, right):
        return None
    row = min(t for name, t in faults if name in gradients)
    start = dict(inputs) | {name: float(given.numbers[name][row]) for name in problem.parameters if name in given.names}
    rests = {gradients[name]: float(given.numbers[name][row] - right[name][row]) for name in wrong}
    for h in STEPS if len(rests) <= MOST_PARAMETERS and (row == 0 or not problem.model.picks) else ():
        if _matches(_rests_by_step(problem, start, list(rests), h), rests):
            return Quotient(Mistake.DIFFERENCE_QUOTIENT, f"h = {h:g}", faults)
    return Quotient(Mistake.SINGLE_PRECISION, "", faults) if _is_noise(given, wrong, right) else None


def _is_rough(given: Given, wrong: Sequence[str], right: Rows) -> bool:
    """Whether every gradient is nearly right."""
    scale = max(float(np.nanmax(np.abs(right[name]))) for name in wrong)
    return all(float(np.nanmax(np.abs(given.numbers[name] - right[name]))) <= ROUGH * scale for name in wrong)


def _is_noise(given: Given, wrong: Sequence[str], right: Rows) -> bool:
    """Whether the gradients are off as far as single precision makes them."""
    off = [np.abs(given.numbers[name] - right[name]) / np.maximum(np.abs(right[name]), 1e-12) for name in wrong]
    return float(np.nanmedian(np.concatenate(off))) >= OF_SINGLE


def _rests_by_step(problem: Problem, start: Mapping[str, float], names: Sequence[str], h: float) -> dict[str, float]:
    """What (E(w + h) - E(w)) / h has more than dE/dw, which is (E(w + h) - E(w - h)) / 2h to the second order."""
    objective = problem.model.objective
    filling = Filling(problem.row, [objective], Functions())

    def loss(**moved: float) -> float:
        return float(fill_down([filling], {**start, **moved}, 1, {}, {})[objective][0])

    here = loss()
    return {
        name: (loss(**{name: start[name] + h}) - 2 * here + loss(**{name: start[name] - h})) / (2 * h) for name in names
    }


def _matches(made: Mapping[str, float], rests: Mapping[str, float]) -> bool:
    """Whether the rests of all gradients are those of one h, or of the step to the other side."""
    length = sum(rest * rest for rest in rests.values()) ** 0.5
    offs = (sum((sign * made[name] - rest) ** 2 for name, rest in rests.items()) ** 0.5 for sign in (1, -1))
    return bool(min(offs) <= MATCHING * length)
