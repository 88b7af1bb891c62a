"""The numbers that each student of a class was given, and the right answers these lead to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.marking.copied import is_beyond_chance
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.verdict import WRONG
from xlbp.reference.history import History
from xlbp.reference.train import train

DIGITS = 9  # by which numbers are looked up
SAME = 1e-12  # relative: numbers that were typed or stored otherwise
SUSPICIOUS, TELLING = 0.3, 9  # of the wrong cells, and digits in all, that make a copy


class ClassKeys:
    """A student is trained when the answers are asked for; ``own_numbers`` says that no two have the same numbers."""

    def __init__(self, plan: Plan, versions: Sequence[tuple[Student, Numbers]], own_numbers: bool) -> None:
        self.plan, self.own_numbers = plan, own_numbers
        self.numbers: dict[int, Numbers] = {student.number: numbers for student, numbers in versions}
        self.students = {student.number: student for student, _ in versions}
        self.trained: dict[int, History] = {}

    def history(self, number: int) -> History:
        """The reference's numbers for a student."""
        if number not in self.trained:
            history = train(self.plan.version(self.numbers[number]).contents.template)
            self.trained[number] = {name: history[name] for name in self.plan.contents.program.names}
        return self.trained[number]

    def answers(self, number: int) -> dict[Blank, float]:
        """A student's right answers."""
        history = self.history(number)
        return {blank: float(history[blank.name][blank.iteration]) for blank in self.plan.blanks.cells}

    def owner(self, givens: Mapping[str, float]) -> Student | None:
        """The student whose initial numbers these are."""
        if not self.own_numbers:
            return None
        number = self._by_numbers.get(tuple(f"{givens.get(name, math.nan):.{DIGITS}g}" for name in self._names))
        if number is None:
            return None
        is_theirs = all(is_same(givens[name], value) for name, value in self.numbers[number].items())
        return self.students[number] if is_theirs else None

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The initial numbers that students have of their own."""
        return tuple(next(iter(self.numbers.values()), {}))

    @cached_property
    def _by_numbers(self) -> dict[tuple[str, ...], int]:
        """Each student by the numbers, which have few digits, so that none is lost by rounding."""
        return {
            tuple(f"{numbers[name]:.{DIGITS}g}" for name in self._names): number
            for number, numbers in reversed(self.numbers.items())
        }

    def copied_from(self, student: Student, judged: Judged) -> Student | None:
        """Another student whose right answers stand in many of the wrong cells."""
        wrong = [(v.blank, v.answer.value) for v in judged.verdicts if v.status == WRONG and v.answer.is_number]
        if not self.own_numbers or sum(_digits(value) for _, value in wrong if value) < TELLING:
            return None  # before the whole class is trained for it
        for number, other in self.students.items():
            if number != student.number and _is_copied(wrong, self.history(number)) and self._is_sure(other, wrong):
                return other
        return None

    def _is_sure(self, other: Student, wrong: Sequence[tuple[Blank, float | None]]) -> bool:
        """Whether so much that is the other's can't be so by chance."""
        written = [(blank, value) for blank, value in wrong if value]
        model = self.plan.contents.template.model
        classmates = [number for number in self.students if number != other.number]
        return is_beyond_chance(written, self.history(other.number), classmates, self.history, model)


def is_same(number: float, other: float) -> bool:
    """Whether two numbers are equal but for how they were typed or stored."""
    return abs(number - other) <= SAME * max(1.0, abs(other))


def _is_copied(wrong: Sequence[tuple[Blank, float | None]], history: History) -> bool:
    """Whether so many wrong answers are another's right ones, with so many digits, that it is worth a closer look."""
    same = [v for blank, v in wrong if v and agrees(v, float(history[blank.name][blank.iteration]))]
    return len(same) >= SUSPICIOUS * len(wrong) and sum(map(_digits, same)) >= TELLING


def _digits(value: float) -> int:
    """How many digits a number has that say something, up to five."""
    return next((n for n in range(1, 5) if float(f"{value:.{n - 1}e}") == value), 5)
