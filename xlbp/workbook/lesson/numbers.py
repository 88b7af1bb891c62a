"""Numbers as a sentence tells them: three digits that say something, and U+2212 for minus."""

from __future__ import annotations

import math
from decimal import Decimal

TINY, THOUSAND, HUGE = 1e-4, 999.5, 1e6  # 999.5 is told as 1000
DIGITS, MOST_DIGITS = 3, 7
PLAIN = 1e-9  # from here on a small number is typed without a power of ten


def told(value: float, digits: int = DIGITS) -> str:
    """``0.298``, ``−5.88``, ``1849``, ``4.12E−05``; ``#NUM!`` for what a cell shows as an error."""
    if not math.isfinite(value):
        return "#NUM!"
    size = abs(value)
    if value == round(value) and size < HUGE:
        return _signed(f"{value + 0.0:.0f}")  # of -0.0, 0
    if TINY <= size < THOUSAND:
        return _signed(f"{value:#.{digits}g}".rstrip("."))
    if THOUSAND <= size < HUGE:
        return _signed(f"{value:.{max(0, digits - 4)}f}")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return _signed(f"{mantissa}E{int(exponent):+03d}")


def digits_apart(one: float, other: float) -> int:
    """With how many digits two numbers are told, so that they differ where they can."""
    enough = (digits for digits in range(DIGITS, MOST_DIGITS) if told(one, digits) != told(other, digits))
    return DIGITS if one == other else next(enough, MOST_DIGITS)


def typed(value: float) -> str:
    """A number as a person types it: all its digits, and no more."""
    if PLAIN <= abs(value) < TINY:
        return _signed(f"{Decimal(f'{value:.15g}'):f}")
    return _signed(f"{value:.15g}")


def _signed(text: str) -> str:
    return text.replace("-", "−")
