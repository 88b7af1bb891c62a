"""A gradient that is a difference quotient: right but for a part that tells how it was made.

(E(w + h) - E(w)) / h differs from dE/dw by about h/2 times the second derivative; and of an E with seven digits a
quotient has only few, and is a multiple of E's last bit over h.
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
SIDES = (1, -1, 0)  # of w that E is taken at besides w: behind it, before it, or both in place of w
ROUGH = 0.1  # how far off a quotient may be, relative to the largest derivative of the row
MATCHING = 0.05  # how far the rest of a quotient may be from what h makes it, relative to this rest
OF_SINGLE = 2e-7  # how far off the quotient of two numbers in single precision is, relative to itself
OFF_GRID = 0.01  # how far a number may be from the nearest multiple of the grid's step, in such steps
COARSE = 0.1  # so far, all of them may be as well numbers of no grid
FEWEST = 4  # numbers that are multiples, and not 0
NOISE = 16  # how many roundings of E a quotient may be off, as a root of the mean square
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
    row = min(t for name, t in faults if name in gradients)
    start = dict(inputs) | {name: float(given.numbers[name][row]) for name in problem.parameters if name in given.names}
    if len(wrong) > MOST_PARAMETERS or (row > 0 and problem.model.picks):
        return None
    numbers = {gradients[name]: float(given.numbers[name][row]) for name in gradients if given.is_given_at(name, row)}
    rests = {name: numbers[name] - float(right[problem.row.gradients[name]][row]) for name in numbers}
    of_wrong = {gradients[name]: rests[gradients[name]] for name in wrong if gradients[name] in rests}
    by_step = {h: _around(problem, start, list(numbers), h) for h in STEPS}
    for h, (_, made) in by_step.items() if _is_rough(given, wrong, right) else ():
        if _matches(made, of_wrong):
            return Quotient(Mistake.DIFFERENCE_QUOTIENT, f"h = {h:g}", faults)
    for h, (loss, made) in reversed(by_step.items()):  # the widest grid first: what is on it is on finer ones as well
        if _is_of_single_precision(numbers, rests, loss, made, h):
            return Quotient(Mistake.SINGLE_PRECISION, f"h = {h:g}", faults)
    return None


def _is_rough(given: Given, wrong: Sequence[str], right: Rows) -> bool:
    """Whether every gradient is nearly right."""
    scale = max(float(np.nanmax(np.abs(right[name]))) for name in wrong)
    return all(float(np.nanmax(np.abs(given.numbers[name] - right[name]))) <= ROUGH * scale for name in wrong)


def _is_of_single_precision(
    numbers: Mapping[str, float], rests: Mapping[str, float], loss: float, made: Mapping[str, float], h: float
) -> bool:
    """Whether all are differences of an E of 24 bits over h, or 2h, and off by a few roundings of such an E.

    E is then a multiple of its last bit, and a quotient one of that over h: what is off is the same for large
    derivatives and small ones.
    """
    bit = float(np.spacing(np.float32(loss - h * max(map(abs, numbers.values())))))
    for side in SIDES:
        grid = bit / h if side else bit / (2 * h)
        noise = [rest - side * made[name] for name, rest in rests.items()]
        if np.sqrt(np.mean(np.square(noise))) <= NOISE * grid and _is_on_grid(list(numbers.values()), grid):
            return True
    return False


def _is_on_grid(numbers: Sequence[float], grid: float) -> bool:
    """Whether numbers are multiples of the grid's step, and enough of them to be so by no chance."""
    multiples = np.array(numbers) / grid
    nearest = np.round(multiples)
    allowed = OFF_GRID + OF_SINGLE * np.abs(nearest)
    is_on = np.abs(multiples - nearest) <= allowed
    return bool(is_on.all() and allowed.max() <= COARSE and np.count_nonzero(nearest) >= FEWEST)


def _around(
    problem: Problem, start: Mapping[str, float], names: Sequence[str], h: float
) -> tuple[float, dict[str, float]]:
    """E, and by parameter what (E(w + h) - E(w)) / h has more than dE/dw.

    That is (E(w + h) - E(w - h)) / 2h to the second order.
    """
    objective = problem.model.objective
    filling = Filling(problem.row, [objective], Functions())

    def loss(**moved: float) -> float:
        return float(fill_down([filling], {**start, **moved}, 1, {}, {})[objective][0])

    here = loss()
    return here, {
        name: (loss(**{name: start[name] + h}) - 2 * here + loss(**{name: start[name] - h})) / (2 * h) for name in names
    }


def _matches(made: Mapping[str, float], rests: Mapping[str, float]) -> bool:
    """Whether the rests of all gradients are those of one h, or of the step to the other side."""
    length = sum(rest * rest for rest in rests.values()) ** 0.5
    offs = (sum((sign * made[name] - rest) ** 2 for name, rest in rests.items()) ** 0.5 for sign in SIDES[:2])
    return bool(min(offs) <= MATCHING * length)
