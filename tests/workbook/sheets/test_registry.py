"""The registry of the teaching sheets: each has its words, and a book has those that it can show."""

from __future__ import annotations

import pytest

from tests.teaching import laid_out, shown
from tests.templates import REPRESENTATIVES
from xlbp.lang import LANGUAGES, load_texts
from xlbp.workbook.sheets.registry import SHEETS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_has_a_title_and_says_what_it_is_for(language: str) -> None:
    """Both stand in every language; no two sheets have the same key."""
    words, keys = load_texts(language).words, [sheet.key for sheet in SHEETS]
    assert [key for key in keys if not (words.get(f"sheet.{key}") and words.get(f"about.{key}"))] == []
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_a_book_has_the_sheets_that_are_for_it_in_order(name: str) -> None:
    """Behind the start and the training stand the registered sheets of which the book has one."""
    contents = laid_out(name)
    titles = [contents.texts(f"sheet.{sheet.key}") for sheet in SHEETS if sheet.is_in(contents)]
    assert [page.title for page in shown(name).pages if page.title in titles] == titles
