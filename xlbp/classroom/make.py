"""Exercises, one or for a class: the table of contents; their marking is in :mod:`xlbp.classroom.mark`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xlbp.classroom.ahead import FEW, prepare
from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.record import SUFFIX, Record, write_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.exercise.weights import weights_of
from xlbp.classroom.order import Order, name_of, plan_of
from xlbp.classroom.trial import Mould, Trials, Tried
from xlbp.classroom.versions import asked_of_all, draw_tasks
from xlbp.errors import UsageError, counted, option
from xlbp.results import Progress, silent
from xlbp.system.atomic import FOLDER, check_target, make_folder, must_be_folder, replacing
from xlbp.system.cleanup import one_watcher
from xlbp.system.delivery import Delivery, Produced
from xlbp.system.journal import SUFFIX as JOURNAL
from xlbp.system.journal import Journal, journal_at
from xlbp.system.local import processes_stay
from xlbp.system.pool import Machines, cores, run_all

Work = tuple[str, Numbers, Task | None]  # a student's name, numbers, and what is asked where that is drawn


@dataclass(frozen=True, repr=False)
class MadeExercise:
    """One book and, if it was asked for, its key; ``record`` where marking needs to know what was asked."""

    path: Path
    solution: Path | None
    blanks: int
    record: Path | None = None
    noun: str = "cell"

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp exercise --json`` prints."""
        plain = {"path": str(self.path), "solution": _text(self.solution), "blanks": self.blanks}
        return {**plain, "record": _text(self.record)} if self.record else plain

    def __repr__(self) -> str:
        return f"MadeExercise({self.path}: {counted(self.blanks, self.noun)} to fill in)"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.record(repr(self), self.to_dict())


@dataclass(frozen=True, repr=False)
class MadeClass:
    """The folder of the students' books, that of the keys, and the record that marking needs."""

    folder: Path
    solutions: Path | None
    record: Path
    books: tuple[Path, ...]
    blanks: int
    noun: str = "cell"

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp exercise --roster --json`` prints."""
        places = {"folder": str(self.folder), "solutions": _text(self.solutions), "record": str(self.record)}
        return {**places, "books": [str(path) for path in self.books], "blanks": self.blanks}

    def __repr__(self) -> str:
        books = counted(len(self.books), "book")
        return f"MadeClass({self.folder}: {books}, {counted(self.blanks, self.noun)} to fill in)"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.record(repr(self), self.to_dict())


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def make_exercise(order: Order, output: Path | None = None, seed: int = 1) -> MadeExercise:
    """One exercise with the template's own numbers; the seed is that of what is asked, where that is drawn."""
    record = order.record(None)
    plan = plan_of(record)
    path = output or FOLDER / f"{name_of(record, plan)}.xlsx"
    if output is None:
        make_folder(path.parent)
    key = path.with_name(f"{path.stem}-solution{path.suffix}") if order.solution else None
    beside = path.with_name(f"{path.stem}{SUFFIX}") if plan.kind.draw else None
    for target in (path, key) if key else (path,):
        check_target(target, order.force)
    if beside is not None:
        check_target(beside, order.force, suffix="")
    tasks = draw_tasks(plan, seed, [(EVERYBODY, None)], {})
    task = tasks.get(EVERYBODY)
    if beside is not None:
        _write_record(beside, replace(record, tasks=_data_of(tasks)), order.force)
    exercise = plan.version(task=task)
    tried = Trials(order.solution).tried(exercise)
    _write(tried.book, path, order.force)
    if key is not None and tried.key is not None:
        _write(tried.key, key, order.force)
    return MadeExercise(path, key, len(exercise.asked), beside, noun_of(exercise))


def _write(book: bytes, path: Path, force: bool) -> None:
    with replacing(path, force) as temporary:
        temporary.write_bytes(book)


def noun_of(exercise: Exercise) -> str:
    """What is to be filled in: cells of the rows, or answers to questions."""
    return "answer" if exercise.task else "cell"


def _write_record(path: Path, record: Record, force: bool) -> None:
    with replacing(path, force) as temporary:  # before the books: no book is handed out that can't be marked
        temporary.write_text(write_record(record), "utf-8")


def _data_of(tasks: Mapping[str, Task]) -> dict[str, dict[str, Any]]:
    return {key: task.to_dict() for key, task in tasks.items()}


def make_class(
    order: Order,
    roster: Path,
    seed: int = 1,
    folder: Path | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
    scheduler: str | None = None,
) -> MadeClass:
    """An exercise for each student of a roster, with numbers of their own.

    What an interrupted run has made is not made again.
    """
    where = Machines(how_many(jobs), scheduler or "")
    record, students = order.record(seed), read_roster(roster)
    target = folder or FOLDER / name_of(record, plan_of(record))
    if folder is None:
        make_folder(target.parent)
    must_be_folder(target.parent)
    with journal_at(target.with_name(f"{target.name}{JOURNAL}"), [record, students, target, order.solution]) as journal:
        goes_on = replace(order, force=order.force or journal.resumes)
        with processes_stay(), one_watcher():
            return _make_class(goes_on, record, students, target, where, journal, progress)


def _make_class(
    order: Order,
    record: Record,
    students: Sequence[Student],
    target: Path,
    where: Machines,
    journal: Journal,
    progress: Progress,
) -> MadeClass:
    """The books, and before them the record: no book is handed out that can't be marked."""
    plan = plan_of(record)
    keys = target.with_name(f"{target.name}-solutions") if order.solution else None
    beside = target.with_name(f"{target.name}{SUFFIX}")
    for place in filter(None, (target, keys)):
        folder_for(place, students, order.force)
    check_target(beside, order.force, suffix="")
    versions, usual = prepare(plan, record, students, order.solution, where, progress)
    numbers_of = {student.key: list(numbers.values()) for student, numbers in versions}
    names = {student.key: student.name for student in students}
    tasks = draw_tasks(plan, record.seed or 0, [(student.key, own) for student, own in versions], {}, progress)
    record = replace(record, numbers=numbers_of, names=names, tasks=_data_of(tasks))
    first = plan.version(task=next(iter(tasks.values()), None))
    asked = asked_of_all(plan, tasks)
    weights_of(plan, order.credit.of(record), asked)  # what is weighed must be asked for
    journal.begin()
    _write_record(beside, record, order.force)
    paths = [target / f"{student.stem}.xlsx" for student in students]
    works = [(student.name, own, tasks.get(student.key)) for student, own in versions]
    maker = partial(Maker, replace(record, numbers={}, names={}, tasks={}), order.solution, usual)

    def deliver(number: int, tried: Tried) -> Delivery[bool]:
        book = Produced(paths[number], tried.book, order.force)
        key = Produced(keys / paths[number].name, tried.key, order.force) if keys and tried.key else None
        return Delivery(True, (book, key) if key else (book,))

    here = replace(where, jobs=min(where.jobs, max(1, len(works) // FEW)))
    outcomes = run_all(Maker.make, works, here, maker, journal=journal, deliver=deliver)
    for done, outcome in enumerate(outcomes, start=1):
        outcome.value()
        progress(f"{done} of {len(works)} books", done / len(works))
    return MadeClass(target, keys, beside, tuple(paths), len(asked), noun_of(first))


def how_many(jobs: int | None) -> int:
    """The number of processes: as asked, or one for each processor up to four."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"{option('--jobs', jobs)}: give a whole number of at least 1")
    return jobs or min(4, cores())


class Maker:
    """Makes one student's book after another, in a process that has laid out the exercise.

    The ``mould`` of most of the books may be there already.
    """

    def __init__(self, record: Record, has_key: bool, mould: Mould | None = None) -> None:
        self.plan, self.trials = plan_of(record), Trials(has_key, mould)

    def make(self, work: Work) -> Tried:
        """A student's book and key, as files that the first process puts into their places."""
        name, numbers, task = work
        return self.trials.tried(self.plan.version(numbers, name, task=task))
