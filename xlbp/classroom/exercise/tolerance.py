"""When an answer counts as right: the one rule of the live marks and of the marking.

A number that a person wrote stands for all that round to it, so it may be off by half a unit of its last decimal,
but never by more than 0.5 %, which is three digits.  A formula has its digits and must agree to a millionth.
What a step leads to may be off by no more than a quarter of the step, or no step at all would be right, too.
"""

from __future__ import annotations

import math

RELATIVE, ABSOLUTE = 1e-6, 2e-9  # of what is computed to the last digit; differences of passes are good for that
LOOSE = 0.005
OF_STEP = 0.25
MOST_DECIMALS = 9
MOST_DIGITS = 5


def rounding(answer: float) -> float:
    """How far a written number may be from what was rounded to it."""
    decimals = next((n for n in range(MOST_DECIMALS) if round(answer, n) == answer), MOST_DECIMALS)
    return min(LOOSE * abs(answer), 0.5 * 10.0**-decimals)


def allowed(answer: float, before: float | None = None, off: float = 0.0) -> float:
    """How far an answer may be off, as the sheet of marks computes it; ``before`` is where a step began.

    ``off`` is how far what it is compared with may be, for the rounded numbers that this was computed from: that much
    more is allowed, but no more than three digits.
    """
    rounded = rounding(answer) + min(off, LOOSE * abs(answer))
    if before is not None:
        rounded = min(rounded, OF_STEP * abs(answer - before))
    return rounded + RELATIVE * abs(answer) + ABSOLUTE


def agrees(answer: float, expected: float, before: float | None = None, off: float = 0.0) -> bool:
    """Whether an answer counts as right."""
    return math.isfinite(expected) and abs(answer - expected) <= allowed(answer, before, off)


def digits_of(value: float) -> int:
    """How many digits of a number say something, up to five."""
    return next((n for n in range(1, MOST_DIGITS) if float(f"{value:.{n - 1}e}") == value), MOST_DIGITS)
