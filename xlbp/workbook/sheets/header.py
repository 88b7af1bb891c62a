"""The top of every teaching sheet: its title, what it shows, the iteration it shows, and the way back."""

from __future__ import annotations

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.contents import Contents
from xlbp.workbook.facts import Facts
from xlbp.workbook.layout import quoted
from xlbp.workbook.lookup import ITERATION, SAMPLE, Lens
from xlbp.workbook.page import Page

TITLE, EXPLANATION, CHOOSER = 1, 2, 3  # rows
LABEL_COLUMN, CHOOSER_COLUMN = 2, 3


def put_header(page: Page, contents: Contents, facts: Facts, key: str, chooser: bool = False) -> None:
    """Rows 1 to 3; ``chooser`` puts the cells where iteration and sample are chosen, else they are shown."""
    texts, samples = contents.texts, Lens(contents, facts).samples
    page.text(TITLE, LABEL_COLUMN, texts(f"sheet.{key}"), "title")
    page.text(EXPLANATION, LABEL_COLUMN, texts(f"{key}.explanation"), "muted")
    page.text(CHOOSER, LABEL_COLUMN, texts("header.iteration"), "label")
    last = contents.layout.iterations
    if chooser:
        page.input(CHOOSER, CHOOSER_COLUMN, facts.choices.iteration, ITERATION)
        page.text(CHOOSER, CHOOSER_COLUMN + 1, texts("header.choose", last=last), "muted")
        page.finishing.append(lambda sheet: _validate(sheet, contents, CHOOSER, 0, last))
    else:
        page.live(CHOOSER, CHOOSER_COLUMN, ITERATION, float(facts.choices.iteration), "integer")
        page.text(CHOOSER, CHOOSER_COLUMN + 1, texts("header.elsewhere", steps=texts("sheet.steps")), "muted")
    if chooser and samples > 1:
        page.text(CHOOSER + 1, LABEL_COLUMN, texts("header.sample"), "label")
        page.input(CHOOSER + 1, CHOOSER_COLUMN, facts.choices.sample, SAMPLE)
        page.text(CHOOSER + 1, CHOOSER_COLUMN + 1, texts("header.choose_sample", last=samples), "muted")
        page.finishing.append(lambda sheet: _validate(sheet, contents, CHOOSER + 1, 1, samples))
    page.live(TITLE, 1, f'HYPERLINK("#{quoted(texts("sheet.start"))}!A1","⌂")', "⌂", "link")
    page.width([1], 4)
    page.heights[TITLE] = 24


def _validate(sheet: Worksheet, contents: Contents, row: int, first: int, last: int) -> None:
    """A whole number within bounds; anything else is refused with a sentence."""
    rule = DataValidation(type="whole", operator="between", formula1=str(first), formula2=str(last))
    rule.error, rule.showErrorMessage = contents.texts("header.refused", first=first, last=last), True
    sheet.add_data_validation(rule)
    rule.add(sheet.cell(row, CHOOSER_COLUMN))
