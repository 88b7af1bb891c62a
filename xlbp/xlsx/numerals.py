"""Many doubles as text, each in the fewest digits that tell it from all others.

orjson does it some ten times as fast as Python; without it the same bytes come from Python's own ``repr``.
Both agree on the digits, not on the form: here 1e-7 has no zero, 1e16 no plus, and 0.00001 no exponent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numerals = Callable[[NDArray[np.float64]], list[bytes]]
EXPONENT = re.compile(rb"e([-+]?)(\d+)")
SMALL = re.compile(rb"0\.0000([1-9])(\d*)")
HUNDRED_THOUSANDTHS = re.compile(rb"(\d)(?:\.(\d+))?e-5(?!\d)")


def by_repr(row: NDArray[np.float64]) -> list[bytes]:
    """Python's way."""
    return _in_form(",".join(map(repr, row.tolist())).replace("e-0", "e-").encode())


def _in_form(text: bytes) -> list[bytes]:
    if b"e-5" in text:
        text = HUNDRED_THOUSANDTHS.sub(lambda found: b"0.0000%b%b" % (found[1], found[2] or b""), text)
    return text.replace(b"e+", b"e").split(b",")


def _by_orjson() -> Numerals | None:
    try:
        import orjson  # noqa: PLC0415  # the program works without it
    except ImportError:
        return None
    option = orjson.OPT_SERIALIZE_NUMPY
    return lambda row: _in_form(orjson.dumps(row, option=option)[1:-1])


def numerals() -> Numerals:
    """The fastest way there is; all numbers must be finite, and the row contiguous."""
    return _by_orjson() or by_repr


def reprs(values: Sequence[float]) -> list[bytes]:
    """Many finite numbers as Python's ``repr`` has them: 1e-07, 1e+16 and 1e-05."""
    try:
        import orjson  # noqa: PLC0415  # the program works without it
    except ImportError:
        return [repr(value).encode() for value in values]
    text = EXPONENT.sub(_two_digits, orjson.dumps(values)[1:-1])
    return SMALL.sub(_with_exponent, text).split(b",") if values else []


def _two_digits(exponent: re.Match[bytes]) -> bytes:
    return b"e%b%b" % (exponent[1] or b"+", exponent[2].rjust(2, b"0"))


def _with_exponent(small: re.Match[bytes]) -> bytes:
    """What begins with four zeros behind the point, unless that belongs to a longer number such as 10.00001."""
    before = small.string[small.start() - 1 : small.start()] if small.start() else b""
    if before.isdigit():
        return small[0]
    return small[1] + (b"." + small[2] if small[2] else b"") + b"e-05"
