"""Numbers for each student of a class, that no other has; and what each is asked, where answers have a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.kinds.kind import Class
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.numbers import Drawing, Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.errors import UsageError, verb
from xlbp.expectation.training import train_run
from xlbp.reference.train import trainer
from xlbp.results import Progress, silent

Version = tuple[Student, Numbers]


class Versions(Sequence[Version]):
    """Each student with the numbers; these are kept in one table, for a class may have 100,000 students."""

    def __init__(self, students: Sequence[Student], names: Sequence[str], table: NDArray[np.float64]) -> None:
        self.students, self.names, self.table = tuple(students), tuple(names), table

    def digested(self) -> list[object]:
        """What a journal knows a class by."""
        return [self.students, self.names, self.table.tobytes()]

    def __len__(self) -> int:
        return len(self.students)

    @overload
    def __getitem__(self, place: int) -> Version: ...

    @overload
    def __getitem__(self, place: slice) -> Versions: ...

    def __getitem__(self, place: int | slice) -> Version | Versions:
        if isinstance(place, slice):
            return Versions(self.students[place], self.names, self.table[place])
        return self.students[place], dict(zip(self.names, self.table[place].tolist(), strict=True))


class Drawn(NamedTuple):
    """A student's numbers as they are if nobody else has them, and the hashes of all that were thought of."""

    values: tuple[float, ...]
    met: frozenset[int]


class _Noted(set[tuple[float, ...]]):
    """Numbers that are taken; what is looked up among them is noted."""

    def __init__(self, taken: Iterable[tuple[float, ...]]) -> None:
        super().__init__(taken)
        self.met: set[int] = set()

    def __contains__(self, values: object) -> bool:
        self.met.add(hash(values))
        return super().__contains__(values)


class ClassDrawing:
    """Gives one student after another numbers that no other has; with the template's own where there is no seed."""

    def __init__(self, plan: Plan, record: Record) -> None:
        self.plan, self.record = plan, record
        self.own = plan.contents.template.model.parameters()
        if any(len(values) != len(self.own) for values in record.numbers.values()):
            raise UsageError(
                f"the record of {record.template} has not {len(self.own)} numbers for each student; take the file "
                f"that {verb('exercise')} wrote"
            )
        self.taken: set[tuple[float, ...]] = {tuple(self.own.values()), *map(tuple, record.numbers.values())}
        self.entered: set[int] = set()  # hashes of those that were taken here

    @cached_property
    def drawing(self) -> Drawing:
        """What draws; a record that knows everybody's numbers needs none."""
        template = self.plan.contents.template
        return Drawing(template, self.plan.contents.program, trainer(template))

    def numbers(self, student: str, ahead: Drawn | None = None) -> Sequence[float]:
        """The next student's: as the record knows them, or as they were drawn ``ahead``, if these are still free."""
        if self.record.seed is None:
            return tuple(self.own.values())
        if known := self.record.numbers.get(student):
            return known
        if ahead is not None and ahead.met.isdisjoint(self.entered):
            values = ahead.values
            self.taken.add(values)
        else:
            values = tuple(self.drawing.numbers(self.record.seed, student, self.taken).values())
        self.entered.add(hash(values))
        return values

    def alone(self, student: str) -> Drawn:
        """Numbers of a student that may be drawn before those of the students in front."""
        taken = _Noted(self.taken)
        numbers = self.drawing.numbers(self.record.seed or 0, student, taken)
        return Drawn(tuple(numbers.values()), frozenset(taken.met))


def draw_class(plan: Plan, record: Record, students: Sequence[Student], progress: Progress = silent) -> Versions:
    """Each student with numbers that no other has; with the template's own where the record has no seed."""
    drawing = ClassDrawing(plan, record)
    table = empty_table(drawing, len(students))
    for place, student in enumerate(students):
        if record.seed is not None:
            progress(f"numbers for {student.number} of {len(students)} students", student.number / len(students))
        table[place] = drawing.numbers(student.key)
    return Versions(students, tuple(drawing.own), table)


def empty_table(drawing: ClassDrawing, students: int) -> NDArray[np.float64]:
    """A row for each student, a column for each number."""
    return np.empty((students, len(drawing.own)))


def asked_of_all(plan: Plan, tasks: Mapping[str, Task]) -> tuple[Blank, ...]:
    """What there are marks for: the cells, or every question that some student is asked."""
    questions = [question for task in tasks.values() for question in task.questions(plan.contents)]
    return tuple(dict.fromkeys(questions)) or plan.blanks.cells


def draw_tasks(
    plan: Plan,
    seed: int,
    versions: Iterable[tuple[str, Numbers | None]],
    known: Mapping[str, Mapping[str, Any]],
    progress: Progress = silent,
) -> dict[str, Task]:
    """What each student is asked, by key: as the record knows it, else drawn; nothing for a kind without questions.

    Raises UsageError where the exercise has nothing to ask, or the record's task is none.
    """
    kind, tasks = plan.kind, dict[str, Task]()
    if kind.draw is None or kind.read is None:
        return tasks
    try:
        tasks |= {key: kind.read(data) for key, data in known.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"the record of {plan.contents.template.name} has no task of the kind {kind.name} ({error}); take the file "
            f"that {verb('exercise')} wrote"
        ) from None
    if EVERYBODY in tasks:
        return tasks
    together = Class(plan.contents, plan.wishes, {task.sign for task in tasks.values()})
    for key, numbers in versions:
        if key not in tasks:
            progress(f"the task of student {len(tasks) + 1}", 0.0)
            contents = plan.version(numbers).contents
            random = Random(f"xlbp exercise {kind.name} {seed} {key}")
            tasks[key] = kind.draw(contents, train_run(contents).facts, random, together)
    return tasks
