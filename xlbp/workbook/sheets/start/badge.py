"""The lines that say whether the book is right: formulas and totals, the gradient check, the training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets import check, proof
from xlbp.workbook.sheets.prose import MARK
from xlbp.xlsx.metrics import row_height

STATE = 18  # the column that decides the colours of the badge, out of sight
BAD, GOOD, UNKNOWN = 0, 1, 2
COLOURS = {BAD: "loss", GOOD: "update", UNKNOWN: "iteration"}
LINES = 3


class Badge:
    """Writes the lines, each green while all is well, grey while nothing can be said, vermilion where it is not."""

    def __init__(self, page: Page, contents: Contents, facts: Facts) -> None:
        self.page, self.contents, self.facts, self.texts = page, contents, facts, contents.texts

    def put(self, row: int) -> None:
        """Three live lines, from this row on."""
        self.proven(row)
        size = style.LOOKS["badge"].size
        self.page.heights[row] = row_height(2, size, self.texts.language)  # what is wrong takes two lines
        verdict, label = self.facts.verdict, self.texts("badge.gradients")
        cell = f"{quoted(self.texts('sheet.check'))}!C5"
        passed = check.verdict_words(self.texts)[check.PASS]
        is_good = f'IF({cell}="{passed}",{GOOD},{BAD})'
        self.verdict(row + 1, (f'"{label}"&{cell}', f"{label}{verdict}"), (is_good, GOOD if verdict == passed else BAD))
        self.divergence(row + 2)
        rows, refused = range(row, row + LINES), (self.texts("guard.title"), self.texts("guard.formula"))
        self.page.finishing.append(lambda sheet: _finish(sheet, rows, refused))

    def verdict(self, row: int, words: tuple[str, str], state: tuple[str, int]) -> None:
        """A line in words, and out of sight whether it is good news, which decides its colour; each with its value."""
        self.page.live(row, MARK, *words, "badge")
        self.page.merge(row, MARK, 2)
        self.page.live(row, STATE, state[0], float(state[1]), "small")

    def proven(self, row: int) -> None:
        """Whether every formula is in place, and for the template's own inputs whether the totals are NumPy's."""
        sheet = quoted(self.texts("sheet.proof"))
        changed, failed, missing, where = (
            f"{sheet}!{cell}"
            for cell in (proof.CHANGED_CELL, proof.FAILED_CELL, proof.OUT_OF_PLACE_CELL, proof.WHERE_CELL)
        )
        columns, watched = len(self.contents.program.columns), self.contents.layout.watched
        cells = self.texts.number(columns * (self.contents.layout.iterations + 1))
        verified = self.verified(cells, columns)
        damaged = self.texts("badge.damaged", proof=self.texts("sheet.proof"))
        own, news = (self.texts("badge.own"), GOOD) if watched else (self.texts("badge.changed"), UNKNOWN)
        words = f'IF({changed}>0,"{own}",IF({failed}=0,"{verified}","{damaged}"))'
        state = f"IF({changed}>0,{news},IF({failed}=0,{GOOD},{BAD}))"
        if watched:
            put_back = self.texts("badge.put_back")
            words = f'IF({missing}>0,"{self.texts("badge.out_of_place")}"&{where}&"{put_back}",{words})'
            state = f"IF({missing}>0,{BAD},{state})"
        is_changed = self.is_changed()
        self.verdict(row, (words, own if is_changed else verified), (state, news if is_changed else GOOD))

    def verified(self, cells: str, columns: int) -> str:
        """That the totals agree; what follows from noise need not, for another program has other numbers there."""
        driven = sum(total.driven > 0 for total in self.facts.totals.values())
        if not driven:
            return self.texts("badge.verified", cells=cells, columns=columns)
        return self.texts("badge.verified_noise", columns=columns - driven, driven=driven)

    def objective_cells(self) -> str:
        """The loss, or objective, of all iterations."""
        layout = self.contents.layout
        letter = get_column_letter(layout.columns[self.contents.objective])
        return f"{self.contents.training}!${letter}${layout.first_row}:${letter}${layout.last_row}"

    def divergence(self, row: int) -> None:
        """Whether the loss stays a number; if not, from which iteration on it is none, and why."""
        count = f"COUNT({self.objective_cells()})"
        rows = self.contents.layout.iterations + 1
        finite = self.texts("badge.finite", objective=self.contents.symbol(self.contents.objective))
        diverged, why = self.texts("badge.diverged"), self.texts("badge.why")
        finite_rows = int(np.isfinite(self.facts.history[self.contents.objective]).sum())
        value = finite if finite_rows == rows else f"{diverged}{finite_rows}{why}"
        words = f'IF({count}={rows},{literal(finite)[0]},"{diverged}"&{count}&"{why}")'
        self.verdict(row, (words, value), (f"IF({count}={rows},{GOOD},{BAD})", GOOD if finite_rows == rows else BAD))

    def is_changed(self) -> bool:
        """Whether an input is not the template's own."""
        return any(self.facts.inputs[name] != value for name, value in self.contents.template.inputs().items())


def _finish(sheet: Worksheet, rows: Sequence[int], refused: tuple[str, str]) -> None:
    """Colours, and a sentence for who types over a line: the sheet is not protected, so that answers unfold.

    What decides stands on the sheet itself: not every program takes a rule that looks at another sheet.
    """
    letter = get_column_letter(STATE)
    for row in rows:
        for state, phase in COLOURS.items():
            look = style.change(style.PHASES[phase].fill, "FFFFFF", bold=True)
            sheet.conditional_formatting.add(f"B{row}:C{row}", style.when(f"${letter}${row}={state}", look, last=True))
    sheet.column_dimensions[letter].hidden = True
    area = f"B{rows[0]}:C{rows[-1]} {letter}{rows[0]}:{letter}{rows[-1]}"
    guard = DataValidation(type="custom", formula1="FALSE", allow_blank=False, showErrorMessage=True, sqref=area)
    guard.errorStyle = "warning"
    guard.errorTitle, guard.error = refused
    sheet.add_data_validation(guard)
