"""The workbook of a marked exercise: put together once in a process, and for each student what differs is put in.

That are the first sheet, which is made anew, the initial numbers, the name, the answers and the verdicts.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from openpyxl import Workbook

from xlbp.classroom.exercise.book import build_exercise, hide_stamp
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.sheet import (
    TITLE_CELL,
    Answers,
    place_verdicts,
    places_of_numbers,
    put_title,
)
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.package import HIDDEN_SHEET
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import render


class MarkedBook:
    """Kept with the contents of a plan; its workbook is that of the student who was asked for last."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.workbook: Workbook | None = None
        self.title_look: object = None

    def of(self, exercise: Exercise, facts: Facts | None, answers: Answers, front: Page) -> Workbook:
        """A student's workbook, to be written before the next one is asked for."""
        if self.workbook is None:
            self.workbook = build_exercise(replace(exercise, student=""), facts, {}, front)
            self.title_look = copy(self.workbook[self.contents.title].cell(*TITLE_CELL)._style)
        else:
            del self.workbook[front.title]
            sheet = render(front, self.workbook, self.contents.texts.language, with_formulas=True)
            self.workbook.move_sheet(sheet, 1 - len(self.workbook.worksheets))
        del self.workbook[HIDDEN_SHEET]
        hide_stamp(self.workbook, exercise)
        self._put(exercise, answers)
        self.workbook.active = 0
        return self.workbook

    def _put(self, exercise: Exercise, answers: Answers) -> None:
        """What the rows say of the student."""
        assert self.workbook is not None
        sheet = self.workbook[self.contents.title]
        own = exercise.contents.template.model.parameters()
        for (_, row, column), name in places_of_numbers(exercise).items():
            sheet.cell(row, column).value = own[name]
        for blank in exercise.blanks.cells:
            sheet[exercise.cell(blank)].value = answers.get(blank)
        sheet.cell(*TITLE_CELL)._style = copy(self.title_look)
        put_title(sheet, exercise)
        place_verdicts(sheet, exercise)
