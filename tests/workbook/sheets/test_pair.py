"""A pair of steps of an attention: each line is what the training has, whichever pair and head is chosen."""

from __future__ import annotations

from itertools import product

import pytest

from tests.normalising_networks import TWO_HEADS
from tests.teaching import page_of, reading, row_of, shown, shown_of

FIRST, STEPS, SIZE = 3, 3, 2


@pytest.mark.slow
@pytest.mark.parametrize(("query", "key"), list(product((1, 3), (1, 2))))
def test_a_pair_makes_its_score_share_and_contribution(query: int, key: int) -> None:
    """The products of query and key over the root are the score; the share of the value goes into the output."""
    expected = shown("self-attention", 2, query=query, key=key, iteration=1)
    page, history = page_of(expected, "network"), expected.history
    score, share = (float(history[f"{letter}1[1,{query},{key}]"][1]) for letter in "sp")
    assert reading(page, row_of(page, "/ √d_k = score s"), FIRST) == [pytest.approx(score)]
    first = row_of(page, "share p")
    assert reading(page, first, FIRST + key - 1) == [pytest.approx(share)]
    taken = reading(page, row_of(page, "p · v, into the output"), FIRST, FIRST + 1)
    assert taken == [pytest.approx(share * float(history[f"v1[{key},{unit}]"][1])) for unit in (1, 2)]


@pytest.mark.slow
def test_the_parts_of_all_pairs_make_the_derivative_by_the_query() -> None:
    """What goes back to a query along each of its pairs adds up to the derivative by it; so for a key."""
    for letter, chosen in (("q", "key"), ("k", "query")):
        other = {"key": "query", "query": "key"}[chosen]
        parts = []
        for step in range(1, STEPS + 1):
            expected = shown("self-attention", 2, **{chosen: step, other: 2})
            page = page_of(expected, "network")
            label = f"part of ∂E/∂{letter} = ∂s · {'k' if letter == 'q' else 'q'} / √d_k"
            parts.append(reading(page, row_of(page, label), FIRST, FIRST + 1))
        for unit in (1, 2):
            total = sum(part[unit - 1] for part in parts)
            assert total == pytest.approx(float(expected.history[f"d{letter}1[2,{unit}]"][0]))


@pytest.mark.slow
@pytest.mark.parametrize("head", [1, 2])
def test_what_the_mask_hides_is_empty(head: int) -> None:
    """Of a causal attention a step sees none that comes later; the derivatives by its scores are the training's."""
    expected = shown_of(TWO_HEADS, iteration=2, head=head, query=2, key=3)
    page, history = page_of(expected, "network"), expected.history
    row = row_of(page, "∂E/∂s = p · (∂E/∂p − Σ)")
    *seen, hidden = reading(page, row, FIRST, FIRST + 1, FIRST + 2)
    assert hidden == ""
    assert seen == [pytest.approx(float(history[f"ds2[{head},2,{step}]"][2]), abs=1e-15) for step in (1, 2)]
    assert reading(page, row_of(page, "p · v, into the output"), FIRST) == [0.0]
