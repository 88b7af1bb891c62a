"""Marking, the table of contents: a folder of hand-ins, the teacher's record and roster, to marks and feedback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.make import how_many
from xlbp.classroom.marking.answers import Formulas, own_formulas
from xlbp.classroom.marking.files import Found, find_files, settle
from xlbp.classroom.marking.marker import Job, Marker
from xlbp.classroom.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result
from xlbp.classroom.marking.table import marks_table, summary_table
from xlbp.classroom.order import plan_of
from xlbp.classroom.trial import write_exercise_book
from xlbp.classroom.versions import draw_class
from xlbp.errors import at_the_command_line
from xlbp.results import Progress, silent
from xlbp.system.atomic import check_target, replacing
from xlbp.system.child import Limits
from xlbp.system.cleanup import temporary_folder
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.pool import run_all

LIMITS = Limits(seconds=60, memory=4 * 2**30)  # for a file: 60 seconds, 4 GB
REASONS = {
    Failure.REFUSED: "could not be marked: {error}",
    Failure.FAULT: "could not be marked for a fault of xlbp itself, please report it ({error})",
    Failure.ENDED: "ended the program that read it",
    Failure.LATE: "{error}",
}


@dataclass(frozen=True, repr=False)
class Marked:
    """What :func:`mark` made: the results of all students, and where the tables are."""

    results: tuple[Result, ...]
    table: Path
    summary: Path
    feedback: Path | None
    plan: Plan

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp mark --json`` prints."""
        files = {"marks": str(self.table), "summary": str(self.summary)}
        feedback = str(self.feedback) if self.feedback else None
        return {**files, "feedback": feedback, "results": [result.to_dict() for result in self.results]}

    @property
    def scores(self) -> list[int]:
        """The points of those that were marked."""
        return [result.score for result in self.results if result.status == MARKED]

    def __repr__(self) -> str:
        count = len([result for result in self.results if result.student])
        of = f" of {len(self.plan.blanks.cells)}"
        mean = f", mean {sum(self.scores) / len(self.scores):.1f}{of}" if self.scores else ""
        return f"Marked({self.table}: {len(self.scores)} of {count} students{mean})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        rows = [(r.student.name if r.student else str(r.file), r.status, r.score) for r in self.results]
        return html.heading(repr(self)) + html.table(("student", "status", "points"), rows)


@dataclass(frozen=True)
class Options:
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
    options: Options | None = None,
    progress: Progress = silent,
) -> Marked:
    """Mark every hand-in of a folder against the teacher's own exercise."""
    options = options or Options()
    processes = how_many(options.jobs)
    summary = output.with_name(f"{output.stem}-summary{output.suffix}")
    copies = output.with_name(f"{output.stem}-feedback") if options.feedback else None
    for target in (output, summary):
        check_target(target, options.force, suffix=".csv")
    students, plan = read_roster(roster), plan_of(record)
    files = find_files(folder, students)
    if copies is not None:
        folder_for(copies, students, options.force)
    versions, formulas = draw_class(plan, record, students), _formulas_of(plan)
    job = Job(record, versions, formulas, copies, options.formulas_only, options.force)
    results = by_roster(students, _read_all(job, files, processes, progress))
    tables = {output: marks_table, summary: summary_table}
    for target, table in tables.items():
        with replacing(target, options.force) as temporary:
            temporary.write_bytes(table(plan.contents, plan.blanks.cells, results).encode())
    return Marked(tuple(results), output, summary, copies, plan)


def _formulas_of(plan: Plan) -> Formulas:
    """The formulas of an untouched book."""
    with temporary_folder() as folder:
        book = folder / "book.xlsx"
        write_exercise_book(plan.version(), book)
        return own_formulas(book, plan.version())


def _read_all(job: Job, files: Sequence[Found], processes: int, progress: Progress) -> list[Result]:
    """Every file marked; those without a name are looked into first, to tell whose they are."""
    begin = partial(Marker, job)
    nameless = [file for file in files if file.student is None]
    if nameless and job.record.seed is not None:
        progress(f"{len(nameless)} files without a name")
        owners = run_all(Marker.whose, nameless, processes, begin, LIMITS)
        files = settle(files, {nameless[owner.number].path: owner.result for owner in owners if owner.result})
    read: list[Result] = []
    for outcome in run_all(Marker.mark, files, processes, begin, LIMITS):
        read.append(outcome.result or lost_file(files[outcome.number], outcome))
        progress(f"{len(read)} of {len(files)} files", len(read) / len(files))
    return read


def lost_file(file: Found, outcome: Outcome[Result]) -> Result:
    """What is told of a file that could not be marked."""
    assert outcome.failure is not None
    reason = REASONS[outcome.failure].format(error=at_the_command_line(outcome.error))
    return Result(UNREADABLE if file.student else STRAY, file.student, file.path, reason=reason, others=file.others)


def by_roster(students: Sequence[Student], read: Sequence[Result]) -> list[Result]:
    """The roster's students, each once, then files that are nobody's."""
    by_number = {result.student.number: result for result in read if result.student}
    strays = [result for result in read if not result.student]
    results = [by_number.get(student.number) or Result(MISSING, student) for student in students]
    return results + sorted(strays, key=lambda result: str(result.file))
