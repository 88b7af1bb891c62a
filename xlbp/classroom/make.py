"""Exercises, one or for a class; their marking is in :mod:`xlbp.classroom.mark`.

No book leaves before an engine has recalculated it twice: empty, when every mark must say "to do", and with the
formulas of the key, when every mark must say "right" and every number must be the reference's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from xlbp.classroom.exercise.book import Values, build_exercise, formulas_of, write_exercise
from xlbp.classroom.exercise.folder import folder_for
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.numbers import Numbers, draw_numbers
from xlbp.classroom.exercise.plan import Plan, make_plan
from xlbp.classroom.exercise.record import SUFFIX, Record, write_record
from xlbp.classroom.exercise.roster import Student, read_roster
from xlbp.errors import UsageError, XlbpError
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.lang import default_language
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.results import Progress, silent
from xlbp.system.atomic import check_target, make_folder, replacing
from xlbp.system.pool import cores, run_all
from xlbp.template.load import load_template, parse_template
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Content, ErrorValue
from xlbp.xlsx.areas import CellError

ITERATIONS = 1  # of an exercise, where nobody says otherwise: two rows to fill in
CLOSE = 1e-9
Version = tuple[Student, Numbers]
Task = tuple[Student, Numbers, Path, Path | None, bool]  # the book's folder, its key's if wanted, and --force


@dataclass(frozen=True)
class MadeExercise:
    """One book and, if it was asked for, its key."""

    path: Path
    solution: Path | None
    blanks: int


@dataclass(frozen=True)
class MadeClass:
    """The folder of the students' books, that of the keys, and the record that marking needs."""

    folder: Path
    solutions: Path | None
    record: Path
    books: tuple[Path, ...]
    blanks: int


@dataclass(frozen=True)
class Order:
    """What a teacher asks for; without a number of iterations among the overrides there are few."""

    template: str
    blank: str
    overrides: tuple[str, ...] = ()
    language: str | None = None
    solution: bool = False
    marked: bool = True
    force: bool = False

    def record(self, seed: int | None) -> Record:
        """The exercise as marking needs it; no seed: all students have the template's own numbers."""
        overrides = self.overrides
        if not any(override.startswith("training.iterations=") for override in overrides):
            overrides = (*overrides, f"training.iterations={ITERATIONS}")
        problem = load_template(self.template, overrides)
        language = self.language or default_language()
        return Record(problem.name, problem.text, self.blank, overrides, seed, language, self.marked, problem.files)


def plan_of(record: Record) -> Plan:
    """The exercise that a record describes."""
    template = parse_template(record.text, record.template, record.template, record.overrides, record.files.__getitem__)
    return make_plan(lay_out(template, record.language), record.blank, record.marked)


def make_exercise(order: Order, output: Path | None = None) -> MadeExercise:
    """One exercise with the template's own numbers."""
    record = order.record(None)
    plan = plan_of(record)
    path = output or Path("output") / f"{_stem(record, plan)}.xlsx"
    if output is None:
        make_folder(path.parent)
    key = path.with_name(f"{path.stem}-solution{path.suffix}") if order.solution else None
    for target in (path, key) if key else (path,):
        check_target(target, order.force)
    _write(plan.version(), path, key, order.force)
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
    target = folder or Path("output") / _stem(record, plan)
    keys = target.with_name(f"{target.name}-solutions") if order.solution else None
    beside = target.with_name(f"{target.name}{SUFFIX}")
    if folder is None:
        make_folder(target.parent)
    for one in filter(None, (target, keys)):
        folder_for(one, students, order.force)
    check_target(beside, order.force, suffix="")
    versions = draw_class(plan, record, students, progress)
    record = replace(record, numbers={student.key: list(numbers.values()) for student, numbers in versions})
    tasks = [(student, numbers, target, keys, order.force) for student, numbers in versions]
    with replacing(beside, order.force) as temporary:  # before the books: no book is handed out that can't be marked
        temporary.write_text(write_record(record), "utf-8")
    books = _write_class(record, tasks, processes, progress)
    return MadeClass(target, keys, beside, books, len(plan.blanks.cells))


def draw_class(plan: Plan, record: Record, students: Sequence[Student], progress: Progress = silent) -> list[Version]:
    """Each student with numbers that no other has; with the template's own where the record has no seed."""
    template, program = plan.contents.template, plan.contents.program
    own = template.model.parameters()
    if record.seed is None:
        return [(student, dict(own)) for student in students]
    if any(len(values) != len(own) for values in record.numbers.values()):
        raise UsageError(
            f"the record of {record.template} has not {len(own)} numbers for each student; take the file "
            "that xlbp exercise wrote"
        )
    taken: set[tuple[float, ...]] = {tuple(own.values()), *map(tuple, record.numbers.values())}

    def numbers_of(student: Student) -> Numbers:
        progress(f"numbers for {student.number} of {len(students)} students", student.number / len(students))
        if student.key in record.numbers:
            return dict(zip(own, record.numbers[student.key], strict=True))
        return draw_numbers(template, program, record.seed or 0, student.key, train, taken)

    return [(student, numbers_of(student)) for student in students]


def _stem(record: Record, plan: Plan) -> str:
    return f"{record.template}-{plan.blanks.group}"


# each book, perhaps in a process of its own


def _write_class(record: Record, tasks: Sequence[Task], processes: int, progress: Progress) -> tuple[Path, ...]:
    """All books, in as many processes as it takes."""
    done: dict[int, Path] = {}
    count = min(processes, max(1, len(tasks) // 4))
    for outcome in run_all(_write_one, tasks, count, partial(plan_of, record)):
        done[outcome.number] = outcome.value()
        progress(f"{len(done)} of {len(tasks)} books", len(done) / len(tasks))
    return tuple(path for _, path in sorted(done.items()))


def how_many(jobs: int | None) -> int:
    """The number of processes: as asked, or one for each processor up to four."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: give a whole number of at least 1")
    return jobs or min(4, cores())


def _write_one(plan: Plan, task: Task) -> Path:
    student, numbers, target, keys, force = task
    path, key = target / f"{student.stem}.xlsx", keys / f"{student.stem}.xlsx" if keys else None
    _write(plan.version(numbers, student.name), path, key, force)
    return path


def _write(exercise: Exercise, path: Path, key: Path | None, force: bool = True) -> None:
    """Write a book and its key, after trying both."""
    facts = facts_of(exercise)
    workbook = build_exercise(exercise, facts, {})
    with replacing(path, force) as temporary:
        write_exercise(workbook, {}, temporary)
        with bench(temporary) as opened:
            values = _values(opened, workbook)
            _must_say(exercise, opened, "todo")
            opened.fill(_key(exercise))
            _must_say(exercise, opened, "right")
            _must_be_the_reference(exercise, opened)
            if key is not None:
                answers = {blank: f"={exercise.formula(blank)}" for blank in exercise.blanks.cells}
                solved = build_exercise(exercise, facts, answers)
                with replacing(key, force) as other:
                    write_exercise(solved, _values(opened, solved), other)
        write_exercise(workbook, values, temporary)


def _key(exercise: Exercise) -> dict[Cell, str]:
    """The formula of every blank, by its place."""
    layout, sheet = exercise.contents.layout, exercise.contents.title
    return {
        (sheet, layout.row_of(blank.iteration), layout.columns[blank.name]): f"={exercise.formula(blank)}"
        for blank in exercise.blanks.cells
    }


def write_exercise_book(exercise: Exercise, path: Path) -> None:
    """A book without the values of its formulas, for an engine to look at."""
    write_exercise(build_exercise(exercise, facts_of(exercise), {}), {}, path)


def facts_of(exercise: Exercise) -> Facts | None:
    """What the data sheet shows, where there is one."""
    contents = exercise.contents
    return train_run(contents).facts if contents.data_on_own_sheet else None


def _values(opened: Bench, workbook: Workbook) -> Values:
    """What the engine makes of every formula."""
    found: dict[str, dict[str, Content]] = {}
    for sheet, cells in formulas_of(workbook).items():
        found[sheet] = {address: _content(opened.value(sheet, *place)) for address, place in cells.items()}
    return found


def _content(value: object) -> Content:
    if isinstance(value, CellError):
        return ErrorValue(value)
    return value if isinstance(value, str | float) else 0.0


def _must_say(exercise: Exercise, opened: Bench, word: str) -> None:
    """Every mark of the book says so."""
    texts = exercise.contents.texts
    for row, blank in enumerate(exercise.blanks.cells, start=FIRST):
        if exercise.marked and opened.value(texts("sheet.marks"), row, MARK_COLUMN) != texts(f"marks.{word}"):
            raise UsageError(
                f"the mark of {exercise.contents.symbol(blank.name)} at iteration {blank.iteration} would not know the "
                "right answer: the loss has a corner there, or its numbers are too large; choose other numbers with "
                "--set, leave it out of --blank, or make a book without marks (--no-marks)"
            )


def _must_be_the_reference(exercise: Exercise, opened: Bench) -> None:
    """The key's numbers are those of NumPy."""
    contents = exercise.contents
    history = train(contents.template)
    for blank in exercise.blanks.cells:
        layout = contents.layout
        found = opened.value(contents.title, layout.row_of(blank.iteration), layout.columns[blank.name])
        wanted = float(history[blank.name][blank.iteration])
        if not isinstance(found, float) or not math.isclose(
            found, wanted, rel_tol=CLOSE, abs_tol=CLOSE * _size(history)
        ):
            raise XlbpError(
                f"{contents.symbol(blank.name)} at iteration {blank.iteration} is {found} in the key, but {wanted} in "
                "the reference; this is a fault of xlbp, please report it"
            )


def _size(history: History) -> float:
    largest = max(float(np.nanmax(np.abs(values), initial=0.0)) for values in history.values())
    return min(1.0, largest)
