"""NumPy's calls on a tape."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.reference.history import Array
from xlbp.reference.losses import in_order
from xlbp.reference.tape import Tape, by_element, place_of

tanh = by_element(math.tanh)


def calculation(x: Array, w: Array) -> Array:
    """Something of everything: operators, views, functions of Python, reductions, choices."""
    y = tanh(x[:, None, :] * w[None, :, :] + 0.5).reshape(len(x), -1)
    z = np.where(y > 0, y, 0.1 * y) / np.max(np.abs(w))
    return np.stack([in_order(z), np.add.reduce(z, axis=1)]).T * np.ones_like(x[:, :1])


NUMBERS = st.lists(st.floats(-3, 3), min_size=6, max_size=6).map(lambda v: np.array(v).reshape(2, 3))


@given(NUMBERS, NUMBERS, NUMBERS)
def test_calls_made_again_give_what_the_function_gives(first: Array, second: Array, w: Array) -> None:
    """Noted on some numbers and done again on others, bit for bit as without a tape."""
    tape, place = Tape(), first.copy()
    with np.errstate(all="ignore"):
        result = place_of(calculation(tape.given(place), tape.given(w + 1)))
        assert np.array_equal(result, calculation(first, w + 1), equal_nan=True)
        place[...] = second
        for call in tape.calls([result]):
            call()
        assert np.array_equal(result, calculation(second, w + 1), equal_nan=True)


def test_what_nobody_wants_is_not_done() -> None:
    """Calls whose results lead nowhere are left out."""
    tape = Tape()
    x = tape.given(np.ones(3))
    wanted = x + 1
    tanh(x * 5)
    assert len(tape.noted) == 3
    assert len(tape.calls([wanted])) == 1


def test_a_view_leads_back_to_its_call() -> None:
    """A result seen through slices and transposes is calculated all the same."""
    tape, place = Tape(), np.ones((2, 3))
    seen = (tape.given(place) * 2).T[1:, 0]
    place[...] = 7
    for call in tape.calls([seen]):
        call()
    assert place_of(seen).tolist() == [14, 14]


def test_turned_axes_are_a_view() -> None:
    """Moving an axis, or turning a matrix round, takes no call of its own, and leads back to what it shows."""
    tape, place = Tape(), np.arange(6.0).reshape(2, 3)
    turned = np.transpose(np.moveaxis(tape.given(place) + 1, 0, 1))
    assert len(tape.noted) == 1
    place[...] = 7
    for call in tape.calls([turned]):
        call()
    assert place_of(turned).tolist() == [[8.0] * 3] * 2


def test_an_array_must_not_leave_the_tape() -> None:
    """Made a plain array it would keep the first row's numbers for ever; that is refused."""
    x = Tape().given(np.ones(3))
    with pytest.raises(TypeError, match="must not be taken off"):
        np.asarray(x)
    with pytest.raises(TypeError, match="only a view"):
        x[0]


def test_numbers_are_stacked() -> None:
    """Single numbers are stacked too, each into its place, along any axis of arrays."""
    tape, place = Tape(), np.array(2.0)
    x = tape.given(place)
    numbers, rows = place_of(np.stack([x * 3, x + 1])), place_of(np.stack([x * np.ones(2), x + np.ones(2)], axis=1))
    place[...] = 5
    for call in tape.calls([numbers, rows]):
        call()
    assert numbers.tolist() == [15, 6]
    assert rows.tolist() == [[5, 6], [5, 6]]
