"""Distances counted in doubles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.verification.closeness import ulps

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [
        (1.0, 1.0, 0),
        (0.0, -0.0, 0),
        (1.0, 1.0 + 2**-52, 1),
        (1.0, 1.0 - 2**-53, 1),
        (5e-324, -5e-324, 2),
        (1.0, 2.0, 2**52),
        (-1.7976931348623157e308, 1.7976931348623157e308, 2 * (0x7FF << 52) - 2),
    ],
)
def test_known_distances(a: float, b: float, steps: int) -> None:
    """A power of two is 2^52 doubles above the one before; zero has one place; the whole axis does not overflow."""
    assert int(ulps(a, b)[0]) == int(ulps(b, a)[0]) == steps


@given(FINITE, st.integers(0, 20))
def test_steps_are_counted(number: float, steps: int) -> None:
    """So many times the next double above is so many steps away."""
    found = number
    for _ in range(steps):
        above = math.nextafter(found, math.inf)
        if math.isinf(above):
            return
        found = above
    assert int(ulps(number, found)[0]) == steps


def test_arrays_go_element_by_element() -> None:
    """Two arrays give an array of distances."""
    np.testing.assert_array_equal(ulps(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 2**-51])), [0, 1])
