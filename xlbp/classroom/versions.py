"""Numbers for each student of a class, that no other has; and what each is asked, where answers have a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from xlbp.classroom.exercise.kinds.kind import Class
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.numbers import Numbers, draw_numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.errors import UsageError, verb
from xlbp.expectation.training import train_run
from xlbp.reference.train import train
from xlbp.results import Progress, silent

Version = tuple[Student, Numbers]


def draw_class(plan: Plan, record: Record, students: Sequence[Student], progress: Progress = silent) -> list[Version]:
    """Each student with numbers that no other has; with the template's own where the record has no seed."""
    template, program = plan.contents.template, plan.contents.program
    own = template.model.parameters()
    if record.seed is None:
        return [(student, dict(own)) for student in students]
    if any(len(values) != len(own) for values in record.numbers.values()):
        raise UsageError(
            f"the record of {record.template} has not {len(own)} numbers for each student; take the file "
            f"that {verb('exercise')} wrote"
        )
    taken: set[tuple[float, ...]] = {tuple(own.values()), *map(tuple, record.numbers.values())}

    def numbers_of(student: Student) -> Numbers:
        progress(f"numbers for {student.number} of {len(students)} students", student.number / len(students))
        if student.key in record.numbers:
            return dict(zip(own, record.numbers[student.key], strict=True))
        return draw_numbers(template, program, record.seed or 0, student.key, train, taken)

    return [(student, numbers_of(student)) for student in students]


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
