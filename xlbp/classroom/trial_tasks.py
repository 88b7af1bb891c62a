"""A book with a sheet of answers and its key, which are written after an engine has tried them.

Empty, every live mark must say "to do"; with the right answers none may object; with a wrong one its mark must not say
"right".  The rows must be the reference's, and where a mistake is planted: all that does not rest on it, while the
planted cell shows another number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.book import Values, build_exercise, formulas_of, write_exercise
from xlbp.classroom.exercise.kinds.answers import FIRST, MARK, REVEALED, YOURS
from xlbp.classroom.exercise.kinds.find import VISIBLE, Finding, affected
from xlbp.classroom.exercise.layout import Exercise
from xlbp.errors import XlbpError
from xlbp.expectation.training import train_run
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.system.atomic import replacing
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Content, ErrorValue
from xlbp.xlsx.areas import CellError

CLOSE = 1e-9
GOES_ON = ("right", "answered")  # what a mark says to a right answer


def write_tried_task(exercise: Exercise, path: Path, key: Path | None, force: bool = True) -> None:
    """Write a book and its key, after trying both.  Raises XlbpError for a book that would not do what it says."""
    facts = train_run(exercise.contents).facts
    data = facts if exercise.contents.data_on_own_sheet else None
    workbook = build_exercise(exercise, data, {})
    assert exercise.task is not None
    assert exercise.kind.answers is not None
    right = exercise.kind.answers(exercise.task, exercise.contents, facts)
    with replacing(path, force) as temporary:
        write_exercise(workbook, {}, temporary)
        with bench(temporary) as opened:
            values = _values(opened, workbook)
            _must_be_the_reference(exercise, opened, facts)
            if exercise.live:
                _must_say(exercise, opened, dict.fromkeys(range(len(exercise.questions)), "todo"))
                _must_tell(exercise, opened, right)
            if key is not None:
                _write_key(exercise, data, opened, right, key, force)
        write_exercise(workbook, values, temporary)


def content_of(value: object) -> Content:
    """What is written beside a formula."""
    if isinstance(value, CellError):
        return ErrorValue(value)
    return value if isinstance(value, str | float) else 0.0


def _write_key(
    exercise: Exercise, data: Facts | None, opened: Bench, right: Mapping[int, str | float], key: Path, force: bool
) -> None:
    """The same book with the right answers."""
    answers: dict[Blank, str | float] = {exercise.questions[number]: answer for number, answer in right.items()}
    _answer(exercise, opened, right)
    solved = build_exercise(exercise, data, answers)
    values = _values(opened, solved)
    with replacing(key, force) as temporary:
        write_exercise(solved, values, temporary)


def _values(opened: Bench, workbook: Workbook) -> Values:
    """What the engine makes of every formula."""
    return {
        sheet: {address: content_of(opened.value(sheet, *place)) for address, place in cells.items()}
        for sheet, cells in formulas_of(workbook).items()
    }


def _answer(exercise: Exercise, opened: Bench, answers: Mapping[int, str | float]) -> None:
    """Put answers in, numbers as numbers and texts as texts."""
    sheet = exercise.answers_title
    texts: dict[Cell, str] = {}
    numbers: dict[Cell, float] = {}
    for number, answer in answers.items():
        place = sheet, FIRST + number, YOURS
        if isinstance(answer, str):
            texts[place] = f"={literal(answer)[0]}"
        else:
            numbers[place] = answer
    opened.fill(texts)
    opened.put(numbers)


def _mark(exercise: Exercise, opened: Bench, number: int) -> object:
    return opened.value(exercise.answers_title, FIRST + number, MARK)


def _must_say(exercise: Exercise, opened: Bench, words: Mapping[int, str]) -> None:
    """Each mark says its word."""
    texts = exercise.contents.texts
    for number, word in words.items():
        said = _mark(exercise, opened, number)
        if said != texts(f"marks.{word}"):
            raise _fault(exercise, number, f"says {said!r}, not {texts(f'marks.{word}')!r}")


def _must_tell(exercise: Exercise, opened: Bench, right: Mapping[int, str | float]) -> None:
    """With a wrong answer no mark says "right"; with the right ones all do, and reveal what the reference says."""
    texts = exercise.contents.texts
    if exercise.kind.wrong and exercise.task:
        _answer(exercise, opened, exercise.kind.wrong(exercise.task, exercise.contents))
        for number in right:
            if _mark(exercise, opened, number) in (texts("marks.right"), texts("marks.todo")):
                raise _fault(exercise, number, f"says {_mark(exercise, opened, number)!r} to a wrong answer")
    _answer(exercise, opened, right)
    word = next(word for word in exercise.kind.counts if word in GOES_ON)
    _must_say(exercise, opened, dict.fromkeys(right, word))
    for number, question in enumerate(exercise.questions):
        answer = right[number]
        revealed = opened.value(exercise.answers_title, FIRST + number, REVEALED)
        if (
            exercise.kind.reveals
            and isinstance(answer, float)
            and not question.choices
            and not _is_close(revealed, answer)
        ):
            raise _fault(exercise, number, f"reveals {revealed}, not {answer}")


def _is_close(value: object, expected: float) -> bool:
    return isinstance(value, float) and math.isclose(value, expected, rel_tol=1e-6, abs_tol=CLOSE)


def _must_be_the_reference(exercise: Exercise, opened: Bench, facts: Facts) -> None:
    """The rows are NumPy's, but for what rests on a planted mistake; and that shows."""
    contents, task = exercise.contents, exercise.task
    planted = task.plant if isinstance(task, Finding) else None
    wrong = affected(contents, planted) if planted else set()
    slack = CLOSE * min(1.0, max(float(np.nanmax(np.abs(v), initial=0.0)) for v in facts.history.values()))
    for name, column in contents.layout.columns.items():
        for t in range(contents.layout.iterations + 1):
            value, expected = opened.value(contents.title, contents.layout.row_of(t), column), facts.history[name][t]
            is_first = planted is not None and (name, t) == planted.first
            if is_first and not _differs(value, float(expected)):
                raise _fault(exercise, 0, f"would not show the mistake: {contents.layout.cell(name, t)} is {value}")
            if (name, t) in wrong or not math.isfinite(expected):
                continue
            if not isinstance(value, float) or not math.isclose(value, expected, rel_tol=CLOSE, abs_tol=slack):
                cell = contents.layout.cell(name, t)
                raise _fault(exercise, 0, f"stands beside {cell} = {value}, which is {expected} in the reference")


def _differs(value: object, expected: float) -> bool:
    return isinstance(value, float) and abs(value - expected) > VISIBLE / 2 * max(abs(value), abs(expected))


def _fault(exercise: Exercise, number: int, what: str) -> XlbpError:
    name = exercise.contents.template.name
    return XlbpError(f"question {number + 1} of {name} {what}; this is a fault of xlbp, please report it")
