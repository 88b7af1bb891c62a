"""A recurrent layer: the ways into a state add up to its derivative; what is kept is a product over the steps."""

from __future__ import annotations

import math

import pytest

from tests.teaching import cells_of, page_of, reading, row_of, shown
from xlbp.workbook.sheets.network.worked import LABEL, TEXT, VALUE


@pytest.mark.parametrize(
    ("name", "state", "symbol", "ways"),
    [
        ("lstm", "c1[1,1]", "state_1", 2),
        ("lstm", "a1[1,1]", "out_1", 5),
        ("gru", "a1[1,1]", "h_1", 5),
        ("rnn", "a1[1,1]", "h1_1", 3),
    ],
)
@pytest.mark.parametrize("iteration", [0, 2])
def test_the_ways_into_a_state_add_up_to_its_derivative(
    name: str, state: str, symbol: str, ways: int, iteration: int
) -> None:
    """Each way has a line with its value; their sum, under the derivative's symbol, is the training's."""
    expected = shown(name, 2, iteration=iteration)
    page = page_of(expected, "network")
    row = row_of(page, f"∂E/∂{symbol}")
    values = [reading(page, row - 1 - place, VALUE)[0] for place in range(ways)]
    derivative = float(expected.history[f"d{state}"][iteration])
    assert math.fsum(values) == pytest.approx(derivative, rel=1e-12)
    assert reading(page, row, VALUE) == [pytest.approx(derivative, rel=1e-12)]
    assert symbol in str(reading(page, row - 1 - ways, LABEL)[0])


def test_the_two_ways_into_the_memory_are_told_in_symbols_and_numbers() -> None:
    """One way leads through what the step passes on, the other through the forget gate of the next step."""
    page = page_of(shown("lstm", 2), "network")
    own, following = (row_of(page, label) for label in ("through out_1", "through state_2, next step"))
    assert str(reading(page, own, TEXT)[0]).startswith("= ∂E/∂out_1 · o_1 · ")
    assert str(reading(page, following, TEXT)[0]).startswith("= ∂E/∂state_2 · f_2 = ")


def test_what_reaches_the_last_step_is_a_product() -> None:
    """Of an RNN of one unit the weight times the slope of each later step, multiplied up to the last one."""
    expected = shown("vanishing-in-time", 1, sample=2)
    page, history = page_of(expected, "network"), expected.history
    factors = [float(history["U1[1,1]"][0] * history[f"f'1[{step},1]@2"][0]) for step in range(2, 9)]
    row = row_of(page, "by the last step")
    values = [value for (at, column), value in sorted(cells_of(page).items()) if at == row and column >= VALUE]
    assert values == [pytest.approx(math.prod(factors[step:])) for step in range(7)]


def test_answers_stand_over_targets_and_errors() -> None:
    """In the last band of an LSTM the outputs, what they should be, and how far they are from it, by step."""
    expected = shown("lstm", 2)
    page = page_of(expected, "network")
    first = row_of(page, "Loss")
    rows = [row_of(page, label, after=first) for label in ("out", "label", "error")]
    for column, step in ((3, 1), (6, 2)):
        answer, target, error = (reading(page, row, column)[0] for row in rows)
        assert answer == expected.history[f"a1[{step},1]"][0]
        assert error == pytest.approx(answer - target)


def test_a_drawing_shows_the_steps_side_by_side() -> None:
    """Each step has its input below, its gates and lanes in the middle, and what it passes on above."""
    contents = list(cells_of(page_of(shown("lstm", 2), "network")).values())
    assert {"x1_1, x2_1", "i_1, f_1, a_1, o_1", "state_0 →", "out_0 →", "x1_2, x2_2"} <= set(contents)
    assert contents.count("out_2") == 2


def test_what_reaches_the_last_step_is_told_where_it_is_not_the_next() -> None:
    """Of two steps the next one is the last: what is kept is told once."""
    kept = [str(content) for content in cells_of(page_of(shown("lstm"), "network")).values()]
    assert ("by the next step" in kept, "by the last step" in kept) == (True, False)
