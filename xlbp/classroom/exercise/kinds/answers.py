"""The sheet of answers: in each row a question, a yellow cell, what the book says to the answer, what it reveals.

A mark that has no live formula stays empty: the book then has no marks, or can't know.
"""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.marks import colour_marks
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.page import Page

FIRST = 5  # the row of the first question
NUMBER, QUESTION, YOURS, MARK, REVEALED = range(2, 7)
WIDTHS = {1: 4, NUMBER: 5, QUESTION: 66, YOURS: 24, MARK: 22, REVEALED: 16}
ROW_OF_CHOICES = 3  # rows below the last question


def answers_page(exercise: Exercise, answers: Mapping[Blank, str | float]) -> Page:
    """The sheet, each answer empty or as it is given."""
    texts, task = exercise.contents.texts, exercise.task
    assert task is not None
    page = Page(exercise.answers_title)
    page.way(1, 1, "⌂", f"{quoted(exercise.contents.front)}!A1")
    page.text(1, NUMBER, page.title, "title")
    page.text(2, NUMBER, texts(f"task.{exercise.kind.name}_answers" if exercise.live else "task.answers"), "note")
    page.merge(2, NUMBER, len(WIDTHS) - 1)
    reveals = False
    for number, question in enumerate(exercise.questions):
        row = FIRST + number
        page.text(row, NUMBER, str(number + 1), "result")
        page.text(row, QUESTION, question.text, "paragraph")
        page.given(row, YOURS, answers.get(question, ""), "word")
        if exercise.live:
            live = task.live(exercise, number, here(number))
            reveals = reveals or bool(live.revealed)
            for column, formula, look in ((MARK, live.mark, "result"), (REVEALED, live.revealed, "number")):
                if formula:
                    page.live(row, column, formula, None, look)
        elif exercise.verdicts is not None:
            page.text(row, MARK, exercise.verdicts.get(question, ""), "result")
    headings = {NUMBER: "number", QUESTION: "question", YOURS: "yours", **({MARK: "mark"} if exercise.marked else {})}
    for column, key in {**headings, **({REVEALED: "revealed"} if reveals else {})}.items():
        page.text(FIRST - 1, column, texts(f"task.heading_{key}"), "column")
    for column, width in WIDTHS.items():
        page.width([column], width)
    page.print_columns = REVEALED if reveals else MARK
    _put_choices(page, exercise)
    page.finishing.append(lambda sheet: _finish(sheet, exercise))
    return page


def here(number: int) -> str:
    """The cell of an answer, counted from 0, on its own sheet."""
    return f"${get_column_letter(YOURS)}${FIRST + number}"


def answer_cell(exercise: Exercise, number: int) -> str:
    """The same as another sheet refers to it."""
    return f"{quoted(exercise.answers_title)}!{here(number)}"


def _put_choices(page: Page, exercise: Exercise) -> None:
    """Under the questions, what may be chosen: a program without lists has it to be typed."""
    row = FIRST + len(exercise.questions) + ROW_OF_CHOICES - 1
    for number, question in enumerate(exercise.questions):
        if question.choices:
            page.text(row, NUMBER, exercise.contents.texts("task.choices", number=number + 1), "small heading")
            page.looks[row, NUMBER] = "muted"
            first = row + 1
            for row, choice in enumerate(question.choices, start=first):
                page.text(row, QUESTION, choice, "paragraph")
            _offer(page, number, f"${get_column_letter(QUESTION)}${first}:${get_column_letter(QUESTION)}${row}")
            row += 2


def _offer(page: Page, number: int, area: str) -> None:
    """A list to choose from; it refuses nothing, since LibreOffice takes no formula in a cell that does."""
    cell = here(number).replace("$", "")

    def finish(sheet: Worksheet) -> None:
        offered = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=False)
        offered.add(cell)
        sheet.add_data_validation(offered)
        sheet[cell].alignment = style.LEFT_WRAPPED

    page.finishing.append(finish)


def _finish(sheet: Worksheet, exercise: Exercise) -> None:
    last = FIRST + len(exercise.questions) - 1
    area = f"{get_column_letter(MARK)}{FIRST}:{get_column_letter(MARK)}{last}"
    colour_marks(sheet, exercise, [area])
    for row in range(FIRST, last + 1):  # numbers as they are typed, and texts that stay texts
        cell = sheet.cell(row, YOURS)
        question = exercise.questions[row - FIRST]
        cell.number_format = "@" if question.is_text else style.AS_TYPED
    sheet.freeze_panes = f"A{FIRST}"
