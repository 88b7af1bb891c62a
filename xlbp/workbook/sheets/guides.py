"""What helps a reader of the training sheet: groups, words on each heading, colours by value, and a guard.

The sheet is not protected, for Excel folds no groups on a protected sheet.  Validation asks whoever types over a
formula instead; who means to, as the sheet on breaking the book says, goes on.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.quantity import STATE
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents

MOST_COMMENTS = MOST_COLOURED = 400  # columns
FOLDED = ("running", "batch", "dropout", "forward", "loss", "backward", "gradients", "test", "optimizer", "update")
PHASES = ("iteration", "update", "test")  # whose columns all have the same words, called as the phase
RESULTS = (names.LOSS, names.DATA_LOSS, names.HITS, names.LOSS + names.TEST, names.HITS + names.TEST)  # never folded
OF_ROW = {names.EPOCH: "epoch", names.RATE: "rate", names.LENGTH: "length", names.CLIPPING: "clipping"}


def add_guides(sheet: Worksheet, contents: Contents) -> None:
    """Groups, words on the headings, colours by value, and the guard."""
    _group(sheet, contents)
    comment_headings(sheet, contents)
    _format_by_value(sheet, contents)
    _guard(sheet, contents)


def _group(sheet: Worksheet, contents: Contents) -> None:
    """An outline group per phase; its first column stays, so that the band's name can be read, and so do results."""
    numbered = enumerate(contents.program.columns, start=1)
    for phase, run in groupby(numbered, key=lambda item: item[1].phase):
        columns = list(run)[1:]
        shown = {*RESULTS, contents.objective}
        if phase in FOLDED:
            for number in (number for number, column in columns if column.name not in shown):
                sheet.column_dimensions[get_column_letter(number)].outlineLevel = 1
    sheet.sheet_properties.outlinePr.summaryRight = False


def comment_headings(sheet: Worksheet, contents: Contents) -> None:
    """What each quantity is, in words, on its symbol."""
    row = contents.layout.first_row - 2
    for column in contents.program.columns[:MOST_COMMENTS]:
        text = explanation(contents, column)
        if text:
            comment = Comment(f"{contents.symbol(column.name)}\n{text}", "xlbp")
            comment.width, comment.height = 280, 90
            sheet.cell(row, contents.layout.columns[column.name]).comment = comment


def explanation(contents: Contents, column: Column) -> str:
    """A quantity in words, in the reader's language."""
    return contents.texts(f"word.{word_of(contents, column)}", loss=contents.symbol(contents.objective))


def word_of(contents: Contents, column: Column) -> str:
    """The key of what is said of a quantity."""
    quantity = contents.quantity(column.name)
    if column.phase in PHASES:
        return column.phase
    if quantity.relation == STATE:
        return f"kept_{quantity.state_letter}"
    if quantity.is_common:
        return OF_ROW.get(quantity, "shared")
    return contents.template.model.word(quantity)


def _format_by_value(sheet: Worksheet, contents: Contents) -> None:
    """Tiny and huge numbers scientific; gradients coloured too.

    Both rules of a column stand under one range: of two ranges over a cell LibreOffice follows one.
    """
    first, last = contents.layout.first_row, contents.layout.last_row
    numbered = [(contents.layout.columns[column.name], column) for column in contents.program.columns][1:]
    for coloured, run in groupby(numbered, key=lambda item: item[1].phase == "gradients" and item[0] <= MOST_COLOURED):
        letters = [get_column_letter(number) for number, _ in run]
        blocks = [(letter, letter) for letter in letters] if coloured else [(letters[0], letters[-1])]
        for left, right in blocks:
            area = f"{left}{first}:{right}{last}"
            sheet.conditional_formatting.add(area, style.readable_numbers(f"{left}{first}"))
            if coloured:
                sheet.conditional_formatting.add(area, style.by_size(f"${left}${first}:${right}${last}"))


def _guard(sheet: Worksheet, contents: Contents) -> None:
    """Who types over a formula is asked whether that is meant; what a yellow cell can't use is told on the panel."""
    layout, first = contents.layout, contents.layout.first_row
    last = get_column_letter(len(contents.program.columns))
    is_input = [column.phase == "parameters" and column.name not in layout.panel for column in contents.program.columns]
    areas = [f"A{first + 1}:{last}{layout.last_row}"]
    for typed, run in groupby(enumerate(is_input, start=1), key=itemgetter(1)):
        numbers = [number for number, _ in run]
        areas += [] if typed else [f"{get_column_letter(numbers[0])}{first}:{get_column_letter(numbers[-1])}{first}"]
    guard = DataValidation(
        type="custom", formula1="FALSE", allow_blank=False, showErrorMessage=True, sqref=" ".join(areas)
    )
    guard.errorStyle = "warning"
    guard.error, guard.errorTitle = contents.texts("guard.formula"), contents.texts("guard.title")
    sheet.add_data_validation(guard)
