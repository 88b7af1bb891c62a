"""What a reader is asked to try makes sense for the book at hand."""

from __future__ import annotations

import pytest

from tests.books import contents_of
from xlbp.workbook.sheets.prompts import MOST, prompts, scales

ASKED = {
    "mazur": ["network1", "network2", "network3"],
    "lstm": ["network1", "recurrent"],
    "cnn": ["network1", "convolution", "network2"],
    "self-attention": ["network1", "attention"],
    "batch-norm": ["network1", "batch", "network2"],
    "into-backprop": ["expression1", "expression2", "expression3"],
}


@pytest.mark.parametrize("name", ASKED)
def test_prompts_suit_the_network(name: str) -> None:
    """A net of one layer is asked for no first and last one; attention, recurrence, norms have prompts of their own."""
    assert prompts(contents_of(name, 3)) == ASKED[name]
    assert len(ASKED[name]) <= MOST


def test_a_scale_of_one_is_nothing_to_set_to_one() -> None:
    """Only scores that are divided by a root other than 1 can be told to be so no more."""
    assert scales(contents_of("self-attention", 3)) == ["$dk1"]
    assert scales(contents_of("attention-unscaled", 3)) == []
