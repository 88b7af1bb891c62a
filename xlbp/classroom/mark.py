"""The table of contents of marking: a folder of hand-ins, the teacher's record and roster, to marks and feedback."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.make import Version, draw_class, facts_of, how_many, plan_of, write_exercise_book
from xlbp.classroom.marking.answers import Formulas, HandIn, own_formulas, read_givens, read_handin
from xlbp.classroom.marking.feedback import write_feedback
from xlbp.classroom.marking.files import Found, find_files, settle
from xlbp.classroom.marking.judge import WRONG, Judged, Key, judge
from xlbp.classroom.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.table import marks_table, summary_table
from xlbp.errors import XlbpError
from xlbp.reference.history import History
from xlbp.reference.train import prepared, train
from xlbp.results import Progress, silent
from xlbp.system.atomic import check_target, replacing
from xlbp.system.child import Limits
from xlbp.system.cleanup import temporary_folder
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.pool import run_all
from xlbp.workbook.page.facts import Facts

SAME = 1e-12  # relative: numbers that were typed or stored otherwise
REASONS = {
    Failure.REFUSED: "could not be marked: {error}",
    Failure.FAULT: "could not be marked for a fault of xlbp itself, please report it ({error})",
    Failure.ENDED: "ended the program that read it",
    Failure.LATE: "{error}",
}
SUSPICIOUS, TELLING = 0.3, 9  # of the wrong cells, and digits in all, that make a copy


@dataclass(frozen=True)
class Marked:
    """What :func:`mark` made."""

    results: tuple[Result, ...]
    table: Path
    summary: Path
    feedback: Path | None
    plan: Plan


@dataclass(frozen=True)
class Wishes:
    """How to mark: with feedback copies, taking formulas only, replacing old marks, in so many processes."""

    feedback: bool = True
    formulas_only: bool = False
    force: bool = False
    jobs: int | None = None


def mark(
    folder: Path,
    roster: Path,
    record: Record,
    output: Path,
    wishes: Wishes | None = None,
    progress: Progress = silent,
) -> Marked:
    """Mark every hand-in of a folder against the teacher's own exercise."""
    wanted = wishes or Wishes()
    processes = how_many(wanted.jobs)
    summary = output.with_name(f"{output.stem}-summary{output.suffix}")
    copies = output.with_name(f"{output.stem}-feedback") if wanted.feedback else None
    for target in (output, summary):
        check_target(target, wanted.force, suffix=".csv")
    students, plan = read_roster(roster), plan_of(record)
    found = find_files(folder, students)
    if copies is not None:
        folder_for(copies, students, wanted.force)
    versions, formulas = draw_class(plan, record, students), _formulas_of(plan)
    job = Job(record, versions, formulas, copies, wanted.formulas_only, wanted.force)
    results = in_order(students, _read_all(job, found, processes, progress))
    blanks = plan.blanks.cells
    for target, text in (
        (output, marks_table(plan.contents, blanks, results)),
        (summary, summary_table(plan.contents, blanks, results)),
    ):
        with replacing(target, wanted.force) as temporary:
            temporary.write_bytes(text.encode())
    return Marked(tuple(results), output, summary, copies, plan)


def _read_all(job: Job, files: Sequence[Found], processes: int, progress: Progress) -> list[Result]:
    """Every file marked; those without a name are looked into first, to tell whose they are."""
    begin = partial(_Marker, job)
    nameless = [file for file in files if file.student is None]
    if nameless and job.record.seed is not None:
        progress(f"{len(nameless)} files without a name")
        owners = run_all(_Marker.whose, nameless, processes, begin, Limits())
        files = settle(files, {nameless[owner.number].path: owner.result for owner in owners if owner.result})
    read: list[Result] = []
    for outcome in run_all(_Marker.mark, files, processes, begin, Limits()):
        read.append(outcome.result or lost_file(files[outcome.number], outcome))
        progress(f"{len(read)} of {len(files)} files", len(read) / len(files))
    return read


def _formulas_of(plan: Plan) -> Formulas:
    """The formulas of an untouched book."""
    with temporary_folder() as folder:
        book = folder / "book.xlsx"
        write_exercise_book(plan.version(), book)
        return own_formulas(book, plan.version())


def in_order(students: Sequence[Student], read: Sequence[Result]) -> list[Result]:
    """The roster's students, each once, then files that are nobody's."""
    by_number = {result.student.number: result for result in read if result.student}
    strays = [result for result in read if not result.student]
    found = []
    for student in students:
        found.append(by_number.get(student.number) or Result(MISSING, student))
    return found + sorted(strays, key=lambda result: str(result.file))


def lost_file(file: Found, outcome: Outcome[Result]) -> Result:
    """What is told of a file that could not be marked."""
    assert outcome.failure is not None
    reason = REASONS[outcome.failure].format(error=outcome.error)
    return Result(UNREADABLE if file.student else STRAY, file.student, file.path, reason=reason, others=file.others)


# one hand-in, in a process of its own


@dataclass(frozen=True)
class Job:
    """What each process is given: the exercise, the class's numbers, and the formulas of an untouched book.

    ``copies`` is the folder of the feedback, None for none; ``formulas_only`` takes no typed number for an answer;
    ``force`` replaces a copy that came into being meanwhile.
    """

    record: Record
    versions: Sequence[Version]
    formulas: Formulas
    copies: Path | None
    formulas_only: bool
    force: bool = False


class _Marker:
    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, plan_of(job.record)
        self.numbers: dict[int, Numbers] = {student.number: numbers for student, numbers in job.versions}
        self.students = {student.number: student for student, _ in job.versions}
        self.own_numbers = job.record.seed is not None
        self.base = self.plan.version()
        self.facts: Facts | None = facts_of(self.base)
        self.known: dict[int, History] = {}

    def mark(self, found: Found) -> Result:
        """One file; what goes wrong with it is told, not raised."""
        student = found.student
        try:
            if student is None:
                read_givens(found.path, self.base)
                return Result(STRAY, None, found.path, reason=self.plan.contents.texts("marking.nobody"))
            handin = read_handin(found.path, self.base, self.job.formulas, self.truth(student.number))
        except XlbpError as error:
            reason = str(error).removeprefix(f"{found.path}: ")
            return Result(UNREADABLE if student else STRAY, student, found.path, reason=reason, others=found.others)
        return self.judged(found, handin, student)

    def whose(self, found: Found) -> Student | None:
        """The student whose numbers a file has, if it can be read."""
        try:
            return self.owner(read_givens(found.path, self.base))
        except XlbpError:
            return None

    def owner(self, givens: Mapping[str, float]) -> Student | None:
        """The student whose initial numbers these are."""
        if not self.own_numbers:
            return None
        for number, numbers in self.numbers.items():
            if all(_same(givens.get(name, math.nan), value) for name, value in numbers.items()):
                return self.students[number]
        return None

    def judged(self, found: Found, handin: HandIn, student: Student) -> Result:
        """Verdicts by the student's own numbers, and the feedback copy."""
        numbers = self.numbers[student.number]
        exercise = self.plan.version(numbers, student.name)
        inputs = exercise.contents.template.inputs()
        key = Key(self.history(student.number), prepared(exercise.contents.template, inputs))
        judged = judge(exercise, handin.answers, key, self.job.formulas_only)
        copied_from = self.answers_of(student, judged)
        if copied_from is not None:
            others = {copied_from.name: self.history(copied_from.number)}
            judged = judge(exercise, handin.answers, replace(key, others=others), self.job.formulas_only)
        owner = self.owner(handin.givens)
        result = Result(
            MARKED,
            student,
            found.path,
            judged.verdicts,
            owner=owner.name if owner and owner.number != student.number else "",
            changed=[*self.changed_givens(handin, {**inputs, **numbers}), *handin.changed],
            others=found.others,
            answers_of=copied_from.name if copied_from else "",
        )
        return self.with_feedback(result, student, judged)

    def with_feedback(self, result: Result, student: Student, judged: Judged) -> Result:
        """The result with its feedback copy written, if copies are wanted."""
        if self.job.copies is None:
            return result
        path = self.job.copies / f"{student.stem}.xlsx"
        with replacing(path, self.job.force) as temporary:
            write_feedback(self.plan, self.numbers[student.number], result, judged, self.facts, temporary)
        return replace(result, feedback=path)

    def truth(self, number: int) -> dict[Blank, float]:
        """A student's right answers."""
        history = self.history(number)
        return {blank: float(history[blank.name][blank.iteration]) for blank in self.base.blanks.cells}

    def history(self, number: int) -> History:
        """The reference's numbers for a student."""
        if number not in self.known:
            template = self.plan.version(self.numbers[number]).contents.template
            history = train(template)
            self.known[number] = {name: history[name] for name in self.plan.contents.program.names}
        return self.known[number]

    def answers_of(self, student: Student, judged: Judged) -> Student | None:
        """Another student whose right answers stand in many of the wrong cells."""
        wrong = [(v.blank, v.answer.value) for v in judged.verdicts if v.status == WRONG and v.answer.is_number]
        if not self.own_numbers or sum(_digits(value) for _, value in wrong if value) < TELLING:
            return None  # before the whole class is trained for it
        for number, other in self.students.items():
            if number != student.number and _copied(wrong, self.history(number)):
                return other
        return None

    def changed_givens(self, handin: HandIn, wanted: Mapping[str, float]) -> list[str]:
        """Given numbers that are not the student's own."""
        symbol = self.plan.contents.symbol
        return [symbol(name) for name, found in handin.givens.items() if not _same(found, wanted[name])]


def _same(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= SAME * max(1.0, abs(wanted))


def _copied(wrong: Sequence[tuple[Blank, float | None]], history: History) -> bool:
    """Whether so many wrong answers are another's right ones, with so many digits, that chance is out of the question.

    In a class of hundreds somebody has nearly every number of two digits.
    """
    same = [v for blank, v in wrong if v and agrees(v, float(history[blank.name][blank.iteration]))]
    return len(same) >= SUSPICIOUS * len(wrong) and sum(map(_digits, same)) >= TELLING


def _digits(value: float) -> int:
    """How many digits a number has that say something, up to five."""
    return next((n for n in range(1, 5) if float(f"{value:.{n - 1}e}") == value), 5)
