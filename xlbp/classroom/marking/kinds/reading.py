"""The answers of a sheet of answers, as a student left them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.kinds.answers import FIRST, YOURS
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.marking.answers import (
    Answer,
    Formulas,
    HandIn,
    answer_at,
    changed_cells,
    givens_in,
    must_be_in_place,
)
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.verdict import Verdict
from xlbp.recalc.bench import Bench, bench
from xlbp.reference.history import History
from xlbp.xlsx.areas import CellError
from xlbp.xlsx.preflight import preflight

LONGEST_FORMULA = 8_192
JudgeTask: TypeAlias = Callable[[Exercise, HandIn, Path, History], Judged]


def read_task(path: Path, exercise: Exercise, formulas: Formulas) -> HandIn:
    """Recalculate a stranger's file and read its sheet of answers; raises as reading any hand-in does."""
    preflight(path)
    assert exercise.task is not None
    layout = exercise.contents.layout
    own = {(layout.row_of(t), layout.columns[name]) for name, t in exercise.task.standing(exercise)}
    with bench(path) as opened:
        must_be_in_place(path, exercise, opened)
        changed = changed_cells(exercise, opened, {place: f for place, f in formulas.items() if place not in own})
        answers: dict[Blank, Answer] = {
            question: _answer(opened, exercise, number, question) for number, question in enumerate(exercise.questions)
        }
        return HandIn(answers, givens_in(exercise, opened), changed)


def _answer(opened: Bench, exercise: Exercise, number: int, question: Question) -> Answer:
    """An answer; of a text, which may be a formula, all of it."""
    place = exercise.answers_title, FIRST + number, YOURS
    answer, value = answer_at(opened, *place), opened.value(*place)
    if question.is_text and isinstance(value, str) and not isinstance(value, CellError):
        return replace(answer, shown=value[:LONGEST_FORMULA])
    return answer


def text_of(answer: Answer) -> str:
    """An answer as a text: a formula as it was written, a number as it is shown."""
    return (answer.formula or answer.shown).strip()


def by_question(exercise: Exercise, handin: HandIn, judge: Callable[[int, Question, Answer], Verdict]) -> Judged:
    """Each answer judged by itself."""
    numbered = enumerate(exercise.questions)
    return Judged([judge(number, question, handin.answers[question]) for number, question in numbered], [])
