"""Exercises, one or for a class: the table of contents; their marking is in :mod:`xlbp.classroom.mark`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.record import SUFFIX, Record, write_record
from xlbp.classroom.exercise.roster import read_roster
from xlbp.classroom.order import Order, name_of, plan_of
from xlbp.classroom.trial import Trials, Tried
from xlbp.classroom.versions import draw_class
from xlbp.errors import UsageError, counted, option
from xlbp.results import Progress, silent
from xlbp.system.atomic import FOLDER, check_target, make_folder, replacing
from xlbp.system.cleanup import one_watcher
from xlbp.system.pool import cores, run_all

Task = tuple[str, Numbers]  # a student's name and numbers


@dataclass(frozen=True, repr=False)
class MadeExercise:
    """One book and, if it was asked for, its key."""

    path: Path
    solution: Path | None
    blanks: int

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp exercise --json`` prints."""
        return {"path": str(self.path), "solution": _text(self.solution), "blanks": self.blanks}

    def __repr__(self) -> str:
        return f"MadeExercise({self.path}: {counted(self.blanks, 'cell')} to fill in)"

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

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp exercise --roster --json`` prints."""
        places = {"folder": str(self.folder), "solutions": _text(self.solutions), "record": str(self.record)}
        return {**places, "books": [str(path) for path in self.books], "blanks": self.blanks}

    def __repr__(self) -> str:
        books = counted(len(self.books), "book")
        return f"MadeClass({self.folder}: {books}, {counted(self.blanks, 'cell')} to fill in)"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.record(repr(self), self.to_dict())


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def make_exercise(order: Order, output: Path | None = None) -> MadeExercise:
    """One exercise with the template's own numbers."""
    record = order.record(None)
    plan = plan_of(record)
    path = output or FOLDER / f"{name_of(record, plan)}.xlsx"
    if output is None:
        make_folder(path.parent)
    key = path.with_name(f"{path.stem}-solution{path.suffix}") if order.solution else None
    for target in (path, key) if key else (path,):
        check_target(target, order.force)
    tried = Trials(order.solution).tried(plan.version())
    _write(tried.book, path, order.force)
    if key is not None and tried.key is not None:
        _write(tried.key, key, order.force)
    return MadeExercise(path, key, len(plan.blanks.cells))


def make_class(
    order: Order,
    roster: Path,
    seed: int = 1,
    folder: Path | None = None,
    jobs: int | None = None,
    progress: Progress = silent,
) -> MadeClass:
    """An exercise for each student of a roster, with numbers of their own."""
    record = order.record(seed)
    plan, students, processes = plan_of(record), read_roster(roster), how_many(jobs)
    target = folder or FOLDER / name_of(record, plan)
    keys = target.with_name(f"{target.name}-solutions") if order.solution else None
    beside = target.with_name(f"{target.name}{SUFFIX}")
    if folder is None:
        make_folder(target.parent)
    for place in filter(None, (target, keys)):
        folder_for(place, students, order.force)
    check_target(beside, order.force, suffix="")
    versions = draw_class(plan, record, students, progress)
    numbers_of = {student.key: list(numbers.values()) for student, numbers in versions}
    record = replace(record, numbers=numbers_of, names={student.key: student.name for student in students})
    with replacing(beside, order.force) as temporary:  # before the books: no book is handed out that can't be marked
        temporary.write_text(write_record(record), "utf-8")
    tasks = [(student.name, numbers) for student, numbers in versions]
    maker = partial(Maker, replace(record, numbers={}, names={}), order.solution)
    paths = [target / f"{student.stem}.xlsx" for student, _ in versions]
    count = min(processes, max(1, len(tasks) // 4))
    done = 0
    with one_watcher():
        for outcome in run_all(Maker.make, tasks, count, maker):
            tried, path = outcome.value(), paths[outcome.number]
            _write(tried.book, path, order.force)
            if keys is not None and tried.key is not None:
                _write(tried.key, keys / path.name, order.force)
            done += 1
            progress(f"{done} of {len(tasks)} books", done / len(tasks))
    return MadeClass(target, keys, beside, tuple(paths), len(plan.blanks.cells))


def _write(book: bytes, path: Path, force: bool) -> None:
    with replacing(path, force) as temporary:
        temporary.write_bytes(book)


def how_many(jobs: int | None) -> int:
    """The number of processes: as asked, or one for each processor up to four."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"{option('--jobs', jobs)}: give a whole number of at least 1")
    return jobs or min(4, cores())


class Maker:
    """Makes one student's book after another, in a process that has laid out the exercise."""

    def __init__(self, record: Record, has_key: bool) -> None:
        self.plan, self.trials = plan_of(record), Trials(has_key)

    def make(self, task: Task) -> Tried:
        """A student's book and key, as files that the first process puts into their places."""
        name, numbers = task
        return self.trials.tried(self.plan.version(numbers, name))
