"""Doubles as text: every way gives the same bytes, and they tell the double."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.xlsx import numerals as module
from xlbp.xlsx.numerals import by_repr, numerals, reprs

DOUBLES = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40)
AWKWARD = [0.0, -0.0, 1.0, 1e-7, 1e16, 1e22, 123456789012345680.0, 5e-324, 1.7976931348623157e308, 1e-5, 0.1, -2e200]


@given(DOUBLES)
def test_every_number_is_told(values: list[float]) -> None:
    """The text of a double reads as the same double, its sign of zero included."""
    texts = numerals()(np.array(values))
    assert [float(text).hex() for text in texts] == [value.hex() for value in values]


@given(DOUBLES)
def test_the_slow_way_gives_the_same_bytes(values: list[float]) -> None:
    """Without orjson the sheet is the same, byte for byte."""
    pytest.importorskip("orjson")
    row = np.array(values)
    assert numerals()(row) == by_repr(row)


@given(DOUBLES)
def test_the_fast_way_to_reprs_gives_pythons(values: list[float]) -> None:
    """With and without orjson each number is as ``repr`` has it."""
    assert reprs(values) == [repr(value).encode() for value in values]


def test_awkward_reprs_are_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where orjson has another form, around 1e-5 and for every exponent, Python's comes out, inside of a line too."""
    numbers = [*AWKWARD, 10.00001, -0.0000123, 1.00001e-5, 9.9999e-5, 1e-4, 120.00004, 9.99e15, 1e-10, -1e100, 3e-6]
    pythons = [repr(number).encode() for number in numbers]
    assert reprs(numbers) == pythons
    assert reprs([]) == []
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert reprs(numbers) == pythons


def test_awkward_numbers_are_the_same_bytes() -> None:
    """Where the two ways would write an exponent differently by themselves, they do not here."""
    pytest.importorskip("orjson")
    assert numerals()(np.array(AWKWARD)) == by_repr(np.array(AWKWARD))


def test_there_is_a_way_without_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without orjson falls back."""
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert module.numerals() is by_repr
