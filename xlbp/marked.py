"""The table of contents of marking: a folder of hand-ins, the teacher's record and roster, to marks and feedback."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlbp.classroom import Version, draw_class, facts_of, how_many, plan_of, write_exercise_book
from xlbp.errors import XlbpError
from xlbp.exercise.numbers import Numbers
from xlbp.exercise.plan import Plan
from xlbp.exercise.record import Record
from xlbp.exercise.roster import Student, read_roster
from xlbp.leftovers import temporary_folder
from xlbp.marking.answers import Formulas, HandIn, own_formulas, read_handin
from xlbp.marking.crew import LostError, work
from xlbp.marking.feedback import write_feedback
from xlbp.marking.files import Found, find_files
from xlbp.marking.judge import WRONG, Judged, Key, judge
from xlbp.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result
from xlbp.marking.table import marks_table, summary_table
from xlbp.reference.history import History
from xlbp.reference.train import prepared, train
from xlbp.results import Progress, silent
from xlbp.workbook.atomic import check_target, make_folder, replacing
from xlbp.workbook.facts import Facts

SAME = 1e-12  # relative: numbers that were typed or stored otherwise
SUSPICIOUS = 0.3  # of the wrong cells, of which there are at least two


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
        make_folder(copies)
    versions = draw_class(plan, record, students)
    begun = (record, versions, _formulas_of(plan), copies, wanted.formulas_only)
    read: list[Result] = []
    for one, result in work(begin, begun, found, processes):
        read.append(_lost(one, result) if isinstance(result, LostError) else result)
        progress(f"{len(read)} of {len(found)} files", len(read) / len(found))
    results = in_order(students, read)
    blanks = plan.blanks.cells
    for target, text in (
        (output, marks_table(plan.contents, blanks, results)),
        (summary, summary_table(plan.contents, blanks, results)),
    ):
        with replacing(target) as temporary:
            temporary.write_bytes(text.encode())
    return Marked(tuple(results), output, summary, copies, plan)


def _formulas_of(plan: Plan) -> Formulas:
    """The formulas of an untouched book."""
    with temporary_folder() as folder:
        book = folder / "book.xlsx"
        write_exercise_book(plan.version(), book)
        return own_formulas(book, plan.version())


def in_order(students: Sequence[Student], read: Sequence[Result]) -> list[Result]:
    """The roster's students, each once, then files that are nobody's; a file without a name goes to its numbers."""
    by_number = {result.student.number: result for result in read if result.student}
    strays = [result for result in read if not result.student]
    found = []
    for student in students:
        found.append(by_number.get(student.number) or Result(MISSING, student))
    return found + sorted(strays, key=lambda result: str(result.file))


def _lost(one: Found, error: LostError) -> Result:
    return Result(UNREADABLE if one.student else STRAY, one.student, one.path, reason=str(error), others=one.others)


# one hand-in, in a process of its own


def begin(
    record: Record, versions: Sequence[Version], formulas: Formulas, copies: Path | None, formulas_only: bool
) -> Callable[[Found], Result]:
    """What each process does once: the exercise laid out, the class's keys at hand."""
    plan = plan_of(record)
    return _Marker(plan, versions, formulas, copies, formulas_only, record.seed is not None).mark


class _Marker:
    def __init__(
        self,
        plan: Plan,
        versions: Sequence[Version],
        formulas: Formulas,
        copies: Path | None,
        formulas_only: bool,
        own_numbers: bool,
    ) -> None:
        self.plan, self.formulas, self.copies, self.formulas_only = plan, formulas, copies, formulas_only
        self.numbers: dict[int, Numbers] = {student.number: numbers for student, numbers in versions}
        self.students = {student.number: student for student, _ in versions}
        self.own_numbers = own_numbers
        self.base = plan.version()
        self.facts: Facts | None = facts_of(self.base)
        self.known: dict[int, History] = {}

    def mark(self, found: Found) -> Result:
        """One file; what goes wrong with it is told, not raised."""
        try:
            handin = read_handin(found.path, self.base, self.formulas)
        except XlbpError as error:
            reason = str(error).removeprefix(f"{found.path}: ")
            status = UNREADABLE if found.student else STRAY
            return Result(status, found.student, found.path, reason=reason, others=found.others)
        owner = self.owner(handin)
        student = found.student or owner
        if student is None:
            return Result(STRAY, None, found.path, reason=self.plan.contents.texts("marking.nobody"))
        return self.judged(found, handin, student, owner)

    def owner(self, handin: HandIn) -> Student | None:
        """The student whose initial numbers the file has."""
        if not self.own_numbers:
            return None
        for number, numbers in self.numbers.items():
            if all(_same(handin.givens.get(name, math.nan), value) for name, value in numbers.items()):
                return self.students[number]
        return None

    def judged(self, found: Found, handin: HandIn, student: Student, owner: Student | None) -> Result:
        """Verdicts by the student's own numbers, and the feedback copy."""
        numbers = self.numbers[student.number]
        exercise = self.plan.version(numbers, student.name)
        template = exercise.contents.template
        constants = prepared(template, template.inputs())
        key = Key(self.history(student.number), constants)
        judged = judge(exercise, handin.answers, key, self.formulas_only)
        copied_from = self.answers_of(student, judged)
        if copied_from is not None:
            others = {copied_from.name: self.history(copied_from.number)}
            judged = judge(exercise, handin.answers, replace(key, others=others), self.formulas_only)
        result = Result(
            MARKED,
            student,
            found.path,
            judged.verdicts,
            owner.name if owner and owner.number != student.number else "",
            [*self.changed_givens(handin, numbers, template.inputs()), *handin.changed],
            found.others,
            answers_of=copied_from.name if copied_from else "",
        )
        if self.copies is None:
            return result
        path = self.copies / f"{student.stem}.xlsx"
        with replacing(path) as temporary:
            write_feedback(self.plan, numbers, result, judged, self.facts, temporary)
        return replace(result, feedback=path)

    def history(self, number: int) -> History:
        """The reference's numbers for a student."""
        if number not in self.known:
            template = self.plan.version(self.numbers[number]).contents.template
            history = train(template)
            self.known[number] = {name: history[name] for name in self.plan.contents.program.names}
        return self.known[number]

    def answers_of(self, student: Student, judged: Judged) -> Student | None:
        """Another student whose right answers stand in many of the wrong cells."""
        wrong = [v for v in judged.verdicts if v.status == WRONG and v.answer.value and math.isfinite(v.answer.value)]
        if len(wrong) < 2 or not self.own_numbers:
            return None
        for number, other in self.students.items():
            if number != student.number:
                history = self.history(number)
                same = sum(_near(v.answer.value or 0.0, history[v.blank.name][v.blank.iteration]) for v in wrong)
                if same >= max(2, SUSPICIOUS * len(wrong)):
                    return other
        return None

    def changed_givens(self, handin: HandIn, numbers: Numbers, inputs: Mapping[str, float]) -> list[str]:
        """Given numbers that are not the student's own."""
        symbol = self.plan.contents.symbol
        wanted = {**inputs, **numbers}
        return [symbol(name) for name, found in handin.givens.items() if not _same(found, wanted[name])]


def _same(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= SAME * max(1.0, abs(wanted))


def _near(found: float, wanted: float) -> bool:
    """The same answer, and not by chance: four digits of it."""
    return abs(found - wanted) <= 5e-4 * abs(wanted)
