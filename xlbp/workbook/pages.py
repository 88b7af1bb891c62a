"""The pages of a book, the front one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlbp.workbook.layout.book_layout import BookLayout
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.layout.runs import Comparison
from xlbp.workbook.page.entries import training_entries
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.chosen_row import put_chosen_row
from xlbp.workbook.sheets.comparison.comparison import comparison_page
from xlbp.workbook.sheets.data import data_page
from xlbp.workbook.sheets.registry import SHEETS
from xlbp.workbook.sheets.start.start import start_page


def pages_of(book: BookLayout, facts: Sequence[Facts]) -> list[Page]:
    """Every sheet besides the trainings' rows and their losses, with the values it must show.

    ``facts`` are those of each training.
    """
    if book.comparison is None:
        return _teaching_pages(book.first, facts[0])
    return _comparison_pages(book.comparison, facts)


def _comparison_pages(comparison: Comparison, facts: Sequence[Facts]) -> list[Page]:
    """The front sheet, what is said on the trainings' own sheets, the sheets of data."""
    pages = [comparison_page(comparison, facts)]
    pages += [page for contents in comparison.contents if (page := training_entries(contents))]
    for contents in comparison.data_sheets.values():
        pages.append(data_page(contents, facts[comparison.contents.index(contents)]))
    return pages


def _teaching_pages(contents: Contents, facts: Facts) -> list[Page]:
    """The sheets of a book of one training."""
    pages = {sheet.key: sheet.page(contents, facts) for sheet in SHEETS if sheet.is_in(contents)}
    check = pages["check"]
    verdict = next(f for f in check.formulas if f.address == "C5")
    start = start_page(contents, replace(facts, verdict=str(verdict.value)), pages)
    if not verdict.sure:
        told = f"{quoted(check.title)}!C5"
        start.formulas = [f._replace(sure=told not in f.text) for f in start.formulas]
    training = training_entries(contents) or Page(contents.title)
    put_chosen_row(training, contents, facts)
    return [start, training, *pages.values()]
