"""Cells as numbers."""

from __future__ import annotations

import math

import pytest

from xlbp.datafile.numbers import number


@pytest.mark.parametrize(
    ("text", "value"), [("5.1", 5.1), ("-1e3", -1000.0), ("0.1234567890123456", 0.123456789012346), ("007", 7.0)]
)
def test_numbers(text: str, value: float) -> None:
    """A cell is a number as a spreadsheet would read it, with 15 digits."""
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "5,1", "1_000", "nan", "inf", "1e999", "x", "5.1 cm"])
def test_no_numbers(text: str) -> None:
    """What a cell can't hold as a finite number is none."""
    assert number(text) is None


def test_snapped_numbers_survive_retyping() -> None:
    """Every number has at most 15 digits."""
    value = number(repr(math.pi))
    assert value is not None
    assert float(f"{value:.15g}") == value
