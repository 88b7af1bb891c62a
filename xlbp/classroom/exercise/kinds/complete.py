"""Complete: formulas with holes, or none at all; the answer is a formula, whatever its form."""

from __future__ import annotations

import math
import re
from random import Random

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.front import Front
from xlbp.classroom.exercise.kinds.kind import Kind
from xlbp.classroom.exercise.layout import Exercise
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.prose import BULLET

HOLE = "____"
SHARE = 0.5  # of what a formula refers to, that is left out
MOST_LINES = 16  # formulas that the first sheet lists
SHEET = r"(?:'[^']+'|[A-Za-z_]\w*)!"
CELLS = r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?"
OPERAND = re.compile(rf"(?<![\w.$!'])(?:(?:{SHEET})?{CELLS}|[A-Za-z_]\w*)(?![\w(!])")  # cells, ranges, names


def holed(exercise: Exercise, blank: Blank) -> str:
    """The formula of a blank with about half of its operands left out, the same ones in every book of the class."""
    formula = exercise.formula(blank)
    operands = list(dict.fromkeys(OPERAND.findall(formula)))
    if not operands:
        return HOLE
    random = Random(f"xlbp complete {blank.name}")
    left_out = set(random.sample(operands, math.ceil(SHARE * len(operands))))
    return OPERAND.sub(lambda operand: HOLE if operand[0] in left_out else operand[0], formula)


class CompleteFront(Front):
    """What is asked, and the formulas with their holes."""

    @classmethod
    def page_of(cls, exercise: Exercise) -> Page:
        """The sheet."""
        return cls(exercise).build()

    def asked(self) -> None:
        """What is to be done, and the first formulas."""
        blanks = self.exercise.blanks
        holes = self.exercise.wishes.holes
        key = "task.complete" if holes else "task.complete_empty"
        self.line(self.texts(key, count=len(blanks.cells), names=self.names(), **self.words()))
        if not holes:
            return
        firsts = list({blank.name: blank for blank in reversed(blanks.cells)}.values())[::-1]
        for blank in firsts[:MOST_LINES]:
            symbol, cell = self.contents.symbol(blank.name), self.exercise.cell(blank)
            line = self.texts("task.holed", symbol=symbol, cell=cell, formula=f"={self.exercise.hint(blank)}")
            self.item(BULLET, line)
        if len(firsts) > MOST_LINES:
            self.item(BULLET, self.texts("task.holed_more"))

    def rules(self) -> list[str]:
        """Keys of what is said on how it works."""
        return ["yellow", "formula_only", *self.about_marks(), "locked"]


COMPLETE = Kind("complete", 1, CompleteFront.page_of, takes_numbers=False, hint=holed)
