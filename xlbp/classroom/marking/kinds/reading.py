"""The answers of a sheet of answers, as a student left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from xlbp.classroom.marking.judge import Judged, Verdict
from xlbp.recalc.bench import bench
from xlbp.reference.history import History
from xlbp.xlsx.preflight import preflight

Answers: TypeAlias = Mapping[Question, Answer]
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
            question: answer_at(opened, exercise.answers_title, FIRST + number, YOURS)
            for number, question in enumerate(exercise.questions)
        }
        return HandIn(answers, givens_in(exercise, opened), changed)


def text_of(answer: Answer) -> str:
    """An answer as a text: a formula as it was written, a number as it is shown."""
    return (answer.formula or answer.shown).strip()


def by_question(exercise: Exercise, handin: HandIn, judge: Callable[[int, Question, Answer], Verdict]) -> Judged:
    """Each answer judged by itself."""
    numbered = enumerate(exercise.questions)
    return Judged([judge(number, question, handin.answers[question]) for number, question in numbered], [])
