"""Whether answers that are another student's right ones can be so by chance, in a class of this size.

A wrong answer lies among the class's right answers to the same cell.  How likely it is that a classmate's lies within
its tolerance is read from how close the nearest of a sample are: few digits, and answers that are alike in the whole
class, tell little; all digits of a formula tell much.  Over every pair of the class, and every choice of so many of
the wrong cells, fewer than one such pair in a thousand classes is to be expected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.tolerance import agrees, allowed
from xlbp.misconceptions.relations import PARAMETERS
from xlbp.template.model import Model
from xlbp.template.quantity import GRADIENT

SAMPLE = 40  # classmates whose answers are looked at
NEIGHBOURS = 4  # by the distance of which it is known how dense these are
FEWEST = 2  # numbers: a single one is nobody's alone
RARE = 1e-3  # pairs of a class that may be taken for copies by chance
Written: TypeAlias = tuple[Blank, float]
Answers: TypeAlias = Mapping[str, NDArray[np.float64]]  # of a student, by quantity and iteration


def is_beyond_chance(
    wrong: Sequence[Written],
    source: Answers,
    classmates: Sequence[int],
    answers: Callable[[int], Answers],
    model: Model,
) -> bool:
    """Whether wrong answers are the source's right ones, and so many and so exact that nobody comes to them by chance.

    ``answers`` are those of a classmate, by number; ``model`` tells which cells are computed from the same hidden one.
    """
    same = [(blank, value) for blank, value in wrong if agrees(value, _right(source, blank))]
    sample = [answers(number) for number in _spread(classmates)]
    by_origin: dict[object, float] = {}
    for blank, value in same:
        origin = _origin(model, blank)
        chance = _chance(value, [_right(other, blank) for other in sample])
        by_origin[origin] = min(chance, by_origin.get(origin, 1.0))
    pairs = 2 * math.log10(max(2, len(classmates) + 1))
    if len(by_origin) < FEWEST:
        return False
    choices = math.log10(math.comb(len(wrong), len(same)))
    return sum(map(math.log10, by_origin.values())) + pairs + choices <= math.log10(RARE)


def _spread(numbers: Sequence[int]) -> list[int]:
    """At most so many of them, from all over the class."""
    step = max(1, math.ceil(len(numbers) / SAMPLE))
    return list(numbers[::step])


def _right(answers: Answers, blank: Blank) -> float:
    return float(answers[blank.name][blank.iteration])


def _chance(value: float, right: Iterable[float]) -> float:
    """How likely the answer of a classmate agrees with a value, by how dense they are around it."""
    distances = sorted(abs(value - other) for other in right)
    if not distances:
        return 1.0
    count = min(NEIGHBOURS, len(distances))
    width, tolerance = distances[count - 1], allowed(value)
    return min(1.0, count / len(distances) * tolerance / width) if width > tolerance else 1.0


def _origin(model: Model, blank: Blank) -> object:
    """What cells have in common that all follow from one number: the gradients of a unit's weights, from its delta.

    The other factor is an input, which all students have alike.
    """
    quantity = model.quantity(blank.name)
    if quantity.relation != GRADIENT or quantity.of is None or model.role(quantity.of) not in PARAMETERS:
        return blank
    return blank.iteration, quantity.root.block, quantity.root.indices[:1]
