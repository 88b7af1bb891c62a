"""When an answer counts as right: the one rule of the live marks and of the marking.

A number that a person wrote stands for all that round to it, so it may be off by half a unit of its last decimal,
but never by more than 0.5 %, which is three digits.  A formula has its digits and must agree to a millionth.
"""

from __future__ import annotations

import math

RELATIVE, ABSOLUTE = 1e-6, 2e-9  # of what is computed to the last digit; differences of passes are good for that
LOOSE = 0.005
MOST_DECIMALS = 9


def allowed(answer: float) -> float:
    """How far an answer may be off, as the sheet of marks computes it."""
    decimals = next((n for n in range(MOST_DECIMALS) if round(answer, n) == answer), MOST_DECIMALS)
    return min(LOOSE * abs(answer), 0.5 * 10.0**-decimals) + RELATIVE * abs(answer) + ABSOLUTE


def agrees(answer: float, wanted: float) -> bool:
    """Whether an answer counts as right."""
    return math.isfinite(wanted) and abs(answer - wanted) <= allowed(answer)
