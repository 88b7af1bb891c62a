"""An exercise's book and its key, which are written after an engine has tried both.

Empty, every mark must say "to do"; with the formulas of the key every mark must say "right", and every number must be
the reference's.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from xlbp.classroom.exercise.book import Values, build_exercise, formulas_of, write_exercise
from xlbp.classroom.exercise.layout import FIRST, MARK_COLUMN, Exercise
from xlbp.classroom.trial_tasks import content_of, write_tried_task
from xlbp.errors import UsageError, XlbpError, option
from xlbp.expectation.training import train_run
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.system.atomic import replacing
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page

CLOSE = 1e-9


def write_tried(exercise: Exercise, path: Path, key: Path | None, force: bool = True) -> None:
    """Write a book and its key, after trying both."""
    if exercise.task is not None:
        write_tried_task(exercise, path, key, force)
        return
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
    """A book without the values of its formulas, and nothing on its first sheet, for an engine to look at."""
    write_exercise(build_exercise(exercise, facts_of(exercise), {}, Page(exercise.contents.front)), {}, path)


def facts_of(exercise: Exercise) -> Facts | None:
    """What the data sheet shows, where there is one."""
    contents = exercise.contents
    return train_run(contents).facts if contents.data_on_own_sheet else None


def _values(opened: Bench, workbook: Workbook) -> Values:
    """What the engine makes of every formula."""
    return {
        sheet: {address: content_of(opened.value(sheet, *place)) for address, place in cells.items()}
        for sheet, cells in formulas_of(workbook).items()
    }


def _must_say(exercise: Exercise, opened: Bench, word: str) -> None:
    """Every mark of the book says so."""
    texts = exercise.contents.texts
    for row, blank in enumerate(exercise.blanks.cells, start=FIRST):
        if exercise.marked and opened.value(texts("sheet.marks"), row, MARK_COLUMN) != texts(f"marks.{word}"):
            raise UsageError(
                f"the mark of {exercise.contents.symbol(blank.name)} at iteration {blank.iteration} would not know the "
                "right answer: the loss has a corner there, or its numbers are too large; choose other numbers with "
                f"{option('--set')}, leave it out of {option('--blank')}, "
                f"or make a book without marks ({option('--no-marks')})"
            )


def _must_be_the_reference(exercise: Exercise, opened: Bench) -> None:
    """The key's numbers are those of NumPy."""
    contents = exercise.contents
    history = train(contents.template)
    slack = CLOSE * _size(history)
    for blank in exercise.blanks.cells:
        layout = contents.layout
        value = opened.value(contents.title, layout.row_of(blank.iteration), layout.columns[blank.name])
        expected = float(history[blank.name][blank.iteration])
        if not isinstance(value, float) or not math.isclose(value, expected, rel_tol=CLOSE, abs_tol=slack):
            raise XlbpError(
                f"{contents.symbol(blank.name)} at iteration {blank.iteration} is {value} in the key, but {expected} "
                "in the reference; this is a fault of xlbp, please report it"
            )


def _size(history: History) -> float:
    largest = max(float(np.nanmax(np.abs(values), initial=0.0)) for values in history.values())
    return min(1.0, largest)
