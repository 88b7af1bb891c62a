"""Two pages to print: the questions without their answers, and one weight from its value to its update."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.teaching import cells_of, page_of, reading, row_of, shown
from xlbp.workbook.lesson.parameter import chosen_parameter
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.page.fitting import page_heights, page_widths
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.handout.handout import MOST_QUESTIONS
from xlbp.workbook.sheets.handout.paper import LAST, TEXT
from xlbp.workbook.sheets.handout.worked import FORMULA, NUMBERS, VALUE
from xlbp.xlsx.metrics import column_pixels
from xlbp.xlsx.printing import UPRIGHT

LEAST_SCALE = 0.7  # of full size: 10 points are printed as 7
KINDS = ("mazur", "into-backprop", "iris", "lstm", "cnn", "self-attention", "batch-norm", "char-rnn")


def halves(page: Page) -> list[range]:
    """The rows of each printed page."""
    assert page.paper is not None
    last = max(row for row, column in page.looks if column <= LAST)
    return [range(*ends) for ends in pairwise((1, *page.paper.starts, last + 1))]


def test_one_weight_is_worked_out_from_its_value_to_its_update() -> None:
    """Mazur's w5 as the article has it: 0.4, forward to E_total, 0.7414 · 0.1868 · 0.5933 = 0.0822, and 0.3589."""
    expected = shown("mazur", 1)
    page = page_of(expected, "handout")
    facts = expected.facts
    assert chosen_parameter(expected.contents) == "W2[1,1]"
    assert reading(page, row_of(page, "net_o1"), FORMULA)[0] == "= w5 · out_h1 + w6 · out_h2 + b2"
    numbers, value = reading(page, row_of(page, "∂E_total/∂w5"), NUMBERS, VALUE)
    assert numbers == "= 0.7414 · 0.1868 · 0.5933"
    assert value == facts.history["dW2[1,1]"][0]
    numbers, value = reading(page, row_of(page, "w5⁺"), NUMBERS, VALUE)
    assert numbers == "= 0.4000 − 0.5000 · 0.08217"
    assert value == facts.history["W2[1,1]"][1]


def test_it_follows_the_chosen_iteration() -> None:
    """The same lines at iteration 1 start from the updated weight, and the formulas stay as they are."""
    before, after = (page_of(shown("mazur", 1, iteration=t), "handout") for t in (0, 1))
    assert [f.text for f in before.formulas] == [f.text for f in after.formulas]
    new = reading(before, row_of(before, "w5⁺"), VALUE)
    assert reading(after, row_of(after, "w5"), VALUE) == new


@pytest.mark.parametrize("name", KINDS)
def test_each_half_fits_a_page_of_a4(name: str) -> None:
    """Whatever the template is, both pages are printed in a size that can be read, and so they are in Chinese."""
    for language in ("en", "zh-CN") if name == "mazur" else ("en",):
        page = page_of(shown(name, 1, language=language), "handout")
        widths = page_widths(page, language)
        heights = page_heights(page, widths, language)
        first, second = (sum(heights.get(row, 15.0) for row in rows) for rows in halves(page))
        width = sum(column_pixels(widths[column]) for column in range(2, LAST + 1))
        assert min(UPRIGHT[1] / first, UPRIGHT[1] / second, UPRIGHT[0] / width) >= LEAST_SCALE


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_parameter_has_its_gradient_and_its_update(name: str) -> None:
    """The last lines of the second page are the parameter's gradient and its new value, as the training has them."""
    expected = shown(name, 1)
    page, contents = page_of(expected, "handout"), expected.contents
    parameter = chosen_parameter(contents)
    gradient = contents.gradient(parameter)
    second = halves(page)[1]
    shown_there = {f.value for f in page.formulas if f.row in second and f.column == VALUE}
    assert expected.history[gradient][0] in shown_there
    assert expected.history[contents.quantity(parameter).updated][0] in shown_there


def test_the_first_page_asks_and_does_not_answer() -> None:
    """The first predictions of the book stand there with lines to write on, but no answer and no live number."""
    expected = shown("mazur", 1)
    page = page_of(expected, "handout")
    first, cells = halves(page)[0], cells_of(page)
    texts = [content for (row, _), content in cells.items() if row in first]
    for prediction in predictions(expected.contents, expected.facts)[:MOST_QUESTIONS]:
        [row] = [row for (row, _), content in cells.items() if content == prediction.question]
        assert page.looks[row + 1, TEXT] == "ruled"
        assert not any(prediction.answer in str(text) for text in texts)
    assert not [f for f in page.formulas if f.row in first]


def test_a_batchs_objective_and_that_of_the_sample_have_names_of_their_own() -> None:
    """On xor's back page the loss of the chosen sample and the mean of all four are told apart; mazur has one alone."""
    xor, mazur = (set(cells_of(page_of(shown(name), "handout")).values()) for name in ("xor", "mazur"))
    assert {"E of the sample", "E, mean of 4"} <= xor
    assert "E_total" in mazur
