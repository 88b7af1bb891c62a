"""The handout: two pages of A4, the first with what the book is about and what it asks, the second with one weight.

Its numbers follow the chosen iteration; answers stand on Start alone.
"""

from __future__ import annotations

from collections.abc import Collection

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.miniature import put_miniature
from xlbp.workbook.drawing.schematic import drawn_as, small_picture
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.parameter import chosen_parameter
from xlbp.workbook.lesson.path import Stop, lesson_path
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION, SAMPLE, Lens
from xlbp.workbook.page.page import Page, Paper
from xlbp.workbook.sheets.handout.derivation import derivation_of
from xlbp.workbook.sheets.handout.paper import LAST, SYMBOL, TEXT, put_empty_line, put_item, put_line, set_widths
from xlbp.workbook.sheets.handout.worked import READABLE, VALUE, Worked

ANSWER_LINES, TURN_LINES = 2, 4
ON_PAPER = ("network", "steps", "training", "charts", "learned", "check")  # the main stops of the path
MOST_QUESTIONS = 4


def handout_page(contents: Contents, facts: Facts, sheets: Collection[str]) -> Page:
    """The sheet, with every number and text it must show; ``sheets`` are the keys of those behind the training."""
    texts = contents.texts
    page = Page(texts("sheet.handout"))
    page.way(1, 1, "⌂", f"{quoted(contents.front)}!A1")
    end = _front(page, contents, facts, _path(contents, sheets))
    _back(page, contents, facts, end + 1)
    set_widths(page, (end,), texts.language)
    page.print_columns = LAST
    page.paper = Paper(SYMBOL, (end,), texts.of(contents.template.title))
    page.finishing.append(lambda sheet: _finish(sheet, end))
    return page


def _finish(sheet: Worksheet, first: int) -> None:
    """Hide the helper column; digits that are significant, from this row on."""
    sheet.column_dimensions[get_column_letter(READABLE)].hidden = True
    start = f"{get_column_letter(VALUE)}{first}"
    for rule in style.significant_numbers(start):
        sheet.conditional_formatting.add(f"{start}:{get_column_letter(VALUE)}{sheet.max_row}", rule)


def _path(contents: Contents, sheets: Collection[str]) -> list[Stop]:
    """The main stops of the lesson."""
    pages = {key: Page(contents.texts(f"sheet.{key}")) for key in sheets}
    return [stop for stop in lesson_path(contents, pages) if stop.key in ON_PAPER]


def _front(page: Page, contents: Contents, facts: Facts, path: list[Stop]) -> int:
    """What the book is about, its picture, the path, and what it asks; returns the row after it."""
    texts, template = contents.texts, contents.template
    row = put_line(page, 1, texts.of(template.title), "start title")
    row = put_line(page, row, texts("handout.who"), "note")
    row = put_line(page, row, contents.outline, "note")
    row = put_line(page, row + 1, texts.of(template.summary))
    if template.source:
        row = put_line(page, row, texts("start.source", source=texts.of(template.source)), "note")
    lens = Lens(contents, facts)
    layers = small_picture(lens)
    if layers:
        shows = texts(f"alt.{drawn_as(lens)}", shape=contents.outline)
        row = put_miniature(page, layers, row + 1, shows, LAST + 1 - TEXT)
    row = put_line(page, row + 1, texts("start.path"), "heading")
    for number, stop in enumerate(path, start=1):
        row = put_item(page, row, f"{number}.", texts("start.link", title=stop.title, about=stop.question))
    row = put_line(page, row + 1, texts("start.try"), "heading")
    for number, prediction in enumerate(predictions(contents, facts)[:MOST_QUESTIONS], start=1):
        row = put_item(page, row, f"{number}.", prediction.question)
        for _ in range(ANSWER_LINES):
            row = put_empty_line(page, row)
    return row


def _back(page: Page, contents: Contents, facts: Facts, row: int) -> None:
    """One weight from its value to its update, by the numbers of the chosen iteration."""
    texts, lens = contents.texts, Lens(contents, facts)
    parameter = chosen_parameter(contents)
    row = put_line(page, row, texts("handout.worked", parameter=contents.symbol(parameter)), "start title")
    row = put_line(page, row, texts("handout.explanation", steps=texts("sheet.steps")), "note")
    page.text(row, SYMBOL, texts("header.iteration"), "symbol")
    page.live(row, VALUE, ITERATION, float(facts.choices.iteration), "integer")
    if lens.samples > 1:
        row += 1
        page.text(row, SYMBOL, texts("header.sample"), "symbol")
        page.live(row, VALUE, SAMPLE, float(facts.choices.sample), "integer")
    worked = Worked(page, lens, derivation_of(lens, parameter), row + 1)
    worked.put()
    _your_turn(page, contents, parameter, worked.row + 1)


def _your_turn(page: Page, contents: Contents, done: str, row: int) -> None:
    """Lines to work out the parameter after the one that is done, if there is another."""
    order = contents.template.parameter_order
    if len(order) > 1:
        place = order.index(done)
        other = order[place + 1] if place + 1 < len(order) else order[place - 1]
        row = put_line(page, row, contents.texts("handout.turn", parameter=contents.symbol(other)), "heading")
        for _ in range(TURN_LINES):
            row = put_empty_line(page, row)
