"""Marking, the table of contents: hand-ins, the teacher's record and roster, to marks, feedback and a gradebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.credit import NOTHING_SAID, SaidOfCredit
from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import Record
from xlbp.classroom.exercise.roster import Student, known_as, read_roster
from xlbp.classroom.gradebook.export import Export, Filled, fill, read_export
from xlbp.classroom.gradebook.feedback_archive import write_archive
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.handedin.owners import Decision, Entry, entries_of
from xlbp.classroom.handedin.platforms import MOODLE
from xlbp.classroom.make import how_many
from xlbp.classroom.marking.answers import Formulas, own_formulas
from xlbp.classroom.marking.class_answers import ClassAnswers
from xlbp.classroom.marking.files import Found, best_first, counted, instead, trials
from xlbp.classroom.marking.marker import Job, MarkedFile, Marker
from xlbp.classroom.marking.marks_book import must_fit, write_marks_book
from xlbp.classroom.marking.record import Line, called, record_of, record_rows
from xlbp.classroom.marking.result import MARKED, MISSING, STRAY, UNREADABLE, Result, number
from xlbp.classroom.marking.scheme import scheme_of
from xlbp.classroom.marking.shelf import Shelf
from xlbp.classroom.marking.table import as_csv, cells_rows, grade_of, marks_rows, mistakes_rows, points_of
from xlbp.classroom.order import plan_of
from xlbp.classroom.targets import Targets
from xlbp.classroom.trial import write_exercise_book
from xlbp.classroom.versions import asked_of_all, draw_class, draw_tasks
from xlbp.classroom.whose import LIMITS, HandedIn, decide_all
from xlbp.errors import UsageError, at_the_command_line, option
from xlbp.lang import Texts
from xlbp.lang.sentences import said_in
from xlbp.results import Progress, silent
from xlbp.system.atomic import replacing
from xlbp.system.cleanup import temporary_folder
from xlbp.system.delivery import Delivery, Produced
from xlbp.system.journal import Journal, journal_at
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.pool import Machines, run_all

BEST, LAST = ATTEMPTS = ("best", "last")
REASONS = {
    Failure.REFUSED: "could not be marked: {error}",
    Failure.FAULT: "could not be marked for a fault of xlbp itself, please report it ({error})",
    Failure.ENDED: "ended the program that read it",
    Failure.LATE: "{error}",
}
Run = Callable[[Sequence[Found]], list[Result]]


@dataclass(frozen=True, repr=False)
class Marked:
    """What :func:`mark` made: the results of all students, and where the tables are."""

    results: tuple[Result, ...]
    table: Path
    summary: Path
    feedback: Path | None
    plan: Plan
    asked: tuple[Blank, ...] = ()  # what there are marks for
    record: tuple[Line, ...] = ()
    decisions: Path | None = None  # the file that has the record
    archive: Path | None = None  # of the feedback
    gradebook: Path | None = None
    export: Export | None = None
    filled: Filled | None = None
    out_of: Fraction | None = None

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp mark --json`` prints."""
        files = {
            "marks": self.table,
            "summary": self.summary,
            "decisions": self.decisions,
            "feedback": self.feedback,
            "feedback_archive": self.archive,
            "gradebook": self.gradebook,
        }
        return {
            **{key: str(path) if path else None for key, path in files.items()},
            "out_of": float(self.out_of) if self.out_of else None,
            "results": [{**result.to_dict(), "grade": self.grade(result)} for result in self.results],
            "owners": [line.to_dict() for line in self.record],
        }

    def grade(self, result: Result) -> float | None:
        """A hand-in's points of the scale, if there is one and it was marked."""
        grade = grade_of(result, self.out_of) if self.out_of else ""
        return None if isinstance(grade, str) else grade

    @property
    def scores(self) -> list[int]:
        """Of those that were marked: how many cells count, by half or in full."""
        return [result.score for result in self.results if result.status == MARKED]

    @property
    def points(self) -> list[float]:
        """The points of those that were marked."""
        return [number(result.points) for result in self.results if result.status == MARKED]

    def __repr__(self) -> str:
        count = len([result for result in self.results if result.student])
        of = f" of {float(self.results[0].maximum):g}" if self.results else ""
        mean = f", mean {sum(self.points) / len(self.points):.1f}{of}" if self.points else ""
        return f"Marked({self.table}: {len(self.scores)} of {count} students{mean})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        rows = [(r.student.name if r.student else str(r.file), r.status, number(r.points)) for r in self.results]
        return html.heading(repr(self)) + html.table(("student", "status", "points"), rows)


@dataclass(frozen=True)
class Options:
    """How to mark: with feedback copies, taking formulas only, replacing old marks, in so many processes.

    ``scheduler`` is the address of a cluster that does the work; ``attempt`` says which of several hand-ins counts,
    ``credit`` what cells count, ``out_of`` what scale the points are of, ``corrections`` is the teacher's word on whose
    files are, ``gradebook`` the platform's export, of which ``column`` is filled.
    """

    feedback: bool = True
    formulas_only: bool = False
    force: bool = False
    jobs: int | None = None
    attempt: str = LAST
    credit: SaidOfCredit = NOTHING_SAID
    out_of: Fraction | None = None
    corrections: Path | None = None
    gradebook: Path | None = None
    column: str | None = None
    scheduler: str | None = None


def mark(
    sources: Path | Sequence[Path],
    roster: Path | None,
    record: Record,
    output: Path,
    options: Options | None = None,
    progress: Progress = silent,
) -> Marked:
    """Mark every hand-in of folders and archives against the teacher's own exercise.

    Without a roster the gradebook is the class list.
    """
    options = options or Options()
    if options.column is not None and options.gradebook is None:
        raise UsageError(f"{option('--column')} goes with {option('--gradebook')}")
    where = Machines(how_many(options.jobs), options.scheduler or "")
    targets = Targets(output, options.force, options.feedback, options.gradebook)
    targets.check(may_go_on=True)
    students, plan = _class_of(roster or options.gradebook, record), plan_of(record)
    if targets.is_book:
        must_fit(len(students), max(1, len(plan.blanks.cells)))
    export = read_export(options.gradebook, options.column, students) if options.gradebook else None
    students, out_of, texts = _numbered(students, export), _scale(options.out_of, export), plan.contents.texts
    versions, formulas = draw_class(plan, record, students), untouched_formulas(plan)
    late = export.late if export else frozenset()
    tasks = draw_tasks(plan, record.seed or 0, [(student.key, own) for student, own in versions], record.tasks)
    asked = asked_of_all(plan, tasks)
    scheme = scheme_of(plan, options.credit.of(record), asked)
    answers = ClassAnswers.of(plan, versions) if record.seed is not None and plan.kind.leaves_cells else None
    record = replace(record, numbers={}, names={}, tasks={})  # the versions have them; each process is told of both
    job = Job(record, versions, formulas, options.feedback, options.formulas_only, late, scheme, out_of, tasks, answers)
    with temporary_folder() as workspace, journal_at(targets.journal, [job, targets.copies]) as journal:
        targets = replace(targets, force=options.force or journal.resumes)
        targets.check()
        if targets.copies is not None:
            folder_for(targets.copies, students, targets.force)
        folders = [sources] if isinstance(sources, Path) else list(sources)
        handed = decide_all(folders, workspace, students, options.corrections, job, where, journal, progress)
        read = _Reading(job, where, journal, targets, progress, Shelf(), texts)
        results = _marked(handed, students, read.all, options.attempt, texts)
        results = [replace(result, maximum=result.maximum or scheme.maximum) for result in results]
        if targets.archive is not None:
            write_archive(targets.archive, _feedback_of(results), targets.force)
        lines = record_of(texts, handed.decisions, handed.skipped, results)
        _write_tables(targets, plan, asked, results, lines, out_of)
        filled = _fill(export, results, students, scheme.maximum, out_of, targets)
    return Marked(tuple(results), output, targets.summary, targets.copies, plan, asked, tuple(lines), targets.decisions,
                  targets.archive, targets.filled, export, filled, out_of)  # fmt: skip


def _class_of(roster: Path | None, record: Record) -> tuple[Student, ...]:
    """The students as the record knows them.  Raises UsageError if it knows none: all their books would be wrong."""
    if roster is None:
        raise UsageError(f"give the class: {option('--roster')}, or the platform's own export: {option('--gradebook')}")
    names = {key: record.names.get(key, "") for key in record.numbers}
    students = known_as(read_roster(roster), names)
    if names and not any(student.key in names for student in students):
        raise UsageError(
            f"{roster}: the record of the exercise knows nobody of this list; give the class list that the books were "
            f"made with, {option('--roster')}, beside a gradebook, too"
        )
    return students


def _numbered(students: Sequence[Student], export: Export | None) -> tuple[Student, ...]:
    """The students with the numbers by which the platform names their hand-ins, where the gradebook tells them."""
    numbers = export.platform_ids if export else {}
    return tuple(replace(student, platform_id=numbers.get(student.number, student.platform_id)) for student in students)


def scale_of(text: str | float | None) -> Fraction | None:
    """The scale that is asked for, with either decimal sign.  Raises UsageError for no number above 0."""
    if text is None:
        return None
    try:
        scale = Fraction(str(text).replace(",", "."))
    except (ValueError, ZeroDivisionError):
        scale = Fraction(0)
    if scale <= 0:
        raise UsageError(f"{option('--out-of', text)}: give a number above 0, such as 10")
    return scale


def _scale(asked: Fraction | None, export: Export | None) -> Fraction | None:
    """What points are of: as asked, or as the gradebook says.  Raises UsageError for more than Moodle takes."""
    maximum = export.maximum if export else Fraction(0)
    if export and asked and export.platform == MOODLE and 0 < maximum < asked:
        raise UsageError(
            f"{option('--out-of', float(asked))}: {export.path} has {float(maximum):g} for the largest grade, and "
            "Moodle leaves out what is above; change it there, or give a smaller number"
        )
    return asked or maximum or None


def untouched_formulas(plan: Plan) -> Formulas:
    """The formulas of an untouched book."""
    with temporary_folder() as folder:
        book = folder / "book.xlsx"
        write_exercise_book(plan.version(), book)
        return own_formulas(book, plan.version())


def _marked(handed: HandedIn, students: Sequence[Student], run: Run, attempt: str, texts: Texts) -> list[Result]:
    """The students' results, then files that are nobody's."""
    entries = entries_of(handed.decisions)
    if attempt == BEST:
        entries = _best(entries, run)
    read = _readable(entries, run([*map(counted, entries), *handed.strays()]), run, texts)
    return [_told(_found(result, handed, texts), texts) for result in by_roster(students, read)]


def _best(entries: Sequence[Entry], run: Run) -> list[Entry]:
    """Every attempt of those who have several marked, and the best put first."""
    points = {result.file: result.points for result in run(trials(entries)) if result.file and result.status == MARKED}
    return [best_first(entry, points) for entry in entries]


def _readable(entries: Sequence[Entry], read: Sequence[Result], run: Run, texts: Texts) -> list[Result]:
    """The results, where a file can't be read by another of the student's attempts, if one can; that is told."""
    results = {result.student.number: result for result in read if result.student}
    lost = {number: result for number, result in results.items() if result.status == UNREADABLE}
    for place in range(1, max((len(entry.attempts) for entry in entries), default=0)):
        left = [entry for entry in entries if entry.student.number in lost and place < len(entry.attempts)]
        for result in run([counted(instead(entry, place)) for entry in left]):
            if result.student and result.status == MARKED:
                first = lost.pop(result.student.number)
                told = texts("marking.instead", file=first.file.name if first.file else "", reason=first.reason)
                results[result.student.number] = replace(result, reason=told)
    return [*results.values(), *(result for result in read if not result.student)]


def _found(result: Result, handed: HandedIn, texts: Texts) -> Result:
    """A student of whom nothing was read, but of whom a file was skipped, is not missing."""
    skipped = handed.lost.get(result.student.number) if result.student and result.status == MISSING else None
    if skipped is None:
        return result
    return replace(result, status=UNREADABLE, file=skipped.shown, reason=said_in(texts, skipped.reason))


def _told(result: Result, texts: Texts) -> Result:
    """The result with what its decision says: whose a doubtful file may be."""
    decision = result.decision
    if decision is None or not decision.is_doubtful or not decision.nearest:
        return result
    return replace(result, reason="; ".join(filter(None, (result.reason, doubt(texts, decision)))))


def doubt(texts: Texts, decision: Decision) -> str:
    """Whose a doubtful file may be."""
    first, second = (*map(called, decision.nearest), "")[:2]
    key = "marking.doubtful_of_two" if second else "marking.doubtful_of_one"
    return texts(key, first=first, second=second)


@dataclass(frozen=True)
class _Reading:
    """How files are marked: what each process is told, where they are, and where the feedback goes."""

    job: Job
    where: Machines
    journal: Journal
    targets: Targets
    progress: Progress
    shelf: Shelf  # the verdicts of a large class are more than memory holds
    texts: Texts  # in which it is told why a file could not be read

    def all(self, files: Sequence[Found]) -> list[Result]:
        """Every file marked, each with why it is whose it is."""
        read: list[Result] = []
        marker = partial(Marker, self.job)
        for outcome in run_all(Marker.mark, files, self.where, marker, LIMITS, self.journal, deliver=self.delivered):
            file = files[outcome.number]
            result = outcome.result or lost_file(file, outcome)
            verdicts, reason = self.shelf.put(result.verdicts), said_in(self.texts, result.reason)
            read.append(replace(result, decision=file.decision, verdicts=verdicts, reason=reason))
            self.progress(f"{len(read)} of {len(files)} files", len(read) / len(files))
        return read

    def delivered(self, _: int, marked: MarkedFile) -> Delivery[Result]:
        """The result, with its feedback in its place."""
        result, copy = marked
        if copy is None or self.targets.copies is None or result.student is None:
            return Delivery(result)
        path = self.targets.copies / f"{result.student.stem}.xlsx"
        return Delivery(replace(result, feedback=path), (Produced(path, copy, self.targets.force),))


def lost_file(file: Found, outcome: Outcome[Result]) -> Result:
    """What is told of a file that could not be marked."""
    assert outcome.failure is not None
    reason = REASONS[outcome.failure].format(error=at_the_command_line(outcome.error))
    return Result(
        UNREADABLE if file.student else STRAY,
        file.student,
        file.name,
        reason=reason,
        others=file.others,
        is_late=file.is_late,
    )


def by_roster(students: Sequence[Student], read: Sequence[Result]) -> list[Result]:
    """The roster's students, each once, then files that are nobody's."""
    by_number = {result.student.number: result for result in read if result.student}
    strays = [result for result in read if not result.student]
    results = [by_number.get(student.number) or Result(MISSING, student) for student in students]
    return results + sorted(strays, key=lambda result: str(result.file))


def _feedback_of(results: Sequence[Result]) -> list[tuple[Student, Submission, Path]]:
    return [
        (result.student, result.decision.submission, result.feedback)
        for result in results
        if result.student and result.decision and result.feedback
    ]


def _write_tables(
    targets: Targets,
    plan: Plan,
    blanks: Sequence[Blank],
    results: Sequence[Result],
    lines: Sequence[Line],
    out_of: Fraction | None,
) -> None:
    """The marks, the class, and the decisions: three files, or three sheets."""
    contents = plan.contents
    if targets.is_book:
        with replacing(targets.table, targets.force) as temporary:
            write_marks_book(temporary, contents, blanks, results, lines, out_of)
        return
    tables = {
        targets.table: marks_rows(contents, blanks, results, out_of),
        targets.summary: [*mistakes_rows(contents, results), [], *cells_rows(contents, blanks, results)],
        targets.decisions: record_rows(contents.texts, lines),
    }
    for target, rows in tables.items():
        with replacing(target, targets.force) as temporary:
            temporary.write_bytes(as_csv(rows, contents.texts.facts.decimal).encode())


def _fill(
    export: Export | None,
    results: Sequence[Result],
    students: Sequence[Student],
    maximum: Fraction,
    out_of: Fraction | None,
    targets: Targets,
) -> Filled | None:
    """The gradebook with the points of all who were marked; of a scale, or as they are."""
    if export is None or targets.filled is None:
        return None
    scale = out_of or maximum
    points = {r.student.number: points_of(r, scale) for r in results if r.student and r.status == MARKED}
    filled = fill(export, points, students)
    with replacing(targets.filled, targets.force) as temporary:
        temporary.write_bytes(filled.data)
    return filled
