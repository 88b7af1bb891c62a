"""Attention as a heat map: scores, shares, what flows back, and the tokens on both sides."""

from __future__ import annotations

import pytest

from tests.normalising_networks import TWO_HEADS
from tests.teaching import cells_of, page_of, reading, row_of, shown_of
from xlbp.workbook.sheets.network.heat import ABSENT

FIRST = 3  # the column of the first step
STEPS = 3


@pytest.mark.parametrize("head", [1, 2])
def test_the_chosen_head_has_its_scores_and_shares_and_the_derivatives_by_them(head: int) -> None:
    """A row for each step that asks; what the mask hides is empty."""
    expected = shown_of(TWO_HEADS, iteration=2, head=head)
    page, history = page_of(expected, "network"), expected.history
    top = row_of(page, "scores q · k / √d_k", column=FIRST)
    for down, prefix in ((2, ""), (2 + STEPS + 3, "d")):
        for left, letter in ((FIRST, "s"), (FIRST + STEPS + 2, "p")):
            for step in range(1, STEPS + 1):
                row = [cells_of(page).get((top + down + step - 1, left + at)) for at in range(STEPS)]
                assert row[step:] == [ABSENT] * (STEPS - step)
                seen = [history[f"{prefix}{letter}2[{head},{step},{at}]"][2] for at in range(1, step + 1)]
                assert reading(page, top + down + step - 1, *range(left, left + step)) == pytest.approx(seen)


def test_tokens_stand_on_both_sides() -> None:
    """Letters over the columns and before the rows, live: a token that is changed is another letter."""
    page = page_of(shown_of(TWO_HEADS), "network")
    top = row_of(page, "scores q · k / √d_k", column=FIRST)
    values = page.values()
    assert [values[f"{column}{top + 1}"] for column in "CDE"] == list("hel")
    assert [values[f"B{top + 2 + step}"] for step in range(STEPS)] == list("hel")


def test_predictions_and_targets_are_letters() -> None:
    """Under each step stands the letter of the largest output, and the one that it should be."""
    expected = shown_of(TWO_HEADS)
    page, history = page_of(expected, "network"), expected.history
    values, predicted, aimed = page.values(), row_of(page, "predicted"), row_of(page, "target")
    for step, column in enumerate("CFI", start=1):
        outputs = [history[f"a3[{step},{letter}]"][0] for letter in (1, 2, 3, 4)]
        assert values[f"{column}{predicted}"] == "helo"[outputs.index(max(outputs))]
        assert values[f"{column}{aimed}"] == "elo"[step - 1]
