"""A formula that takes all samples together is shown with the numbers of each of them, whichever is chosen."""

from __future__ import annotations

import pytest

from tests.normalising_networks import BATCH_NORM
from tests.teaching import page_of, shown_of
from xlbp.workbook.page.facts import readable
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.steps.steps import MOST_TOGETHER, NUMBERS, SYMBOL


def numbers_of(page: Page, symbol: str) -> str:
    """What stands in the column of numbers beside a symbol; '' if nothing does."""
    row = next(f.row for f in page.fixed if f.column == SYMBOL and f.content == symbol)
    return next((str(f.value) for f in page.formulas if (f.row, f.column) == (row, NUMBERS)), "")


@pytest.mark.parametrize("sample", [1, 3])
def test_the_mean_of_a_batch_is_shown_with_the_numbers_of_every_sample(sample: int) -> None:
    """The mean is (z of sample 1 + ... + z of sample 4) / 4, in the chosen row, for any chosen sample."""
    expected = shown_of(BATCH_NORM, iteration=1, sample=sample)
    numbers = [readable(float(expected.history[f"z1[1]@{k}"][1])) for k in (1, 2, 3, 4)]
    assert [text in numbers_of(page_of(expected, "steps"), "μ2[1]") for text in numbers] == [True] * 4


def test_too_many_numbers_are_left_out() -> None:
    """A formula of more numbers than a line can hold is shown in symbols alone."""
    samples = MOST_TOGETHER + 1
    inputs, targets = [[0.1 * n] for n in range(samples)], [[0.2 * n] for n in range(samples)]
    template = (
        f"[network]\n[[network.layers]]\nunits = 1\nweights = [[0.5]]\n[data]\ninputs = {inputs}\n"
        f'targets = {targets}\n[training]\nlearning_rate = 0.1\niterations = 2\nbatch_size = "all"\n'
    )
    assert numbers_of(page_of(shown_of(template), "steps"), "E (mean over the batch)") == ""
