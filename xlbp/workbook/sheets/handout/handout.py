"""The handout: two pages of A4, the first with what the book is about and what it asks, the second with one weight.

Its numbers follow the chosen iteration; answers stand on Start alone.
"""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.workbook.drawing.diagram import diagram
from xlbp.workbook.drawing.miniature import put_miniature
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION, SAMPLE, Lens
from xlbp.workbook.page.page import Page, Paper
from xlbp.workbook.sheets.handout.derivation import chosen_parameter, derivation_of
from xlbp.workbook.sheets.handout.paper import LAST, SYMBOL, TEXT, put_empty_line, put_item, put_line, set_widths
from xlbp.workbook.sheets.handout.questions import questions
from xlbp.workbook.sheets.handout.worked import READABLE, VALUE, Worked

ANSWER_LINES, TURN_LINES = 3, 4


def handout_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number and text it must show."""
    texts = contents.texts
    page = Page(texts("sheet.handout"))
    page.way(1, 1, "⌂", f"{quoted(contents.front)}!A1")
    end = _front(page, contents, facts)
    _back(page, contents, facts, end)
    set_widths(page)
    page.print_columns = LAST
    page.paper = Paper(SYMBOL, (end,), texts.of(contents.template.title))
    letter = get_column_letter(READABLE)
    page.finishing.append(lambda sheet: setattr(sheet.column_dimensions[letter], "hidden", True))
    return page


def _front(page: Page, contents: Contents, facts: Facts) -> int:
    """What the book is about, its picture, and what it asks; returns the row after it."""
    texts, template = contents.texts, contents.template
    row = put_line(page, 1, texts.of(template.title), "start title")
    row = put_line(page, row, texts("handout.who"), "note")
    row = put_line(page, row, contents.outline, "note")
    row = put_line(page, row + 1, texts.of(template.summary))
    if template.source:
        row = put_line(page, row, texts("start.source", source=texts.of(template.source)), "note")
    layers = diagram(Lens(contents, facts))
    if layers:
        shows = texts(f"alt.{template.kind}", shape=contents.outline)
        row = put_miniature(page, layers, row + 1, shows, LAST + 1 - TEXT)
    row = put_line(page, row + 1, texts("start.try"), "heading")
    for number, question in enumerate(questions(contents, facts), start=1):
        row = put_item(page, row, f"{number}.", question)
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
