"""The comparison can fail."""

from __future__ import annotations

import numpy as np
import pytest

from parity import tally


@pytest.fixture(autouse=True)
def own_tally(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared here counts for nothing."""
    monkeypatch.setattr(tally, "TALLY", tally.Tally())


def test_the_thirteenth_digit() -> None:
    """An error of 3e-12 of the quantity's size is named with its iteration; one of 3e-13 passes."""
    book, torch = {"dW1[1,1]": np.array([2.0, 1.0]), "dW1[1,2]": np.zeros(2)}, {"dW1[1,1]": [2.0, 1.0 + 6e-13]}
    assert tally.compare(book, torch) == {"dW1[1,1]"}
    with pytest.raises(AssertionError, match=r"dW1\[1,1\] at iteration 1"):
        tally.compare(book, {"dW1[1,1]": [2.0, 1.0 + 6e-12]})


def test_no_number() -> None:
    """An error in the book is no agreement, unless PyTorch has none there either."""
    with pytest.raises(AssertionError, match="E at iteration 1"):
        tally.compare({"E": np.array([1.0, np.nan])}, {"E": [1.0, 1.0]})
    tally.compare({"E": np.array([1.0, np.nan])}, {"E": [1.0, float("inf")]})
    with pytest.raises(AssertionError, match="E diverges"):
        tally.compare({"E": np.array([1.0, 2.0])}, {"E": [1.0, float("inf")]})


def test_a_part_of_a_gradient() -> None:
    """What a step adds is measured by the whole gradient: a part that is 0 may be 1e-17 elsewhere."""
    book = {"dW1[1,1]": np.array([1.0]), "dW1[1,1]|1": np.array([1.0]), "dW1[1,1]|2": np.array([1e-17])}
    assert tally.compare(book, {"dW1[1,1]": [1.0], "dW1[1,1]|1": [1.0], "dW1[1,1]|2": [0.0]}) == book.keys()
    with pytest.raises(AssertionError, match=r"dW1\[1,1\]\|2 at iteration 0"):
        tally.compare(book, {"dW1[1,1]": [1.0], "dW1[1,1]|1": [1.0], "dW1[1,1]|2": [2e-12]})


def test_nothing_in_common() -> None:
    """Nothing compared is no agreement."""
    with pytest.raises(AssertionError):
        tally.compare({"E": np.zeros(1)}, {"F": [0.0]})
