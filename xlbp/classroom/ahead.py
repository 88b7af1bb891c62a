"""What a class needs before its first book, made by several processes at the same time: numbers, and the mould.

A student's numbers depend on those of the students in front only where two draws are the same.  So each is drawn as if
nobody stood in front, with what was looked up on the way; who has met a number that is taken is drawn again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TypeAlias, cast

from xlbp.classroom.exercise.book import form_of
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.order import plan_of
from xlbp.classroom.trial import Mould
from xlbp.classroom.versions import ClassDrawing, Drawn, Versions, empty_table
from xlbp.results import Progress
from xlbp.system.local import begin_processes
from xlbp.system.pool import Machines, run_all

ASKED = 16  # students whose names tell what form most names of the class have
WORTH = 0.5  # seconds of drawing; to begin processes for less takes longer
FEW = 4  # students, whose books one process makes before another has begun
PIECES = 8  # parts of the class for each process, so that none works long after the others
LARGEST = 200  # students in one part


@dataclass(frozen=True)
class MouldFor:
    """The mould that most of some names have."""

    names: tuple[str, ...]


Part: TypeAlias = MouldFor | tuple[str, ...]  # or the keys of students, who get numbers


class Preparer:
    """Does parts, in a process that has laid out the exercise."""

    def __init__(self, record: Record, has_key: bool) -> None:
        self.plan, self.has_key = plan_of(record), has_key
        self.drawing = ClassDrawing(self.plan, record)

    def do(self, part: Part) -> Mould | list[Drawn]:
        """The mould, or each student's numbers."""
        if isinstance(part, MouldFor):
            return usual_mould(self.plan, part.names, self.has_key)
        return [self.drawing.alone(student) for student in part]


def usual_mould(plan: Plan, names: Sequence[str], has_key: bool) -> Mould:
    """What most books have in common, by the names of the first students; it takes seconds."""
    first = [plan.version(student=name) for name in names]
    forms = [form_of(exercise) for exercise in first]
    usual = max(forms, key=forms.count)
    return Mould.of(first[forms.index(usual)], has_key)


def prepare(
    plan: Plan, record: Record, students: Sequence[Student], has_key: bool, where: Machines, progress: Progress
) -> tuple[Versions, Mould | None]:
    """The students' numbers, and the mould of most books; none where each student is asked something else."""
    names = MouldFor(tuple(student.name for student in students[:ASKED])) if plan.kind.draw is None else None
    if not where.scheduler and (count := min(where.jobs, len(students) // FEW)) > 1:
        begin_processes(Preparer.do, count)
    table = _Table(plan, record, students, progress)
    table.fill_here(WORTH)
    left = table.left()
    if not left:
        return table.versions(), usual_mould(plan, names.names, has_key) if names and students else None
    mould: Mould | None = None
    parts: list[Part] = [*([names] if names else []), *_in_parts(left, where.jobs)]
    for outcome in run_all(Preparer.do, parts, where, partial(Preparer, record, has_key)):
        found = outcome.value()
        if isinstance(found, Mould):
            mould = found
        else:
            table.take(cast("tuple[str, ...]", parts[outcome.number]), found)
    return table.versions(), mould


def _in_parts(students: Sequence[str], processes: int) -> list[tuple[str, ...]]:
    size = min(LARGEST, ceil(len(students) / (PIECES * processes)))
    return [tuple(students[at : at + size]) for at in range(0, len(students), size)]


class _Table:
    """Everybody's numbers, filled in from the first student on, as those that were drawn ahead come in."""

    def __init__(self, plan: Plan, record: Record, students: Sequence[Student], progress: Progress) -> None:
        self.drawing, self.students, self.progress = ClassDrawing(plan, record), students, progress
        self.table = empty_table(self.drawing, len(students))
        self.filled = 0  # students
        self.ahead: dict[str, Drawn] = {}

    def fill_here(self, seconds: float) -> None:
        """As many as are drawn in so many seconds of the processor."""
        end = time.process_time() + seconds
        while self.filled < len(self.students) and time.process_time() < end:
            self._fill(None)

    def left(self) -> list[str]:
        """The students without numbers."""
        return [student.key for student in self.students[self.filled :]]

    def take(self, students: Sequence[str], drawn: Sequence[Drawn]) -> None:
        """What was drawn elsewhere; it is used when all in front have theirs."""
        self.ahead.update(zip(students, drawn, strict=True))
        while self.filled < len(self.students) and self.students[self.filled].key in self.ahead:
            self._fill(self.ahead.pop(self.students[self.filled].key))

    def _fill(self, ahead: Drawn | None) -> None:
        student = self.students[self.filled]
        self.table[self.filled] = self.drawing.numbers(student.key, ahead)
        self.filled += 1
        if self.drawing.record.seed is not None:
            share = self.filled / len(self.students)
            self.progress(f"numbers for {self.filled} of {len(self.students)} students", share)

    def versions(self) -> Versions:
        """All of them."""
        return Versions(self.students, tuple(self.drawing.own), self.table)
