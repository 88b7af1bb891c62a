"""An exercise's book and its key, which leave after an engine has tried both.

Empty, every mark must say "to do"; with the formulas of the key every mark must say "right", and every number must be
the reference's.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xlbp.classroom.exercise.book import (
    build_exercise,
    facts_of,
    form_of,
    skeleton_of,
    texts_of,
    write_exercise,
)
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.exercise.sheet import places_of_numbers
from xlbp.classroom.trial_tasks import content_of, write_tried_task
from xlbp.errors import UsageError, XlbpError, option
from xlbp.recalc.bench import Bench, Cell, open_bench
from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.system.cleanup import temporary_folder
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.skeleton import Skeleton
from xlbp.xlsx.areas import Value

CLOSE = 1e-9
MOST_OPEN = 3  # trials that are kept open at a time: an open book of 100,000 cells takes some 100 MB


class Tried(NamedTuple):
    """A book and its key as files; no key where none was asked for."""

    book: bytes
    key: bytes | None


class Trials:
    """Books of one plan, tried in engines that stay open: students' books differ in little but their numbers."""

    def __init__(self, has_key: bool) -> None:
        self.has_key = has_key
        self.open: dict[Hashable, Trial] = {}  # by what their books have in common, the last used one last

    def tried(self, exercise: Exercise) -> Tried:
        """A student's book and key.  Raises UsageError if its marks would not know the right answers.

        Where each student is asked something else, the formulas differ, and each book has an engine of its own.
        """
        if exercise.task is not None:
            return tried_task(exercise, self.has_key)
        form = form_of(exercise)
        trial = self.open.pop(form, None)
        if trial is None:
            while len(self.open) >= MOST_OPEN:
                del self.open[next(iter(self.open))]
            trial = Trial(exercise, self.has_key)
        self.open[form] = trial
        return trial.tried(exercise)


def tried_task(exercise: Exercise, has_key: bool) -> Tried:
    """A book with a sheet of answers, and its key."""
    with temporary_folder() as folder:
        book, key = folder / "book.xlsx", folder / "key.xlsx" if has_key else None
        write_tried_task(exercise, book, key)
        return Tried(book.read_bytes(), key.read_bytes() if key else None)


class Trial:
    """One open engine, and the skeletons of book and key, for all exercises of one form.

    Between them differ the initial numbers, what follows from these, and the student's name.
    """

    def __init__(self, exercise: Exercise, has_key: bool) -> None:
        self.book = skeleton_of(exercise, {})
        formulas = {blank: f"={exercise.formula(blank)}" for blank in exercise.blanks.cells}
        self.key = skeleton_of(exercise, formulas) if has_key else None
        self.numbers = places_of_numbers(exercise)
        layout, sheet = exercise.contents.layout, exercise.contents.title
        self.blanks: dict[Cell, str] = {
            (sheet, layout.row_of(blank.iteration), layout.columns[blank.name]): formula
            for blank, formula in formulas.items()
        }
        self.shown = self._numbers_of(exercise)  # that stand in the open book
        with temporary_folder() as folder:
            path = folder / "book.xlsx"
            path.write_bytes(self.book.package([0.0] * len(self.book.formulas), self.shown, texts_of(exercise)))
            self.opened = open_bench(path)

    def tried(self, exercise: Exercise) -> Tried:
        """One student's book and key."""
        opened, numbers, texts = self.opened, self._numbers_of(exercise), texts_of(exercise)
        if numbers != self.shown:
            opened.put(numbers)
            self.shown = numbers
        values = _values(opened, self.book)
        _must_say(exercise, opened, "todo")
        try:
            opened.fill(self.blanks)
            _must_say(exercise, opened, "right")
            _must_be_the_reference(exercise, opened.values([*self.blanks]))
            key = self.key.package(_values(opened, self.key), numbers, texts) if self.key else None
        finally:
            opened.clear(self.blanks)
            self.shown = {}
        return Tried(self.book.package(values, numbers, texts), key)

    def _numbers_of(self, exercise: Exercise) -> dict[Cell, float]:
        own = exercise.contents.template.model.parameters()
        return {place: own[name] for place, name in self.numbers.items()}


def write_exercise_book(exercise: Exercise, path: Path) -> None:
    """A book without the values of its formulas, and nothing on its first sheet, for an engine to look at."""
    write_exercise(build_exercise(exercise, facts_of(exercise), {}, Page(exercise.contents.front)), {}, path)


def _values(opened: Bench, skeleton: Skeleton) -> list[Content]:
    """What the engine makes of every formula."""
    return [value if type(value) is float else content_of(value) for value in opened.values(skeleton.formulas)]


def _must_say(exercise: Exercise, opened: Bench, word: str) -> None:
    """Every mark of the book says so."""
    texts = exercise.contents.texts
    sheet, wanted = texts("sheet.marks"), texts(f"marks.{word}")
    for row, blank in enumerate(exercise.blanks.cells if exercise.marked else (), start=FIRST):
        if opened.value(sheet, row, MARK_COLUMN) != wanted:
            raise UsageError(
                f"the mark of {exercise.contents.symbol(blank.name)} at iteration {blank.iteration} would not know the "
                "right answer: the loss has a corner there, or its numbers are too large; choose other numbers with "
                f"{option('--set')}, leave it out of {option('--blank')}, "
                f"or make a book without marks ({option('--no-marks')})"
            )


def _must_be_the_reference(exercise: Exercise, values: Sequence[Value]) -> None:
    """The key's numbers, one for each blank, are those of NumPy."""
    contents = exercise.contents
    history = train(contents.template)
    slack = CLOSE * _size(history)
    for blank, value in zip(exercise.blanks.cells, values, strict=True):
        expected = float(history[blank.name][blank.iteration])
        if not isinstance(value, float) or not math.isclose(value, expected, rel_tol=CLOSE, abs_tol=slack):
            raise XlbpError(
                f"{contents.symbol(blank.name)} at iteration {blank.iteration} is {value} in the key, but {expected} "
                "in the reference; this is a fault of xlbp, please report it"
            )


def _size(history: History) -> float:
    largest = max(float(np.nanmax(np.abs(values), initial=0.0)) for values in history.values())
    return min(1.0, largest)
