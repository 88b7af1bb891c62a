"""Marks one hand-in at a time, in a process that has laid out the exercise and knows the class's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from xlbp.classroom.exercise.credit import PLAIN
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.marking.answers import Formulas, HandIn, read_givens, read_handin
from xlbp.classroom.marking.class_keys import ClassKeys, is_same
from xlbp.classroom.marking.feedback import write_feedback
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.judge import Judged, Key, judge
from xlbp.classroom.marking.naming import Namer
from xlbp.classroom.marking.result import MARKED, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.scheme import Scheme, scheme_of
from xlbp.classroom.order import plan_of
from xlbp.classroom.trial import facts_of
from xlbp.errors import XlbpError
from xlbp.reference.train import prepared
from xlbp.system.atomic import replacing
from xlbp.workbook.page.facts import Facts


@dataclass(frozen=True)
class Job:
    """What each process is told: the exercise, the class's numbers, and the formulas of an untouched book.

    ``copies`` is the folder of the feedback, None for none; ``formulas_only`` takes no typed number for an answer;
    ``force`` replaces a copy that came into being meanwhile; ``late`` are the numbers of students who were late;
    ``scheme`` says what cells count, None for a point each, ``out_of`` on what scale.
    """

    record: Record
    versions: Sequence[tuple[Student, Numbers]]
    formulas: Formulas
    copies: Path | None
    formulas_only: bool
    force: bool = False
    late: frozenset[int] = frozenset()
    scheme: Scheme | None = None
    out_of: Fraction | None = None


class Marker:
    """Made once in each process."""

    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, plan_of(job.record)
        self.keys = ClassKeys(self.plan, job.versions, own_numbers=job.record.seed is not None)
        self.base = self.plan.version()
        self.namer = Namer(self.base.contents)
        self.scheme = job.scheme or scheme_of(self.plan, PLAIN)
        self.facts: Facts | None = facts_of(self.base)

    def whose(self, file: Found) -> Student | None:
        """The student whose numbers a file has, if it can be read."""
        try:
            return self.keys.owner(read_givens(file.path, self.base))
        except XlbpError:
            return None

    def mark(self, file: Found) -> Result:
        """One file; what goes wrong with reading it is told, not raised."""
        student = file.student
        try:
            if student is None:
                read_givens(file.path, self.base)
                return Result(STRAY, None, file.name, reason=self.plan.contents.texts("marking.nobody"))
            handin = read_handin(file.path, self.base, self.job.formulas, self.keys.answers(student.number))
        except XlbpError as error:
            reason = error.at_the_command_line.removeprefix(f"{file.path}: ")
            return Result(
                UNREADABLE if student else STRAY,
                student,
                file.name,
                reason=reason,
                others=file.others,
                is_late=file.is_late,
            )
        exercise = self.plan.version(self.keys.numbers[student.number], student.name)
        judged, copied_from = self._judged(exercise, handin, student)
        owner = self.keys.owner(handin.givens)
        result = Result(
            MARKED,
            student,
            file.name,
            self.scheme.credited(judged.verdicts),
            owner=owner.name if owner and owner.number != student.number else "",
            changed=[*self._changed_givens(exercise, handin, student), *handin.changed],
            others=file.others,
            answers_of=copied_from.name if copied_from else "",
            is_late=file.is_late or student.number in self.job.late,
            maximum=self.scheme.maximum,
        )
        return result if file.is_trial else self._with_feedback(result, student, judged)

    def _judged(self, exercise: Exercise, handin: HandIn, student: Student) -> tuple[Judged, Student | None]:
        """Verdicts by the student's own numbers, and from whom the answers were copied, if they were."""
        template = exercise.contents.template
        key = Key(self.keys.history(student.number), prepared(template, template.inputs()))
        judged = judge(exercise, handin.answers, key, self.job.formulas_only, self.namer)
        copied_from = self.keys.copied_from(student, judged)
        if copied_from is not None:
            others = {copied_from.name: self.keys.history(copied_from.number)}
            judged = judge(exercise, handin.answers, replace(key, others=others), self.job.formulas_only, self.namer)
        return judged, copied_from

    def _changed_givens(self, exercise: Exercise, handin: HandIn, student: Student) -> list[str]:
        """Numbers that were handed out, and are not the student's own any more."""
        handed_out = {**exercise.contents.template.inputs(), **self.keys.numbers[student.number]}
        symbol = self.plan.contents.symbol
        return [symbol(name) for name, value in handin.givens.items() if not is_same(value, handed_out[name])]

    def _with_feedback(self, result: Result, student: Student, judged: Judged) -> Result:
        """The result with its feedback copy written, if copies are to be."""
        if self.job.copies is None:
            return result
        path = self.job.copies / f"{student.stem}.xlsx"
        with replacing(path, self.job.force) as temporary:
            numbers = self.keys.numbers[student.number]
            write_feedback(self.plan, numbers, result, judged, self.facts, temporary, self.scheme, self.job.out_of)
        return replace(result, feedback=path)
