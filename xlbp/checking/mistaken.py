"""Which mistake explains the numbers that depart."""

from __future__ import annotations

from xlbp.checking.comparison import Comparison
from xlbp.checking.result import Explanation


def explanations(comparison: Comparison) -> tuple[Explanation, ...]:
    """The mistakes that explain the most, best first."""
    return ()
