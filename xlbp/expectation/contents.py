"""From a template to what its book is made from: the row as symbols, and a cell for every quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlbp.lang import load_texts
from xlbp.model.compile import compile_template
from xlbp.system.memory import must_fit_memory
from xlbp.template.template import Template
from xlbp.template.translation import in_language
from xlbp.template.vary import Run
from xlbp.workbook.layout.book_layout import BookLayout, lay_out_book
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import refuse_too_wide
from xlbp.workbook.layout.legal import must_be_legal_rows


def lay_out(template: Template, language: str) -> Contents:
    """Compile a template and give every quantity its cell."""
    return _lay_out([Run(1, (), template)], language, compares=False).first


def lay_out_one(template: Template, language: str, like: BookLayout | None = None) -> BookLayout:
    """A book of one training, which can be written.  Raises UsageError where it can't.

    ``like`` is the template's book in another language, where there is one: its row is the same.
    """
    return _writable(_lay_out([Run(1, (), template)], language, compares=False, like=like))


def lay_out_several(runs: Sequence[Run], language: str) -> BookLayout:
    """A book that compares several trainings, which can be written.  Raises UsageError where it can't."""
    return _writable(_lay_out(runs, language, compares=True))


def _lay_out(runs: Sequence[Run], language: str, compares: bool, like: BookLayout | None = None) -> BookLayout:
    texts = load_texts(language)
    runs = tuple(replace(run, template=in_language(run.template, texts)) for run in runs)
    for run in runs:
        refuse_too_wide(run.template)
    compiled = [contents.program for contents in like.trainings] if like else None
    programs = compiled or [compile_template(run.template) for run in runs]
    book = lay_out_book(runs, programs, texts, compares)
    must_fit_memory(sum((t.layout.iterations + 1) * len(t.layout.columns) for t in book.trainings))
    return book


def _writable(book: BookLayout) -> BookLayout:
    """Raise UsageError if a column needs a formula that no cell takes."""
    for contents in book.trainings:
        must_be_legal_rows(contents)
    return book
