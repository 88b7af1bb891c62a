"""What pytest knows of xlbp: the fixture ``assert_matches``, for courses that grade code.

def test_my_gradients(assert_matches):
    assert_matches("mazur", my_training())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def assert_matches() -> Callable[..., Any]:
    """:func:`xlbp.testing.assert_matches`, imported when a test first asks for it."""
    from xlbp.testing import assert_matches as assert_them  # noqa: PLC0415 - it must cost nothing when unused

    return assert_them
