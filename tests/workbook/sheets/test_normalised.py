"""What is normalised together: a table with mean and deviation, and the three ways back."""

from __future__ import annotations

import math

import pytest

from tests.normalising_networks import BATCH_NORM, LAYER_NORM
from tests.teaching import cells_of, page_of, reading, row_of, shown, shown_of
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.network.normalised import COLUMNS

FIRST = 3  # the column of x
RIGHT = FIRST + COLUMNS + 1  # that of the derivative by z


def rows_of(page: Page, label: str) -> list[int]:
    """The rows with this label left of the table, from the top."""
    return sorted(row for (row, column), content in cells_of(page).items() if column == FIRST - 1 and content == label)


@pytest.mark.parametrize("sample", [1, 3])
def test_a_batch_is_a_table_for_each_feature_whichever_sample_is_chosen(sample: int) -> None:
    """Each row is a sample: x, c, n and z, and the derivative by x is the sum of the three ways."""
    expected = shown_of(BATCH_NORM, iteration=1, sample=sample)
    page, history = page_of(expected, "network"), expected.history
    for feature, corner in ((1, rows_of(page, "feature 1")[0]), (2, rows_of(page, "feature 2")[0])):
        for number in (1, 2, 3, 4):
            names = [f"{letter}[{feature}]@{number}" for letter in ("z1", "c2", "n2", "z2")]
            assert reading(page, corner + number, *range(FIRST, FIRST + 4)) == pytest.approx(
                [history[name][1] for name in names]
            )
            straight, deviation, mean, total = reading(page, corner + number, *range(RIGHT + 2, RIGHT + 6))
            assert total == pytest.approx(straight + deviation + mean)
            assert total == pytest.approx(history[f"dz1[{feature}]@{number}"][1])
        statistics = reading(page, corner + 6, FIRST, FIRST + 1, FIRST + 2)
        assert statistics == pytest.approx([history[f"{letter}2[{feature}]"][1] for letter in ("mu", "v", "s")])


def test_a_layer_norm_is_a_table_for_each_step() -> None:
    """Each row is a feature of that step."""
    expected = shown_of(LAYER_NORM)
    page, history = page_of(expected, "network"), expected.history
    for step in (1, 2):
        corner = rows_of(page, f"step {step}")[-1]
        for feature in (1, 2, 3):
            total = reading(page, corner + feature, RIGHT + 5)
            assert total == [pytest.approx(history[f"dz1[{step},{feature}]"][0])]
        assert reading(page, corner + 5, RIGHT) == [pytest.approx(history[f"dmu2[{step}]"][0])]


@pytest.mark.parametrize("sample", [1, 3])
def test_one_value_is_worked_by_the_whole_formula(sample: int) -> None:
    """By the batch's mean and variance it is what the training has; a second line takes the running statistics."""
    expected = shown("batch-norm", 3, iteration=2, sample=sample)
    page, history = page_of(expected, "network"), expected.history
    values = [float(history[name][2]) for name in ("G2[1]", f"z1[1]@{sample}", "rm2[1]", "rv2[1]", "B2[1]")]
    scale, number, mean, variance, shift = values
    row = row_of(page, "with running statistics")
    assert reading(page, row - 1, 3) == [pytest.approx(float(history[f"z2[1]@{sample}"][2]))]
    tested = scale * (number - mean) / math.sqrt(variance + 1e-5) + shift
    assert reading(page, row, 3) == [pytest.approx(tested)]
    assert "√(" in str(reading(page, row, 4)[0])
