"""Copied answers are told where chance is out of the question, and nobody is accused in classes of any size."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.copied import is_beyond_chance
from xlbp.template.load import load_template

SIZES = (10, 1_000, 100_000)
MODEL = load_template("mazur").model
NAMES = [f"dz{layer}[{unit}]" for layer in (1, 2) for unit in (1, 2)] + ["da1[1]", "da1[2]", "da2[1]", "da2[2]"]
CELLS = [Blank(name, 0) for name in NAMES]


def answers_of(number: int) -> dict[str, NDArray[np.float64]]:
    """The right answers of a student: numbers of their own, all of one size."""
    chance = np.random.default_rng(number)
    return {name: np.array([chance.normal(0.1, 0.03)]) for name in NAMES}


def is_told(written: dict[str, float], size: int, source: int = 3) -> bool:
    """Whether these wrong answers are told to be the source's, in a class of some size."""
    wrong = [(Blank(name, 0), value) for name, value in written.items()]
    return is_beyond_chance(wrong, answers_of(source), range(4, 3 + size), answers_of, MODEL)


def of_source(digits: int, count: int, source: int = 3) -> dict[str, float]:
    """The first of somebody's answers, with so many digits."""
    each = answers_of(source)
    return {name: float(f"{each[name][0]:.{digits}g}") for name in NAMES[:count]}


@pytest.mark.parametrize("size", SIZES)
def test_all_answers_of_another_are_told(size: int) -> None:
    """With three digits each, or a few with all digits of a formula."""
    assert is_told(of_source(4, 8), size)
    assert is_told(of_source(15, 4), size)


@pytest.mark.parametrize(
    ("digits", "count", "largest"), [(3, 4, 1_000), (2, 8, 10), (15, 1, 0), (15, 2, 1_000), (15, 3, 100_000)]
)
def test_the_larger_the_class_the_more_must_agree(digits: int, count: int, largest: int) -> None:
    """In a class of hundreds somebody has nearly every number of two digits, and one number is never enough."""
    assert [size for size in SIZES if is_told(of_source(digits, count), size)] == [s for s in SIZES if s <= largest]


def test_what_the_whole_class_has_nearly_alike_tells_nothing() -> None:
    """Numbers that differ from student to student in the third digit only."""

    def alike(number: int) -> dict[str, NDArray[np.float64]]:
        chance = np.random.default_rng(number)
        return {name: np.array([0.5 + 0.002 * chance.random()]) for name in NAMES}

    wrong = [(cell, float(f"{alike(3)[cell.name][0]:.3g}")) for cell in CELLS]
    assert not is_beyond_chance(wrong, alike(3), range(4, 34), alike, MODEL)


def test_gradients_of_one_delta_are_one_number() -> None:
    """Their other factor is an input that all have alike: who has the delta has them all."""
    names = ["dW1[1,1]", "dW1[1,2]", "dW1[2,1]", "dW1[2,2]"]

    def by_delta(number: int) -> dict[str, NDArray[np.float64]]:
        chance = np.random.default_rng(number)
        deltas = {"1": chance.normal(0.1, 0.03), "2": chance.normal(0.1, 0.03)}
        return {name: np.array([deltas[name[4]] * (1 if name[6] == "1" else 2)]) for name in names}

    for count, expected in ((2, False), (4, True)):
        wrong = [(Blank(name, 0), float(by_delta(3)[name][0])) for name in names[:count]]
        assert is_beyond_chance(wrong, by_delta(3), range(4, 1_003), by_delta, MODEL) is expected
