"""Numbers for each student of a class, that no other has."""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.classroom.exercise.numbers import Drawing, Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.errors import UsageError, verb
from xlbp.reference.train import trainer
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
    drawing = Drawing(template, program, trainer(template))
    taken: set[tuple[float, ...]] = {tuple(own.values()), *map(tuple, record.numbers.values())}

    def numbers_of(student: Student) -> Numbers:
        progress(f"numbers for {student.number} of {len(students)} students", student.number / len(students))
        if student.key in record.numbers:
            return dict(zip(own, record.numbers[student.key], strict=True))
        return drawing.numbers(record.seed or 0, student.key, taken)

    return [(student, numbers_of(student)) for student in students]
