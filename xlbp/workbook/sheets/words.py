"""Words: those of the field that occur in this book, each in a sentence, and the chain rule with its numbers."""

from __future__ import annotations

from functools import partial

from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.path import CHAIN_ROW
from xlbp.workbook.lesson.words import chain_rule, overfitting, words
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page

TITLE, EXPLANATION, CHAIN = 1, 2, CHAIN_ROW  # rows
TERM, SYMBOL, MEANING = 2, 3, 4  # columns
WIDTHS = {1: 4, TERM: 26, SYMBOL: 16, MEANING: 84}


def words_page(contents: Contents, facts: Facts) -> Page:
    """The sheet: it is read, nothing on it is live."""
    texts = contents.texts
    page = Page(texts("sheet.words"))
    page.way(TITLE, 1, "⌂", f"{quoted(contents.front)}!A1")
    page.text(TITLE, TERM, texts("sheet.words"), "title")
    page.text(EXPLANATION, TERM, texts("words.explanation"), "note")
    page.merge(EXPLANATION, TERM, 3)
    headings = CHAIN + 1
    rule = chain_rule(contents, facts)
    if rule is not None:
        page.text(CHAIN, TERM, rule.answer, "paragraph")
        page.merge(CHAIN, TERM, 3)
        headings = CHAIN + 2
    for column, key in ((TERM, "word"), (SYMBOL, "here"), (MEANING, "meaning")):
        page.text(headings, column, texts(f"words.{key}"), "column")
    for row, word in enumerate(words(contents), start=headings + 1):
        page.text(row, TERM, word.term, "term")
        page.text(row, SYMBOL, word.symbol, "paragraph")
        here = overfitting(contents, facts).answer if word.key == "overfitting" else ""
        page.text(row, MEANING, texts.sentences(word.meaning, here), "paragraph")
    for column, width in WIDTHS.items():
        page.width([column], width)
    page.print_columns = MEANING
    page.finishing.append(partial(_freeze, first=headings + 1))
    return page


def _freeze(sheet: Worksheet, first: int) -> None:
    sheet.freeze_panes = f"A{first}"
