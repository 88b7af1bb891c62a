"""Start: what the book is, whether it is still right, and the way to every sheet."""

from __future__ import annotations

import re

import pytest
from openpyxl.utils import get_column_letter

from tests.teaching import Expected, cells_of, expected_of, laid_out, page_of, shown
from tests.templates import FEW, REPRESENTATIVES
from xlbp.lang import LANGUAGES
from xlbp.workbook.sheets.start import conventions


def start(expected: Expected) -> list[str]:
    """All texts of the page."""
    return [str(content) for content in cells_of(page_of(expected, "start")).values()]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("mazur", "2 → 2 sigmoid → 2 sigmoid"),
        ("xor", "2 → 2 tanh → 1 sigmoid"),
        ("into-backprop", "a, b, c → d → f"),
    ],
)
def test_the_problem_in_one_line(name: str, shape: str) -> None:
    """Under the title stands the network's shape, or the graph's steps."""
    expected = shown(name)
    assert shape == expected.contents.outline
    assert shape in start(expected)


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name in REPRESENTATIVES for language in LANGUAGES if language == "en" or name in FEW],
)
def test_a_link_to_every_sheet(name: str, language: str) -> None:
    """Training and every teaching sheet have a link, in the order in which they stand."""
    expected = shown(name, 3, (), language)
    locations = [location for _, location in sorted(page_of(expected, "start").links.items())]
    found = [match[1] for location in locations if (match := re.fullmatch(r"'?(.+?)'?!A1", location))]
    assert [page.title for page in expected.pages[1:]] == found


def test_links_to_results_that_stand_far_to_the_right() -> None:
    """Where the loss, or that of the test samples, stands beyond column Z, a link leads to its first row."""
    expected = shown("iris", 3)
    layout, links = expected.contents.layout, set(page_of(expected, "start").links.values())
    for name, symbol in (("E", "E"), ("E@T", "E_test")):
        letter = get_column_letter(layout.columns[name])
        assert f"Training!{letter}{layout.first_row}" in links
        assert f"{symbol}: column {letter} of Training" in start(expected)
    narrow = shown("mazur", 3)
    assert narrow.contents.layout.columns["E"] < 27
    assert not [link for link in page_of(narrow, "start").links.values() if not link.endswith("!A1")]


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_a_new_book_is_verified(name: str) -> None:
    """All columns and cells are counted, the gradients pass, and every number is finite."""
    expected = shown(name)
    columns = len(expected.contents.program.columns)
    cells = columns * (expected.contents.layout.iterations + 1)
    words = start(expected)
    assert f"Verified: the totals of all {columns} columns ({cells:,} cells) agree with NumPy." in words
    assert {
        "Gradient check: PASS",
        f"Training: {expected.contents.symbol(expected.contents.objective)} stays finite.",
    } <= set(words)


def test_a_changed_input_is_said() -> None:
    """With an input changed the page says that formulas are in place, NumPy's figures nothing, and not verified."""
    contents = laid_out("mazur")
    words = start(expected_of(contents, {**contents.template.inputs(), "eta": 0.1}))
    beginnings = ("Your own inputs: every formula is in place", "Verified")
    assert tuple(sum(word.startswith(text) for word in words) for text in beginnings) == (1, 0)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mazur", ["half_squared_error", "frozen", "sgd"]),
        ("xor", ["binary_cross_entropy", "batch", "sgd"]),
        ("softmax-three-classes", ["cross_entropy", "batch", "softmax", "sgd"]),
        ("into-backprop", ["local", "ascent"]),
    ],
)
def test_conventions_that_apply(name: str, keys: list[str]) -> None:
    """The page states the conventions of this book's loss, layers and training, and no others."""
    expected = shown(name)
    assert keys == conventions(expected.contents)
    beginnings = [expected.contents.texts.words[f"convention.{key}"].split("{")[0] for key in keys]
    assert all(any(word.startswith(text) for word in start(expected)) for text in beginnings)


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_nothing_is_left_to_fill_in(name: str) -> None:
    """No text has a slot that was not filled."""
    assert [text for text in start(shown(name)) if re.search(r"\{\w+\}", text)] == []
