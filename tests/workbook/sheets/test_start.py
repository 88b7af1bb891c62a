"""Start: what the book is, whether it is still right, and the way to every sheet."""

from __future__ import annotations

import re

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from tests.teaching import Expected, cells_of, expected_of, laid_out, page_of, shown
from tests.templates import ALL, FEW, REPRESENTATIVES, WITH_NETWORK
from xlbp.lang import LANGUAGES
from xlbp.workbook.lesson.path import lesson_path
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.page.render import render
from xlbp.workbook.sheets.prose import TEXT
from xlbp.workbook.sheets.start.conventions import conventions


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
def test_each_sheet_is_a_stop_of_the_path(name: str, language: str) -> None:
    """Every sheet is on the path, once but for two cells of the steps; the data come first, the proof last."""
    expected = shown(name, 3, (), language)
    texts, page = expected.contents.texts, page_of(expected, "start")
    stops = [place for (_, column), place in sorted(page.links.items()) if column == TEXT]
    sheets = [place.rpartition("!")[0].strip("'") for place in stops]
    once = list(dict.fromkeys(sheets))
    assert {sheet.title for sheet in expected.pages[1:]} | {texts("sheet.training")} == set(once)
    assert len(sheets) - len(once) <= 1
    assert once[-1] == texts("sheet.proof")
    assert (once[0] == texts("sheet.data")) == (texts("sheet.data") in once)


def test_the_path_leads_to_a_weight_of_each_layer() -> None:
    """In mazur's steps first to the derivative by w5, of the last layer, then to that by w1."""
    expected = shown("mazur")
    steps, links = cells_of(page_of(expected, "steps")), page_of(expected, "start").links
    places = [place.rpartition("!")[2] for (_, column), place in sorted(links.items()) if column == TEXT]
    rows = [coordinate_to_tuple(place) for place in places]
    assert [steps[place] for place in rows if str(steps.get(place)).startswith("∂E_total/∂w")][:2] == [
        *("∂E_total/∂w5", "∂E_total/∂w1"),
    ]


FORMULAS = [name for name in ALL if name not in WITH_NETWORK]
OF_NETWORKS = {
    "en": ("loss", "layer", "target", "weight", "input", "output", "neuron"),
    "zh-CN": ("损失", "层", "目标值", "权重", "神经元", "单元的"),
    "zh-TW": ("損失", "層", "目標值", "權重", "神經元", "單元的"),
}


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name in FORMULAS for language in OF_NETWORKS if language == "en" or name in FEW],
)
def test_a_formula_has_no_losses_layers_or_targets(name: str, language: str) -> None:
    """What is said of a formula's book, where it is ours to say it, is of its variables and what it makes larger."""
    expected = shown(name, 3, (), language)
    contents = expected.contents
    said = [text for key in ("break_it", "words") for text in map(str, cells_of(page_of(expected, key)).values())]
    stops = lesson_path(contents, {key: page_of(expected, key) for key in PATH})
    asked = predictions(contents, expected.facts)
    said += [*(stop.question for stop in stops), *(text for p in asked for text in (p.question, p.answer))]
    titles = [page.title for page in expected.pages]
    for title in sorted(titles, key=len, reverse=True):
        said = [text.replace(title, "") for text in said]
    assert [text for text in said for word in OF_NETWORKS[language] if word in text.lower()] == []


PATH = ("steps", "network", "charts", "check", "break_it", "words", "proof")


def test_answers_are_folded_beneath_their_questions() -> None:
    """Each prediction has its answer in the next row, which is hidden and opens by the row above; nothing is locked."""
    expected = shown("mazur")
    page = page_of(expected, "start")
    folded = [cells_of(page)[row, TEXT] for row in page.folded]
    assert len(folded) >= 3
    assert all(str(text).startswith("Answer: ") for text in folded)
    assert all("efore you" in str(cells_of(page)[row - 1, TEXT]) for row in page.folded)
    sheet = render(page, Workbook(), "en")
    rows = [(sheet.row_dimensions[row], sheet.row_dimensions[row - 1]) for row in page.folded]
    assert all((answer.hidden, answer.outlineLevel, question.collapsed) == (True, 1, True) for answer, question in rows)
    assert not sheet.sheet_properties.outlinePr.summaryBelow
    assert not sheet.protection.sheet


@pytest.mark.slow
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
    assert not any(" of Training" in text and "column" in text for text in start(narrow) if text.startswith("E_total:"))


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


@pytest.mark.parametrize(("name", "has"), [("mazur", True), ("softmax-delta", False), ("xor", True)])
def test_the_path_promises_a_chain_rule_only_where_words_has_one(name: str, has: bool) -> None:
    """The question of the stop Words names the sentence with numbers where the sheet has it, and not elsewhere."""
    expected = shown(name)
    words = cells_of(page_of(expected, "words")).values()
    assert any(str(text).startswith("The chain rule, with the numbers") for text in words) == has
    [promise] = [text for text in start(expected) if text.startswith("Words: ")]
    assert ("The chain rule in a sentence" in promise) == has
