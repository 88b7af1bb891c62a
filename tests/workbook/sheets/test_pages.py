"""What holds of every page of every book: its cells, its words, and the formulas it may use."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook

from tests.sheet_functions import ALLOWED, functions_in
from tests.teaching import shown, shown_of
from tests.templates import FEW
from xlbp.lang import LANGUAGES, load_texts
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import render

pytestmark = pytest.mark.slow  # many whole books

LAYERS = (
    '[[network.layers]]\nunits = 30\nactivation = "tanh"\nweights = {}\nbias = 0.1\n'
    '[[network.layers]]\nunits = 2\nactivation = "softmax"\nweights = {}\nbias = 0.1\n'
)
WIDE = (
    '[network]\nloss = "cross_entropy"\n'
    + LAYERS.format([[0.1] * 6] * 30, [[0.1] * 30] * 2)
    + "[data]\ninputs = [[0.5, 1, 2, 3, 4, 5]]\ntargets = [[1, 0]]\n[training]\nlearning_rate = 0.1\niterations = 2\n"
)
NAMES = [*FEW, "wide"]
ADDRESSES = [(name, language) for name in NAMES for language in (LANGUAGES if name in ("xor", "mazur") else ("en",))]
books = pytest.mark.parametrize(("name", "language"), ADDRESSES)


@cache
def pages(name: str, language: str) -> list[Page]:
    """The pages of a shipped template, or of a network too large for a picture."""
    return shown_of(WIDE).pages if name == "wide" else shown(name, 3, (), language).pages


@cache
def rendered(name: str, language: str) -> Workbook:
    """The same as openpyxl's sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    expected = shown_of(WIDE) if name == "wide" else shown(name, 3, (), language)
    book.create_sheet(expected.contents.texts("sheet.training"))
    for page in expected.pages:
        render(page, book, language)
    return book


@books
def test_no_two_contents_share_a_cell(name: str, language: str) -> None:
    """Every cell of a page is written once."""
    for page in pages(name, language):
        places = Counter((cell.row, cell.column) for cell in [*page.fixed, *page.formulas])
        assert [place for place, count in places.items() if count > 1] == [], page.title


@books
def test_no_merged_area_hides_a_cell(name: str, language: str) -> None:
    """A merged area has one content, in its corner, and overlaps no other."""
    for page in pages(name, language):
        written = {(cell.row, cell.column) for cell in [*page.fixed, *page.formulas]}
        covered = Counter(
            (r, c) for r1, c1, r2, c2 in page.merged for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)
        )
        corners = {(r, c) for r, c, _, _ in page.merged}
        assert (set(), {1} if covered else set()) == ((written & set(covered)) - corners, set(covered.values()))


@books
def test_formulas_use_what_every_program_knows(name: str, language: str) -> None:
    """No page calls a function that some spreadsheet program does not have."""
    for page in pages(name, language):
        assert set() == set().union(*(functions_in(f.text) for f in page.formulas)) - ALLOWED, page.title


@books
def test_formulas_stay_within_the_limits(name: str, language: str) -> None:
    """A formula has at most 8,192 characters, and no text in it more than 255."""
    for page in pages(name, language):
        assert max((len(f.text) + 1 for f in page.formulas), default=0) <= 8_192
        literals = [text for f in page.formulas for text in re.findall(r'"((?:[^"]|"")*)"', f.text)]
        assert [text for text in literals if len(text) > 255] == [], page.title


@books
def test_texts_fit_a_cell(name: str, language: str) -> None:
    """No text is longer than a cell holds, and no text is taken for a formula."""
    contents = [cell.content for page in pages(name, language) for cell in page.fixed]
    assert [text for text in contents if isinstance(text, str) and len(text) > 32_767] == []


@books
def test_rules_for_input_stay_within_the_limits(name: str, language: str) -> None:
    """A validation's formula has fewer than 255 characters, its message at most 225."""
    rules = [rule for sheet in rendered(name, language).worksheets for rule in sheet.data_validations.dataValidation]
    for rule in rules:
        assert max(len(str(rule.formula1 or "")), len(str(rule.formula2 or ""))) < 255
        assert len(rule.error or "") <= 225
        assert rule.error or not rule.showErrorMessage


@books
def test_every_choice_is_guarded_and_open(name: str, language: str) -> None:
    """Cells with a choice, and the samples of the data sheet, are what a protected sheet lets a person change."""
    book = rendered(name, language)
    training = load_texts(language)("sheet.training")  # which is not protected: Excel would fold nothing on it
    for page in (page for page in pages(name, language) if page.title != training):
        sheet = book[page.title]
        open_cells = {(c.row, c.column) for row in sheet.iter_rows() for c in row if not c.protection.locked}
        if page.protected:
            assert (True, {*page.names.values(), *page.unlocked}) == (sheet.protection.sheet, open_cells)
        else:  # Start, whose answers could not be unfolded
            assert (page.title, sheet.protection.sheet) == (load_texts(language)("sheet.start"), False)


@books
def test_titles_of_sheets_are_fit(name: str, language: str) -> None:
    """Titles are different, at most 31 characters long, and without forbidden characters."""
    titles = [page.title for page in pages(name, language)]
    assert len(titles) == len({title.lower() for title in titles})
    assert [title for title in titles if len(title) > 31 or re.search(r"[\[\]:*?/\\]", title)] == []


@books
def test_every_value_is_one_a_cell_can_hold(name: str, language: str) -> None:
    """A formula's value is a finite number, a text or an error."""
    values: list[Any] = [f.value for page in pages(name, language) for f in page.formulas]
    numbers = [value for value in values if isinstance(value, float | int)]
    assert numbers
    assert [v for v in numbers if not math.isfinite(v)] == []
    assert {str, float} >= {str if isinstance(v, str) else type(v) for v in values if v is not None}


def slots(text: str) -> set[str]:
    """The names that a text is filled in with."""
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words(language: str) -> None:
    """Each text exists in each language, and is filled in with the same names."""
    english, other = load_texts("en").words, load_texts(language).words
    assert {key: slots(text) for key, text in english.items()} == {key: slots(text) for key, text in other.items()}
    assert [key for key, text in other.items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_all_different(language: str) -> None:
    """No two sheets of a language have one title."""
    words = load_texts(language).words
    titles = [text for key, text in words.items() if key.startswith("sheet.")]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
@pytest.mark.parametrize("name", ["xor", "mazur"])
def test_languages_differ_in_words_only(name: str, language: str) -> None:
    """In another language the same cells hold formulas, with the same numbers in them."""
    for page, other in zip(pages(name, "en"), pages(name, language), strict=True):
        english, translated = (
            {f.address: f.value for f in p.formulas if not isinstance(f.value, str)} for p in (page, other)
        )
        assert english == translated
        assert [f.address for f in page.formulas] == [f.address for f in other.formulas]
