"""Numbers for each student of a class, that no other has; and what each is asked, where answers have a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any, overload

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


def draw_class(plan: Plan, record: Record, students: Sequence[Student], progress: Progress = silent) -> Versions:
    """Each student with numbers that no other has; with the template's own where the record has no seed."""
    template, program = plan.contents.template, plan.contents.program
    own = template.model.parameters()
    table = np.tile(np.array([*own.values()], dtype=np.float64), (len(students), 1))
    versions = Versions(students, tuple(own), table)
    if record.seed is None:
        return versions
    if any(len(values) != len(own) for values in record.numbers.values()):
        raise UsageError(
            f"the record of {record.template} has not {len(own)} numbers for each student; take the file "
            f"that {verb('exercise')} wrote"
        )
    drawing = Drawing(template, program, trainer(template))
    taken: set[tuple[float, ...]] = {tuple(own.values()), *map(tuple, record.numbers.values())}
    for place, student in enumerate(students):
        progress(f"numbers for {student.number} of {len(students)} students", student.number / len(students))
        known = record.numbers.get(student.key)
        table[place] = known or [*drawing.numbers(record.seed, student.key, taken).values()]
    return versions


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
