"""The numbers that each student of a class was given, and the right answers these lead to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.marking.class_answers import ClassAnswers, Written, answers_of
from xlbp.classroom.marking.copied import is_beyond_chance
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.verdict import WRONG
from xlbp.classroom.versions import Versions
from xlbp.reference.history import History
from xlbp.reference.train import trainer

DIGITS = 9  # by which numbers are looked up
SAME = 1e-12  # relative: numbers that were typed or stored otherwise
KEPT = 64  # students whose rows are remembered
SUSPICIOUS, TELLING = 0.3, 9  # of the wrong cells, and digits in all, that make a copy


class ClassKeys:
    """A student is trained when the answers are asked for, and forgotten when others were.

    ``have_own_numbers``: no two students have the same; ``answers`` is the index of the class's right answers, None
    where these tell nobody from another.
    """

    def __init__(self, plan: Plan, versions: Versions, have_own_numbers: bool, answers: ClassAnswers | None) -> None:
        self.plan, self.versions = plan, versions
        self.have_own_numbers, self.class_answers = have_own_numbers, answers
        self.places = {student.number: place for place, student in enumerate(versions.students)}
        self._trained = trainer(plan.contents.template)
        self.history = lru_cache(KEPT)(self._history)

    def numbers(self, number: int) -> Numbers:
        """The initial numbers of a student."""
        return self.versions[self.places[number]][1]

    def _history(self, number: int) -> History:
        """The reference's numbers for a student."""
        history = self._trained(self.numbers(number))
        return {name: history[name] for name in self.plan.contents.program.names}

    def answers(self, number: int) -> dict[Blank, float]:
        """A student's right answers."""
        blanks = self.plan.blanks.cells
        return dict(zip(blanks, answers_of(self.history(number), blanks), strict=True))

    def owner(self, givens: Mapping[str, float]) -> Student | None:
        """The student whose initial numbers these are."""
        if not self.have_own_numbers:
            return None
        place = self._by_numbers.get(_told([givens.get(name, math.nan) for name in self.versions.names]))
        if place is None:
            return None
        student, numbers = self.versions[place]
        return student if all(is_same(givens[name], value) for name, value in numbers.items()) else None

    @cached_property
    def _by_numbers(self) -> dict[int, int]:
        """Each student's place by the numbers, which have few digits, so that none is lost by rounding."""
        table = self.versions.table
        return {_told(table[place].tolist()): place for place in reversed(range(len(table)))}

    def copied_from(self, student: Student, judged: Judged) -> Student | None:
        """Another student whose right answers stand in many of the wrong cells."""
        wrong = [
            (verdict.blank, verdict.answer.value)
            for verdict in judged.verdicts
            if verdict.status == WRONG and verdict.answer.is_number and verdict.answer.value
        ]
        if self.class_answers is None or sum(_digits(value) for _, value in wrong) < TELLING:
            return None
        students = self.versions.students
        others = (students[place] for place in self.class_answers.like(wrong, _digits, TELLING))
        return next((o for o in others if o.number != student.number and self._is_source(o, wrong)), None)

    def _is_source(self, other: Student, wrong: Sequence[Written]) -> bool:
        """Whether so much is the other's that it can't be so by chance."""
        answers = self.history(other.number)
        if not _is_copied(wrong, answers):
            return False
        classmates = [number for number in self.places if number != other.number]
        return is_beyond_chance(wrong, answers, classmates, self.history, self.plan.contents.template.model)


def _told(numbers: Sequence[float]) -> int:
    """One number for all ways of storing so many; others are told apart when they are compared."""
    return hash(tuple(f"{number:.{DIGITS}g}" for number in numbers))


def is_same(number: float, other: float) -> bool:
    """Whether two numbers are equal but for how they were typed or stored."""
    return abs(number - other) <= SAME * max(1.0, abs(other))


def _is_copied(wrong: Sequence[Written], history: History) -> bool:
    """Whether so many wrong answers are another's right ones, with so many digits, that it is worth a closer look."""
    same = [v for blank, v in wrong if v and agrees(v, float(history[blank.name][blank.iteration]))]
    return len(same) >= SUSPICIOUS * len(wrong) and sum(map(_digits, same)) >= TELLING


def _digits(value: float) -> int:
    """How many digits a number has that say something, up to five."""
    return next((n for n in range(1, 5) if float(f"{value:.{n - 1}e}") == value), 5)
