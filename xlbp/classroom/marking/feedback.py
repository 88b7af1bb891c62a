"""The feedback copy: a fresh book of ours with the student's answers in it, what each is worth, and why.

Nothing of the handed-in file is copied but numbers and the text of formulas, which stays text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.book import formulas_of, write_exercise
from xlbp.classroom.exercise.credit import WHOLE
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.gradebook.export import written
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.marked_book import MarkedBook
from xlbp.classroom.marking.result import Result
from xlbp.classroom.marking.scheme import Scheme
from xlbp.classroom.marking.state import Row
from xlbp.classroom.marking.table import points_of
from xlbp.classroom.marking.verdict import EMPTY, FOLLOWS, RIGHT, WRONG, Verdict
from xlbp.classroom.marking.words import judged_as, mistake
from xlbp.lang import Texts
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, names_in
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.data import data_page

COLUMNS = {  # of the table, and their widths: what was asked, what you wrote, what went wrong, how it is done
    "quantity": 16, "cell": 8, "yours": 13, "formula": 24, "verdict": 24, "reason": 32, "wanted": 13, "how": 32,
}  # fmt: skip
QUANTITY, CELL, YOURS, FORMULA, VERDICT, REASON, WANTED, HOW = range(1, 9)
ON_A_SCREEN = 24  # lines; of more those that are right are folded
FIRST_ROW, LONGEST = 7, 120
MOST_NUMBERS = 5  # in a formula that is told with numbers, too
SMALLEST = 6  # decimals after which a number is shown with its power of ten
ORDER = (WRONG, EMPTY, FOLLOWS, RIGHT)
BANDS = {RIGHT: "update", FOLLOWS: "gradients", WRONG: "loss", EMPTY: "iteration"}  # the phase of the colour


def write_feedback(
    plan: Plan,
    numbers: dict[str, float],
    result: Result,
    judged: Judged,
    facts: Facts | None,
    path: Path,
    scheme: Scheme,
    out_of: Fraction | None,
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
    front = _front(exercise, result, judged.rows, scheme, out_of)
    workbook = plan.contents.worked_out(MarkedBook).of(exercise, facts, answers, front)
    values: dict[str, dict[str, Content]] = {sheet: {} for sheet in formulas_of(workbook)}
    values[exercise.contents.title] = _values(exercise, judged)
    if facts is not None:
        values[exercise.contents.layout.data_sheet] = data_page(exercise.contents, facts).values()
    write_exercise(workbook, values, path)


def _values(exercise: Exercise, judged: Judged) -> dict[str, Content]:
    """What every formula of the rows shows, from the student's own numbers."""
    layout = exercise.contents.layout
    values: dict[str, Content] = {}
    for row in judged.rows:
        for name in layout.columns:
            worth = row.now(name)
            values[layout.cell(name, row.iteration)] = worth if math.isfinite(worth) else None
    return values


def _front(exercise: Exercise, result: Result, rows: Sequence[Row], scheme: Scheme, out_of: Fraction | None) -> Page:
    """Name, score, and a line for each cell that is worth one, the wrong ones first."""
    contents, texts = exercise.contents, exercise.contents.texts
    page = Page(texts("sheet.feedback"))
    page.text(1, 1, texts("exercise.title", title=texts.of(contents.template.title)), "title")
    page.text(2, 1, whose(exercise, result), "badge")
    page.text(3, 1, score(texts, result, out_of), "badge")
    slips = result.count(FOLLOWS)
    said = [_slips(texts, slips, scheme)] if slips else []
    page.text(4, 1, texts.sentences(*said, texts("marking.explanation")), "note")
    for row in (2, 3, 4):
        page.merge(row, 1, len(COLUMNS))
    for column, key in enumerate(COLUMNS, start=1):
        page.text(FIRST_ROW - 1, column, texts(f"marking.{key}"), "column")
        page.width([column], COLUMNS[key])
    _lines(page, exercise, sorted(result.verdicts, key=lambda verdict: ORDER.index(verdict.status)), rows)
    page.finishing.append(lambda sheet: setattr(sheet, "freeze_panes", f"A{FIRST_ROW}"))
    return page


def whose(exercise: Exercise, result: Result) -> str:
    """The student, and how the work was handed in where that is not plain."""
    texts = exercise.contents.texts
    return " · ".join(
        [exercise.student, *([texts("marking.late")] if result.is_late else []), *_attempt(texts, result)]
    )


def _attempt(texts: Texts, result: Result) -> list[str]:
    """Which file was counted, where there were several."""
    if not result.others or result.file is None:
        return []
    others = ", ".join(path.name for path in result.others)
    return [texts("marking.counted_file", file=result.file.name, others=others)]


def score(texts: Texts, result: Result, out_of: Fraction | None, plain: str = "marking.score") -> str:
    """``14 of 16 cells``, the ``plain`` text, or points where cells are none; and those of the scale."""
    decimal = texts.facts.decimal
    if result.is_plain:
        own = texts(plain, score=result.score, of=len(result.verdicts))
    else:
        own = texts("marking.points", points=written(result.points, decimal), of=written(result.maximum, decimal))
    if out_of is None:
        return own
    grade = written(points_of(result, out_of), decimal)
    return f"{own} · {texts('marking.in_scale', grade=grade, of=written(out_of, decimal))}"


def _slips(texts: Texts, count: int, scheme: Scheme) -> str:
    """How many cells are right given an earlier slip, and what they count."""
    if scheme.credit.partial == WHOLE:
        return texts("marking.slips", count=count)
    share = written(scheme.credit.partial, texts.facts.decimal)
    return texts("marking.slips_partial", count=count, share=share)


def _lines(page: Page, exercise: Exercise, verdicts: Sequence[Verdict], rows: Sequence[Row]) -> None:
    """A line per cell; where these are more than a screen holds, those that are right open by a click."""
    right = sum(verdict.status == RIGHT for verdict in verdicts)
    is_folded = len(verdicts) > ON_A_SCREEN and right > 0
    for place, verdict in enumerate(verdicts):
        is_right = verdict.status == RIGHT
        row = FIRST_ROW + place + (is_folded and is_right)
        _line(page, exercise, row, verdict, rows[verdict.blank.iteration])
        if is_folded and is_right:
            page.folded.append(row)
    if is_folded:
        row = FIRST_ROW + len(verdicts) - right
        page.text(row, QUANTITY, exercise.contents.texts("marking.right_cells", count=right), "note")
        page.merge(row, QUANTITY, len(COLUMNS))


def _line(page: Page, exercise: Exercise, row: int, verdict: Verdict, own: Row) -> None:
    """One cell: where it is, what stands there and what should, how that comes about, and what went wrong."""
    contents, answer = exercise.contents, verdict.answer
    cell = exercise.cell(verdict.blank)
    page.way(row, CELL, cell, f"{contents.training}!{cell}")
    page.text(row, QUANTITY, contents.symbol(verdict.blank.name), "symbol")
    if answer.shown and (answer.as_text or not math.isfinite(answer.value or 0.0)):
        page.text(row, YOURS, answer.shown, "text")
    else:
        put_number(page, row, YOURS, answer.value)
    page.text(row, FORMULA, answer.formula[:LONGEST], "formula")
    put_number(page, row, WANTED, verdict.expected)
    column = next(column for column in contents.program.columns if column.name == verdict.blank.name)
    expr = column.at(verdict.blank.iteration)
    how = mathematics(contents.template.symbols)(expr)
    in_numbers = _in_numbers(contents.texts, expr, own) if verdict.status in (WRONG, EMPTY) else ""
    page.text(row, HOW, f"= {how}{in_numbers}", "formula")
    band = BANDS[verdict.status]
    page.text(row, VERDICT, judged_as(contents, verdict), "result")
    page.finishing.append(lambda sheet: setattr(sheet.cell(row, VERDICT), "fill", style.fill(style.PHASES[band].tint)))
    reason = _reason(contents, verdict)
    page.text(row, REASON, reason, "formula")


def _in_numbers(texts: Texts, expr: Expr, own: Row) -> str:
    """The same with the student's own numbers, where these are few."""
    inside = names_in(expr)
    if not inside or len(inside) > MOST_NUMBERS or names_in(expr, "prev"):
        return ""
    # + 0.0: no number is shown as −0
    shown = {name: texts.number(own.now(name) + 0.0, ".4g").replace("-", "−") for name in inside}
    return f" = {mathematics({name: f'({t})' if t[0] == '−' else t for name, t in shown.items()})(expr)}"


def _reason(contents: Contents, verdict: Verdict) -> str:
    """The mistake, and that a text was read as a number."""
    said = []
    if verdict.status == WRONG:
        whose = "…" if verdict.mistake is Mistake.OTHER_STUDENT else verdict.about  # no student is named to another
        said.append(mistake(contents, replace(verdict, about=whose)))
    if verdict.answer.as_text and verdict.answer.value is not None:
        said.append(contents.texts("marking.as_text", number=contents.texts.number(verdict.answer.value, ".15g")))
    return "; ".join(said)


def put_number(page: Page, row: int, column: int, value: float | None) -> None:
    """A number with at least four digits that say something, as three are asked for."""
    if value is None or not math.isfinite(value):
        return
    page.number(row, column, value)
    page.looks[row, column] = "number"
    small = math.floor(math.log10(abs(value))) if value else 0
    if small < -SMALLEST:
        page.looks[row, column] = "difference"
    elif small < -1:
        shown = style.signed(f"0.{'0' * (3 - small)}_)")
        page.finishing.append(lambda sheet: setattr(sheet.cell(row, column), "number_format", shown))
