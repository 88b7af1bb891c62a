"""The feedback on a sheet of answers: each question with what was written, what it is worth, and what was expected."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

from xlbp.classroom.exercise.book import write_exercise
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.marking.feedback import BANDS, put_number, score, whose
from xlbp.classroom.marking.result import Result
from xlbp.classroom.marking.verdict import WRONG, Verdict
from xlbp.classroom.marking.words import judged_as, mistake
from xlbp.workbook.drawing import style
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import render
from xlbp.workbook.properties import describe
from xlbp.xlsx.new_workbook import new_workbook

COLUMNS = {"number": 5, "question": 58, "yours": 20, "mark": 16, "reason": 30, "wanted": 24}
NUMBER, QUESTION, YOURS, MARK, REASON, WANTED = range(1, 7)
FIRST_ROW = 6


def write_task_feedback(exercise: Exercise, result: Result, path: Path, out_of: Fraction | None) -> None:
    """Write a book of one sheet to ``path``."""
    texts = exercise.contents.texts
    workbook = new_workbook()
    title = texts("exercise.title", title=texts.of(exercise.contents.template.title))
    describe(workbook, texts, title)
    page = Page(texts("sheet.feedback"))
    page.text(1, 1, title, "title")
    page.text(2, 1, whose(exercise, result), "badge")
    page.text(3, 1, score(texts, result, out_of, "task.score"), "badge")
    for row in (2, 3):
        page.merge(row, 1, len(COLUMNS))
    for column, (key, width) in enumerate(COLUMNS.items(), start=1):
        page.text(FIRST_ROW - 1, column, texts(f"task.heading_{key}"), "column")
        page.width([column], width)
    for number, verdict in enumerate(result.verdicts):
        _line(page, exercise, FIRST_ROW + number, verdict)
    page.finishing.append(lambda sheet: setattr(sheet, "freeze_panes", f"A{FIRST_ROW}"))
    render(page, workbook, texts.language, with_formulas=True)
    write_exercise(workbook, {}, path)


def _line(page: Page, exercise: Exercise, row: int, verdict: Verdict) -> None:
    contents, question, answer = exercise.contents, verdict.blank, verdict.answer
    assert isinstance(question, Question)
    page.text(row, NUMBER, str(row - FIRST_ROW + 1), "result")
    page.text(row, QUESTION, question.text, "paragraph")
    if answer.is_number and not answer.as_text and not answer.formula:
        page.number(row, YOURS, float(answer.value or 0.0))
        page.looks[row, YOURS] = "given number"
    else:
        page.text(row, YOURS, answer.formula or answer.shown, "formula")
    page.text(row, MARK, judged_as(contents, verdict), "result")
    band = BANDS[verdict.status]
    page.finishing.append(lambda sheet: setattr(sheet.cell(row, MARK), "fill", style.fill(style.PHASES[band].tint)))
    page.text(row, REASON, mistake(contents, verdict) if verdict.status == WRONG else "", "formula")
    if verdict.wanted or not math.isfinite(verdict.expected):
        page.text(row, WANTED, verdict.wanted, "formula")
    else:
        put_number(page, row, WANTED, verdict.expected)
