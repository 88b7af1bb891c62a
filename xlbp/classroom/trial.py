"""An exercise's book and its key, which leave after an engine has tried both.

Empty, every mark must say "to do"; with the formulas of the key every mark must say "right", and every number must be
the reference's.
"""

from __future__ import annotations

import math
from collections.abc import Container, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
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
from xlbp.classroom.key_passes import KeyPasses, KeyWithoutPasses
from xlbp.classroom.resting import Resting
from xlbp.classroom.trial_tasks import content_of, write_tried_task
from xlbp.errors import UsageError, XlbpError, option
from xlbp.recalc.bench import Bench, Cell, opened_as_it_is, reopened
from xlbp.reference.history import History, Trainer
from xlbp.reference.train import trainer
from xlbp.system.cleanup import temporary_folder
from xlbp.workbook.page.page import Page
from xlbp.workbook.skeleton import Skeleton, Values

CLOSE = 1e-9
MOST_OPEN = 3  # trials that are kept open at a time: an open book of 100,000 cells takes some 100 MB


class Tried(NamedTuple):
    """A book and its key as files; no key where none was asked for."""

    book: bytes
    key: bytes | None


@dataclass(frozen=True)
class Mould:
    """What the books of one form have in common: it is made once for a class, and sent to the processes that need it.

    Between the books differ the initial ``numbers``, by their cells, what follows from these, and the student's name.
    ``blanks`` are the cells to fill in with their formulas, ``engine`` the empty book as the engine keeps it.  Where
    there are cells that are ``resting`` while it is empty, ``still`` is the same without them, and ``passes`` computes
    what the marks compare with the key.  ``is_compared``, ``is_key_compared``: what these tell is what the whole book
    tells, to the last bit; where that is not known, the first student's book has to show it.
    """

    form: Hashable
    book: Skeleton
    key: Skeleton | None
    numbers: Mapping[Cell, str]
    blanks: Mapping[Cell, str]
    engine: bytes
    resting: Resting | None = None
    still: bytes = b""
    passes: KeyPasses | None = None
    is_compared: bool = False
    is_key_compared: bool = False

    @classmethod
    def of(cls, exercise: Exercise, has_key: bool) -> Mould:
        """That of the books that are like this one."""
        layout, sheet = exercise.contents.layout, exercise.contents.title
        formulas = exercise.formulas()
        blanks = {
            (sheet, layout.row_of(blank.iteration), layout.columns[blank.name]): f"={formula}"
            for blank, formula in formulas.items()
        }
        book, numbers = skeleton_of(exercise), places_of_numbers(exercise)
        key = book.with_formulas(blanks) if has_key else None
        own, texts = _numbers_of(exercise, numbers), texts_of(exercise)
        whole = _opened(book.without_values(own, texts))
        mould = cls(form_of(exercise), book, key, numbers, blanks, whole.packed())
        resting = Resting.of(exercise, book, [*numbers])
        if resting is None:
            return mould
        still = _opened(book.without_cells(resting.whole).without_values(own, texts)).packed()
        passes = None if has_key else KeyPasses.of(exercise)
        return Trial(replace(mould, resting=resting, still=still, passes=passes), whole).compared(exercise)


def _opened(book: bytes) -> Bench:
    """A book, open in an engine."""
    with temporary_folder() as folder:
        path = folder / "book.xlsx"
        path.write_bytes(book)
        return opened_as_it_is(path)


def _numbers_of(exercise: Exercise, names: Mapping[Cell, str]) -> dict[Cell, float]:
    own = exercise.contents.template.model.parameters()
    return {place: own[name] for place, name in names.items()}


class Trials:
    """Books of one plan, tried in engines that stay open: students' books differ in little but their numbers.

    The ``mould`` of most of them may be there already.
    """

    def __init__(self, has_key: bool, mould: Mould | None = None) -> None:
        self.has_key, self.mould = has_key, mould
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
            is_made = self.mould is not None and self.mould.form == form
            trial = Trial(self.mould if self.mould and is_made else Mould.of(exercise, self.has_key))
        self.open[form] = trial
        return trial.tried(exercise)


def tried_task(exercise: Exercise, has_key: bool) -> Tried:
    """A book with a sheet of answers, and its key."""
    with temporary_folder() as folder:
        book, key = folder / "book.xlsx", folder / "key.xlsx" if has_key else None
        write_tried_task(exercise, book, key)
        return Tried(book.read_bytes(), key.read_bytes() if key else None)


class Trial:
    """One open engine for all exercises of one form, and two smaller ones without the passes, where these will do."""

    def __init__(self, mould: Mould, whole: Bench | None = None) -> None:
        self.mould, self._opened = mould, whole
        self.still = reopened(mould.still) if mould.resting else None
        self.passes = mould.passes
        self.keyed: KeyWithoutPasses | None = None
        self.is_compared, self.is_key_compared = mould.is_compared, mould.is_key_compared
        self.train: Trainer | None = None

    @property
    def opened(self) -> Bench:
        """The whole book."""
        self._opened = self._opened or reopened(self.mould.engine)
        return self._opened

    def compared(self, exercise: Exercise) -> Mould:
        """The mould with what an exercise shows of the smaller engines; nothing if its marks would not do."""
        numbers = _numbers_of(exercise, self.mould.numbers)
        with suppress(XlbpError):
            self._empty(exercise, numbers)
            self._key(exercise, numbers)
        if self.still is None:
            return replace(self.mould, resting=None, still=b"", passes=None)
        mould = replace(self.mould, passes=self.passes)
        return replace(mould, is_compared=self.is_compared, is_key_compared=self.is_key_compared)

    def tried(self, exercise: Exercise) -> Tried:
        """One student's book and key."""
        mould = self.mould
        numbers, texts = _numbers_of(exercise, mould.numbers), texts_of(exercise)
        values, solved = self._empty(exercise, numbers), self._key(exercise, numbers)
        key = mould.key.package(solved, numbers, texts) if mould.key else None
        return Tried(mould.book.package(values, numbers, texts), key)

    def _empty(self, exercise: Exercise, numbers: Mapping[Cell, float]) -> Values:
        """The values of the empty book, whose marks all say "to do"."""
        still, resting = self.still, self.mould.resting
        if still is None or resting is None:
            return self._whole(exercise, numbers)
        still.put(numbers)
        _must_say(exercise, still, "todo")
        values = resting.added(_values(still, self.mould.book, resting.whole), [*numbers.values()])
        if values is None:
            return self._whole(exercise, numbers)
        if not self.is_compared:
            self.is_compared = True
            whole = self._whole(exercise, numbers)
            if whole != values:  # sums that are written in another way in the rows
                self.still, values = None, whole
        return values

    def _whole(self, exercise: Exercise, numbers: Mapping[Cell, float]) -> Values:
        """The same by the engine that has the whole book."""
        self.opened.put(numbers)
        _must_say(exercise, self.opened, "todo")
        return _values(self.opened, self.mould.book)

    def _key(self, exercise: Exercise, numbers: Mapping[Cell, float]) -> Values:
        """The values of the key, if it is asked for; its marks all say "right", its numbers are the reference's."""
        contents, mould = exercise.contents, self.mould
        self.train = self.train or trainer(contents.template)
        history = self.train(contents.template.model.parameters())
        if self.is_key_compared and (keyed := self._with_passes(exercise, numbers, history)):
            self._must_be_the_reference(exercise, keyed.opened, history)
            _must_say(exercise, keyed.opened, "right")
            return {}
        try:
            self.opened.put(numbers, mould.blanks)
            _must_say(exercise, self.opened, "right")
            self._must_be_the_reference(exercise, self.opened, history)
            if not self.is_key_compared and (keyed := self._with_passes(exercise, numbers, history)):
                self.is_key_compared = True
                self.passes = self.passes if keyed.is_like(self.opened, exercise) else None
            return _values(self.opened, mould.key) if mould.key else {}
        finally:
            self.opened.clear(mould.blanks)

    def _with_passes(
        self, exercise: Exercise, numbers: Mapping[Cell, float], history: History
    ) -> KeyWithoutPasses | None:
        """The smaller engine with the key, to which NumPy has told the passes; None if an engine must compute them."""
        if self.passes is None:
            return None
        if self.keyed is None:
            self.keyed = KeyWithoutPasses(exercise, reopened(self.mould.still), self.mould.blanks, self.passes)
        return self.keyed if self.keyed.takes(numbers, history) else None

    def _must_be_the_reference(self, exercise: Exercise, opened: Bench, history: History) -> None:
        """The key's numbers, one for each blank, are those of NumPy."""
        contents = exercise.contents
        _, rows, columns = zip(*self.mould.blanks, strict=True)
        found = opened.values(contents.title, rows, columns)
        slack = CLOSE * _size(history)
        for blank, value in zip(exercise.blanks.cells, found, strict=True):
            expected = float(history[blank.name][blank.iteration])
            if not isinstance(value, float) or not math.isclose(value, expected, rel_tol=CLOSE, abs_tol=slack):
                raise XlbpError(
                    f"{contents.symbol(blank.name)} at iteration {blank.iteration} is {value} in the key, but "
                    f"{expected} in the reference; this is a fault of xlbp, please report it"
                )


def write_exercise_book(exercise: Exercise, path: Path) -> None:
    """A book without the values of its formulas, and nothing on its first sheet, for an engine to look at."""
    write_exercise(build_exercise(exercise, facts_of(exercise), {}, Page(exercise.contents.front)), {}, path)


def _values(opened: Bench, skeleton: Skeleton, without: Container[str] = ()) -> Values:
    """What the engine makes of every formula, but for those of some sheets."""
    asked = [sheet for sheet in skeleton.sheets if sheet.title not in without]
    found = {sheet.title: opened.values(sheet.title, sheet.rows, sheet.columns) for sheet in asked}
    return {
        title: values if {*map(type, values)} == {float} else [*map(content_of, values)]
        for title, values in found.items()
    }


def _must_say(exercise: Exercise, opened: Bench, word: str) -> None:
    """Every mark of the book says so."""
    texts = exercise.contents.texts
    blanks = exercise.blanks.cells if exercise.marked else ()
    rows, columns = range(FIRST, FIRST + len(blanks)), [MARK_COLUMN] * len(blanks)
    for blank, mark in zip(blanks, opened.values(texts("sheet.marks"), rows, columns) if blanks else (), strict=True):
        if mark != texts(f"marks.{word}"):
            raise UsageError(
                f"the mark of {exercise.contents.symbol(blank.name)} at iteration {blank.iteration} would not know the "
                "right answer: the loss has a corner there, or its numbers are too large; choose other numbers with "
                f"{option('--set')}, leave it out of {option('--blank')}, "
                f"or make a book without marks ({option('--no-marks')})"
            )


def _size(history: History) -> float:
    """The largest of all numbers, at most 1."""
    return min(1.0, float(np.nanmax(np.abs(np.stack([*history.values()])), initial=0.0)))
