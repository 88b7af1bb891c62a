"""Numbers as a sentence tells them: three digits that say something, and U+2212 for minus."""

from __future__ import annotations

import math

TINY, THOUSAND, HUGE = 1e-4, 999.5, 1e6  # 999.5 is told as 1000
DIGITS = 3


def told(value: float) -> str:
    """``0.298``, ``−5.88``, ``1849``, ``4.12E−05``; ``#NUM!`` for what a cell shows as an error."""
    if not math.isfinite(value):
        return "#NUM!"
    size = abs(value)
    if value == round(value) and size < HUGE:
        return _signed(f"{value + 0.0:.0f}")  # of -0.0, 0
    if TINY <= size < THOUSAND:
        return _signed(f"{value:#.{DIGITS}g}".rstrip("."))
    if THOUSAND <= size < HUGE:
        return _signed(f"{value:.0f}")
    mantissa, exponent = f"{value:.{DIGITS - 1}e}".split("e")
    return _signed(f"{mantissa}E{int(exponent):+03d}")


def typed(value: float) -> str:
    """A number as a person types it: all its digits, and no more."""
    return _signed(f"{value:.15g}")


def _signed(text: str) -> str:
    return text.replace("-", "−")
