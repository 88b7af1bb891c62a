"""Who has the numbers that somebody else wrote: the index of a class against a look at everybody."""

from __future__ import annotations

import random

import pytest

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.marking import class_answers, class_keys
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.class_answers import ClassAnswers, answers_of
from xlbp.classroom.marking.class_keys import TELLING, ClassKeys
from xlbp.classroom.marking.judge import WRONG, Judged, Verdict
from xlbp.classroom.order import Order, plan_of
from xlbp.classroom.versions import draw_class

RECORD = Order("mazur", "gradients", language="en").record(7)
PLAN = plan_of(RECORD)
CLASS = [Student(n, f"S{n}", "", f"name s{n}", f"S{n}") for n in range(1, 41)]
VERSIONS = draw_class(PLAN, RECORD, CLASS)


def keys() -> ClassKeys:
    """A class of forty, indexed."""
    return ClassKeys(PLAN, VERSIONS, True, ClassAnswers.of(PLAN, VERSIONS))


def wrong(*written: tuple[int, float]) -> Judged:
    """A hand-in with these numbers in so many of its blanks, all of them wrong."""
    blanks = PLAN.blanks.cells
    return Judged([Verdict(blanks[at], WRONG, Answer(value), 0.0) for at, value in written], [])


@pytest.mark.parametrize("digits", [2, 3, 5, 15])
def test_the_index_misses_nobody_whom_an_answer_fits(digits: int) -> None:
    """Of anybody's right answer in so many digits it names all in whose books that would be right."""
    known = keys()
    assert known.class_answers is not None
    histories = [answers_of(known.history(student.number), PLAN.blanks.cells) for student in CLASS]
    chance = random.Random(digits)
    for _ in range(60):
        at = chance.randrange(len(PLAN.blanks.cells))
        written = float(f"{chance.choice(histories)[at]:.{digits}g}")
        fits = {place for place, answers in enumerate(histories) if agrees(written, answers[at])}
        assert fits <= set(known.class_answers.like([(PLAN.blanks.cells[at], written)], lambda _: 9, 9))


def test_a_copy_is_known_by_nine_digits_in_a_third_of_the_wrong_cells() -> None:
    """Three numbers of another student are a copy, two of them are not, and nobody copies from oneself."""
    known = keys()
    theirs = [float(f"{answer:.3g}") for answer in answers_of(known.history(17), PLAN.blanks.cells)]
    copied = [(at, theirs[at]) for at in (0, 2, 5)]
    assert known.copied_from(CLASS[3], wrong(*copied)) == CLASS[16]
    assert known.copied_from(CLASS[3], wrong(*copied[:2])) is None
    assert known.copied_from(CLASS[16], wrong(*copied)) is None
    others = [(at, 7.5) for at in range(6, 14)]
    assert known.copied_from(CLASS[3], wrong(*copied, *others)) is None


def test_of_a_very_large_class_some_blanks_are_not_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index stays below its size, and still leads to whom the answers are copied from."""
    monkeypatch.setattr(class_answers, "MOST_INDEXED", 8 * len(CLASS))
    known = keys()
    assert known.class_answers is not None
    assert known.class_answers.answers.size <= 8 * len(CLASS)
    theirs = answers_of(known.history(17), PLAN.blanks.cells)
    assert known.copied_from(CLASS[3], wrong(*enumerate(theirs))) == CLASS[16]


def test_few_students_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many were asked for."""
    monkeypatch.setattr(class_keys, "KEPT", 16)
    known = keys()
    for student in CLASS:
        known.answers(student.number)
    assert known.history.cache_info().currsize == 16


def test_the_givens_tell_whose_a_book_is() -> None:
    """By numbers that were stored otherwise as well; one that differs makes them nobody's."""
    known = keys()
    for student, numbers in VERSIONS:
        assert known.owner({name: value * (1 + 1e-14) for name, value in numbers.items()}) == student
    first, *_ = numbers
    assert known.owner({**numbers, first: numbers[first] + 1e-6}) is None
    assert TELLING == 9
