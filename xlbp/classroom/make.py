"""Exercises, one or for a class: the table of contents; their marking is in :mod:`xlbp.classroom.mark`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.kinds.task import EVERYBODY, Task
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.numbers import Numbers
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.record import SUFFIX, Record, write_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.classroom.order import Order, name_of, plan_of
from xlbp.classroom.trial import write_tried
from xlbp.classroom.versions import asked_of_all, draw_class, draw_tasks
from xlbp.errors import UsageError, counted, option
from xlbp.results import Progress, silent
from xlbp.system.atomic import FOLDER, check_target, make_folder, replacing
from xlbp.system.pool import cores, run_all

Work = tuple[Student, Numbers, Task | None, Path, Path | None, bool]  # folder, that of the key if any, and force


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
    tasks = draw_tasks(plan, seed, [(EVERYBODY, None)], {})
    task = tasks.get(EVERYBODY)
    path = output or FOLDER / f"{name_of(record, plan)}.xlsx"
    if output is None:
        make_folder(path.parent)
    key = path.with_name(f"{path.stem}-solution{path.suffix}") if order.solution else None
    beside = path.with_name(f"{path.stem}{SUFFIX}") if tasks else None
    for target in (path, key) if key else (path,):
        check_target(target, order.force)
    if beside is not None:
        check_target(beside, order.force, suffix="")
        _write_record(beside, replace(record, tasks=_data_of(tasks)), order.force)
    exercise = plan.version(task=task)
    write_tried(exercise, path, key, order.force)
    return MadeExercise(path, key, len(exercise.asked), beside, noun_of(exercise))


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
    names = {student.key: student.name for student in students}
    tasks = draw_tasks(plan, seed, [(student.key, numbers) for student, numbers in versions], {}, progress)
    record = replace(record, numbers=numbers_of, names=names, tasks=_data_of(tasks))
    work = [(student, own, tasks.get(student.key), target, keys, order.force) for student, own in versions]
    _write_record(beside, record, order.force)
    books = _write_class(record, work, processes, progress)
    first = plan.version(task=next(iter(tasks.values()), None))
    return MadeClass(target, keys, beside, books, len(asked_of_all(plan, tasks)), noun_of(first))


def how_many(jobs: int | None) -> int:
    """The number of processes: as asked, or one for each processor up to four."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"{option('--jobs', jobs)}: give a whole number of at least 1")
    return jobs or min(4, cores())


def _write_class(record: Record, tasks: Sequence[Work], processes: int, progress: Progress) -> tuple[Path, ...]:
    """All books, in as many processes as it takes."""
    done: dict[int, Path] = {}
    count = min(processes, max(1, len(tasks) // 4))
    for outcome in run_all(_write_one, tasks, count, partial(plan_of, record)):
        done[outcome.number] = outcome.value()
        progress(f"{len(done)} of {len(tasks)} books", len(done) / len(tasks))
    return tuple(path for _, path in sorted(done.items()))


def _write_one(plan: Plan, work: Work) -> Path:
    """A student's book and key."""
    student, numbers, task, target, keys, force = work
    path, key = target / f"{student.stem}.xlsx", keys / f"{student.stem}.xlsx" if keys else None
    write_tried(plan.version(numbers, student.name, task=task), path, key, force)
    return path
