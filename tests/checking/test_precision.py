"""How exact numbers are is told from the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.checking.log import Array, Labelled
from xlbp.checking.precision import RTOL, RTOL_SINGLE, SINGLE, Precision, precisions_of, said
from xlbp.pipeline import check

DOUBLES = np.random.default_rng(1).normal(size=50)


def precision_of(values: Array, single: bool = False) -> Precision:
    """Of a log of one column."""
    return precisions_of([Labelled("a", values, np.ones(values.shape, dtype=np.bool_), True, single)])[0]


def test_doubles_are_compared_to_nine_digits() -> None:
    """Whatever has more than a dozen digits is taken for the number itself."""
    assert precision_of(DOUBLES) == Precision(RTOL)


def test_numbers_of_32_bits() -> None:
    """By their type, as doubles that are all such numbers, and as their shortest texts."""
    single = DOUBLES.astype(np.float32)
    shortest = np.array([float(str(number)) for number in single])
    for values, flag in ((DOUBLES, True), (single.astype(np.float64), False), (shortest, False)):
        found = precision_of(values, flag)
        assert (found.rtol, found.why) == (RTOL_SINGLE, SINGLE)


def test_one_column_of_32_bits_among_doubles() -> None:
    """Keras keeps its loss so, whatever the rest is."""
    columns = [DOUBLES.astype(np.float32).astype(np.float64), DOUBLES]
    labelled = [Labelled("a", values, np.ones(50, dtype=np.bool_), True) for values in columns]
    assert [found.rtol for found in precisions_of(labelled)] == [RTOL_SINGLE, RTOL]


def test_short_numbers_do_not_pass_for_32_bits() -> None:
    """0.5 and 0.25 are numbers of 32 bits by chance."""
    assert precision_of(np.array([0.5, 0.25, 0.375])).why != SINGLE


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=20, unique=True), st.integers(2, 8))
def test_rounded_numbers_agree_with_what_was_rounded(numbers: list[float], decimals: int) -> None:
    """``round(x, n)`` and ``%.ng`` are within the rounding that is allowed, and ten times that is not."""
    exact = np.array(numbers)
    for rounded in (np.round(exact, decimals), np.array([float(f"{x:.{decimals}g}") for x in numbers])):
        found = precision_of(rounded)
        if found.decimals is not None and len(set(rounded.tolist())) > 1:
            assert (np.abs(rounded - exact) <= found.rounding(rounded) * (1 + 1e-9)).all()


def test_rounding_is_half_a_unit_of_the_last_place() -> None:
    """Four decimals leave 0.00005, of large numbers too."""
    found = precision_of(np.array([0.7414, 123.4567, 0.5]))
    assert found.rounding(np.array([0.7414, 123.4567])) == pytest.approx([5e-5, 5e-5], rel=1e-6)


def test_a_constant_says_nothing_of_rounding() -> None:
    """0.35 all along stands beside numbers with all digits, and is one."""
    constant = Labelled("b", np.full(50, 0.35), np.ones(50, dtype=np.bool_), True)
    other = Labelled("a", DOUBLES, np.ones(50, dtype=np.bool_), True)
    assert precisions_of([constant, other])[0] == Precision(RTOL)


def test_a_tolerance_that_is_asked_for_goes_before() -> None:
    """``--rtol`` is relative, whatever the numbers are."""
    column = Labelled("a", np.round(DOUBLES, 3), np.ones(50, dtype=np.bool_), True)
    assert precisions_of([column], 1e-3)[0].rtol == 1e-3


def test_what_is_said_of_it() -> None:
    """In a few words, with the reason."""
    assert said([Precision()]) == "1e-9 relative, as for numbers of 64 bits"
    assert said([Precision(decimals=4)]) == "half a unit in the last of 4 decimals, as numbers are rounded"


@pytest.mark.parametrize("exact", [[0.0, 0.0], [1.0], [0.3], [0.5, 0.25, 1.0], [3.0, -2.0]])
def test_short_numbers_show_no_rounding(exact: list[float]) -> None:
    """Zeros, whole numbers, one short number: they are what they are, and depart from what they are not."""
    assert precision_of(np.array(exact)) == Precision(RTOL)


def test_a_zero_among_rounded_numbers_of_its_tensor_is_rounded_too() -> None:
    """0.0000 may be 0.00003 where the elements beside it have four decimals; of another tensor it may not."""
    each = [Labelled(label, np.array(values), np.ones(2, dtype=np.bool_), True)
            for label, values in (("a", [0.7414, 0.2171]), ("b", [0.0, 0.0]))]  # fmt: skip
    assert [found.decimals for found in precisions_of(each, tensors=["W1", "W1"])] == [4, 4]
    assert [found.decimals for found in precisions_of(each, tensors=["W1", "dW1"])] == [4, None]


@pytest.mark.slow
def test_zeros_are_no_gradients() -> None:
    """A stub that answers with zeros departs everywhere, whatever the start beside it looks like."""
    zeros = np.zeros((31, 2, 2))
    for beside in ({}, {"W1": [[0.15, 0.2], [0.25, 0.3]]}):
        result = check("mazur", {"dW1": zeros if not beside else zeros[0], **beside})
        assert not result.ok
        assert result.departing == (4 if beside else 124)


def test_what_is_rounded_to_its_own_size_is_not_taken_for_right() -> None:
    """Gradients of 0.0009 with three decimals tell nothing: a note says so, and the check is not passed."""
    result = check("mazur", {"loss": 0.298, "dW1": [[0.0, 0.001], [0.0, 0.001]]})
    assert (result.ok, result.first, result.checked, result.too_coarse) == (False, None, 1, {"dW1": 4})
    assert "too coarse to tell: 4 numbers of dW1" in str(result)
