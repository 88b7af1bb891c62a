"""Marks one hand-in at a time, in a process that has laid out the exercise and knows the class's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from xlbp.classroom.exercise.book import facts_of
from xlbp.classroom.exercise.credit import PLAIN
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.marking.answers import Formulas, HandIn, read_givens, read_handin
from xlbp.classroom.marking.class_answers import ClassAnswers
from xlbp.classroom.marking.class_keys import ClassKeys, is_same
from xlbp.classroom.marking.feedback import write_feedback
from xlbp.classroom.marking.files import Found
from xlbp.classroom.marking.judge import Judged, Key, judge
from xlbp.classroom.marking.kinds.feedback import write_task_feedback
from xlbp.classroom.marking.kinds.formulas import hold_elsewhere
from xlbp.classroom.marking.kinds.judges import JUDGES
from xlbp.classroom.marking.kinds.other_inputs import OtherInputs, other_inputs
from xlbp.classroom.marking.kinds.reading import read_task
from xlbp.classroom.marking.naming import Namer
from xlbp.classroom.marking.result import MARKED, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.scheme import Scheme, scheme_of
from xlbp.classroom.order import plan_of
from xlbp.classroom.versions import Versions, asked_of_all
from xlbp.errors import XlbpError
from xlbp.reference.train import prepared
from xlbp.system.cleanup import temporary_folder
from xlbp.system.delivery import on_disk
from xlbp.workbook.page.facts import Facts


@dataclass(frozen=True)
class Job:
    """What each process is told: the exercise, the class's numbers, and the formulas of an untouched book.

    ``has_copies``: there is feedback; ``formulas_only`` takes no typed number for an answer; ``late`` are numbers of
    students who were late; ``scheme`` says what cells count, None for a point each, ``out_of`` on what scale;
    ``answers`` is the index of all right answers, None where these tell nobody from another.
    """

    record: Record
    versions: Versions
    formulas: Formulas
    has_copies: bool
    formulas_only: bool
    late: frozenset[int] = frozenset()
    scheme: Scheme | None = None
    out_of: Fraction | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)  # what each student is asked on a sheet of answers
    answers: ClassAnswers | None = None


class MarkedFile(NamedTuple):
    """What came of a file, and its feedback copy as a file, if there is one."""

    result: Result
    feedback: bytes | None = None


class Marker:
    """Made once in each process."""

    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, plan_of(job.record)
        self.keys = ClassKeys(self.plan, job.versions, job.record.seed is not None, job.answers)
        self.base = self.plan.version()
        self.namer = Namer(self.base.contents)
        self.scheme = job.scheme or scheme_of(self.plan, PLAIN, asked_of_all(self.plan, job.tasks))
        self.facts: Facts | None = facts_of(self.base)

    def whose(self, file: Found) -> Student | None:
        """The student whose numbers a file has, if it can be read."""
        try:
            with on_disk(file.path, file.data) as path:
                return self.keys.owner(read_givens(path, self.base))
        except XlbpError:
            return None

    def mark(self, file: Found) -> MarkedFile:
        """One file; what goes wrong with reading it is told, not raised."""
        student = file.student
        try:
            with on_disk(file.path, file.data) as path:
                if student is None:
                    read_givens(path, self.base)
                    return MarkedFile(Result(STRAY, None, file.name, reason=self.plan.contents.texts("marking.nobody")))
                exercise = self._exercise_of(student)
                handin = self._read(path, exercise, student)
                judged, copied_from = self._judged(exercise, handin, student, path)
        except XlbpError as error:
            reason = error.at_the_command_line.removeprefix(f"{file.path}: ")
            status = UNREADABLE if student else STRAY
            return MarkedFile(
                Result(status, student, file.name, reason=reason, others=file.others, is_late=file.is_late)
            )
        owner = self.keys.owner(handin.givens)
        verdicts = self.scheme.credited(judged.verdicts)
        result = Result(
            MARKED,
            student,
            file.name,
            verdicts,
            owner=owner.name if owner and owner.number != student.number else "",
            changed=[*self._changed_givens(exercise, handin, student), *handin.changed],
            others=file.others,
            answers_of=copied_from.name if copied_from else "",
            is_late=file.is_late or student.number in self.job.late,
            maximum=sum((verdict.of for verdict in verdicts), Fraction(0)),
        )
        needs_copy = self.job.has_copies and not file.is_trial
        return MarkedFile(result, self._feedback(result, student, judged) if needs_copy else None)

    def _exercise_of(self, student: Student) -> Exercise:
        """The exercise as this student has it."""
        task = self.job.tasks.get(student.key) or self.job.tasks.get(EVERYBODY)
        return self.plan.version(self.keys.numbers(student.number), student.name, task=task)

    def _read(self, path: Path, exercise: Exercise, student: Student) -> HandIn:
        """What stands in a file."""
        if exercise.task is not None:
            return read_task(path, exercise, self.job.formulas)
        return read_handin(path, self.base, self.job.formulas, self.keys.answers(student.number))

    def _judged(
        self, exercise: Exercise, handin: HandIn, student: Student, path: Path
    ) -> tuple[Judged, Student | None]:
        """Verdicts by the student's own numbers, and from whom the answers were copied, if they were."""
        if exercise.task is not None:
            judge_task = JUDGES[self.plan.kind.name]
            return judge_task(exercise, handin, path, self.keys.history(student.number)), None
        template = exercise.contents.template
        formulas_only = self.job.formulas_only or not self.plan.kind.takes_numbers
        key = Key(self.keys.history(student.number), prepared(template, template.inputs()))
        judged = judge(exercise, handin.answers, key, formulas_only, self.namer)
        copied_from = self.keys.copied_from(student, judged)
        if copied_from is not None:
            others = {copied_from.name: self.keys.history(copied_from.number)}
            judged = judge(exercise, handin.answers, replace(key, others=others), formulas_only, self.namer)
        if not self.plan.kind.takes_numbers:
            judged = hold_elsewhere(self.plan, path, judged, self.others)
        return judged, copied_from

    @cached_property
    def others(self) -> list[OtherInputs]:
        """Other numbers, with which a formula must be right, too."""
        return other_inputs(self.base, self.base.blanks.cells)

    def _changed_givens(self, exercise: Exercise, handin: HandIn, student: Student) -> list[str]:
        """Numbers that were handed out, and are not the student's own any more."""
        handed_out = {**exercise.contents.template.inputs(), **self.keys.numbers(student.number)}
        symbol = self.plan.contents.symbol
        return [symbol(name) for name, value in handin.givens.items() if not is_same(value, handed_out[name])]

    def _feedback(self, result: Result, student: Student, judged: Judged) -> bytes:
        """The feedback copy, as a file that the first process puts into its place."""
        numbers, out_of = self.keys.numbers(student.number), self.job.out_of
        with temporary_folder() as folder:
            path = folder / "feedback.xlsx"
            if (exercise := self._exercise_of(student)).task is not None:
                write_task_feedback(exercise, result, path, out_of)
            else:
                write_feedback(self.plan, numbers, result, judged, self.facts, path, self.scheme, out_of)
            return path.read_bytes()
