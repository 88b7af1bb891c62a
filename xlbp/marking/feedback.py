"""The feedback copy: a fresh book of ours with the student's answers in it, what each is worth, and why.

Nothing of the handed-in file is copied but numbers and the text of formulas, which stays text.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from xlbp.exercise.blanks import Blank
from xlbp.exercise.book import build_exercise, formulas_of, write_exercise
from xlbp.exercise.layout import Exercise
from xlbp.exercise.plan import Plan
from xlbp.marking.judge import FOLLOWS, RIGHT, WRONG, Judged, Verdict
from xlbp.marking.result import Result
from xlbp.marking.words import mistake
from xlbp.workbook import style
from xlbp.workbook.facts import Facts
from xlbp.workbook.page import Content, Page
from xlbp.workbook.sheets.data import data_page

COLUMNS = ("cell", "quantity", "yours", "formula", "wanted", "verdict", "reason")
FIRST_ROW, LONGEST = 7, 120


def write_feedback(
    plan: Plan, numbers: dict[str, float], result: Result, judged: Judged, facts: Facts | None, path: Path
) -> None:
    """Write the copy to ``path``."""
    texts = plan.contents.texts
    said = {verdict.blank: texts(f"marking.{verdict.status}") for verdict in judged.verdicts}
    exercise = plan.version(numbers, result.student.name if result.student else "", said)
    answers: dict[Blank, str | float] = {}
    for verdict in judged.verdicts:
        value = verdict.answer.value
        if value is not None:
            answers[verdict.blank] = value if math.isfinite(value) else "?"
    workbook = build_exercise(exercise, facts, answers, _front(exercise, result))
    values: dict[str, dict[str, Content]] = {sheet: {} for sheet in formulas_of(workbook)}
    values[exercise.contents.title] = _values(exercise, judged)
    if facts is not None:
        values[exercise.contents.layout.data_sheet] = data_page(exercise.contents, facts).values()
    write_exercise(workbook, values, path)


def _values(exercise: Exercise, judged: Judged) -> dict[str, Content]:
    """What every formula of the rows shows, from the student's own numbers."""
    layout = exercise.contents.layout
    found: dict[str, Content] = {}
    for row in judged.rows:
        for name in layout.columns:
            worth = row.now(name)
            found[layout.cell(name, row.iteration)] = worth if math.isfinite(worth) else None
    return found


def _front(exercise: Exercise, result: Result) -> Page:
    """Name, score, and a line for each cell that is worth one."""
    contents, texts = exercise.contents, exercise.contents.texts
    page = Page(texts("sheet.feedback"))
    page.text(1, 1, texts("exercise.title", title=texts.of(contents.template.title)), "title")
    page.text(2, 1, exercise.student, "badge")
    page.text(3, 1, texts("marking.score", score=result.score, of=len(result.verdicts)), "badge")
    slips = result.count(FOLLOWS)
    if slips:
        page.text(4, 1, texts("marking.slips", count=slips), "muted")
    for column, key in enumerate(COLUMNS, start=1):
        page.text(FIRST_ROW - 1, column, texts(f"marking.{key}"), "column")
    ordered = sorted(result.verdicts, key=lambda verdict: verdict.status == RIGHT)
    for row, verdict in enumerate(ordered, start=FIRST_ROW):
        _line(page, exercise, row, verdict)
    page.heights[FIRST_ROW - 1] = 20
    for column, width in enumerate((9, 18, 14, 34, 14, 20, 60), start=1):
        page.width([column], width)
    page.finishing.append(lambda sheet: setattr(sheet, "freeze_panes", f"A{FIRST_ROW}"))
    return page


def _line(page: Page, exercise: Exercise, row: int, verdict: Verdict) -> None:
    contents, answer = exercise.contents, verdict.answer
    page.text(row, 1, exercise.cell(verdict.blank), "link")
    page.text(row, 2, contents.symbol(verdict.blank.name), "symbol")
    if answer.value is not None and math.isfinite(answer.value):
        page.number(row, 3, answer.value)
        page.looks[row, 3] = "number"
    elif answer.shown:
        page.text(row, 3, answer.shown, "text")
    if answer.formula:
        page.text(row, 4, answer.formula[:LONGEST], "text")
    if math.isfinite(verdict.wanted):
        page.number(row, 5, verdict.wanted)
        page.looks[row, 5] = "number"
    band = {RIGHT: "update", FOLLOWS: "update", WRONG: "loss"}.get(verdict.status, "iteration")
    page.text(row, 6, contents.texts(f"marking.{verdict.status}"), "result")
    page.finishing.append(lambda sheet: setattr(sheet.cell(row, 6), "fill", style.fill(style.PHASES[band].tint)))
    if verdict.status == WRONG:
        whose = "…" if verdict.kind == "other_student" else verdict.about  # no student is named to another
        page.text(row, 7, mistake(contents, replace(verdict, about=whose)), "text")
