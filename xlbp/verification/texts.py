"""Whether two texts, or two formulas, say the same, however a program writes them."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"([-−]?\d+\.\d+(?:E[+-]\d+)?)")  # a minus that is U+2212 where people read it
# the same in any locale: its decimal sign, its sign between thousands, its minus (U+2212, wide), its digits
_WRITTEN = r"[-−－]?\d+(?:[ \u00a0\u2009\u202f'’.,٬]\d{3})*[.,٫．，]\d+(?:E[-+−]\d+)?"
_BRACKETED = re.compile(rf"\(({_WRITTEN})\)")
_READABLE = re.compile(r".?\d+\.\d{4,7}|.?\d\.\d\dE.*")  # rounded by a formula, where others stand as they are
_MINUS = str.maketrans("−－", "--")
_SMALLEST = 1e-306  # below it a program may show 0


def same_text(expected: str, found: str, noise: float = 0.0) -> bool:
    """Whether two texts are the same but for the locale of their numbers, and what rounding may turn over.

    ``expected`` has a decimal point; ``found`` may have any locale's sign in its place.  The last digit of a rounded
    number may differ.  Numbers that differ by less than ``noise`` are the same too, bracketed or not: one program may
    have -4e-16 where another has 0.
    """
    if expected == found:
        return True
    expected, found = (_BRACKETED.sub(r"\1", text) for text in (expected, found))
    pieces = _NUMBER.split(expected)  # words, number, words, number, ..., words
    numbers = pieces[1::2]
    written = re.fullmatch(f"({_WRITTEN})".join(map(re.escape, pieces[::2])), found)
    if written is None or not numbers:
        return False
    return all(
        abs(_worth(number) - _worth(other)) <= max(_rounding(number), noise, _SMALLEST)
        for number, other in zip(numbers, written.groups(), strict=True)
    )


def _worth(number: str) -> float:
    """A number as any locale writes it: the last sign before its exponent is the decimal sign."""
    mantissa, _, exponent = number.translate(_MINUS).partition("E")
    *whole, decimals = re.split(r"[^-\d]", mantissa)
    return float(f"{''.join(whole)}.{decimals}E{exponent or 0}")


def _rounding(number: str) -> float:
    """How far apart two programs' roundings of a number may be: one of its last digit, and nothing if it is exact."""
    if not _READABLE.fullmatch(number):
        return 0.0
    digits, _, exponent = number.partition("E")
    return 1.01 * float(10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])))


_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w.])[^\W\d][\w.]*(?=!))""")
_NUMERAL = re.compile(r"(?<![A-Za-z0-9_$.])(\d+\.?\d*(?:[Ee][+-]?\d+)?)(?![A-Za-z0-9_.(!])")

_TRUTH = re.compile(r"(?<![A-Z0-9_.])(TRUE|FALSE)\(\)")  # as LibreOffice saves a truth value


def same_formula(wanted: str, found: Any) -> bool:
    """Whether two formulas differ at most in spaces, case, quotes of sheets, and how they write a number."""
    return isinstance(found, str) and _plain(wanted) == _plain(found)


def _plain(formula: str) -> list[str]:
    """Texts and sheets' names as they stand, the rest without spaces and in capitals."""
    return [_plain_piece(piece) for piece in _QUOTED.split(formula) if piece]


def _plain_piece(piece: str) -> str:
    if piece.startswith('"'):
        return piece
    if piece.startswith("'"):
        return piece[1:-1].upper()
    capitals = re.sub(r"\s+", "", piece).upper().replace("_XLFNGNUMERIC.", "_XLFN.")  # as Gnumeric saves ISFORMULA
    capitals = _TRUTH.sub(r"\1", capitals)
    return _NUMERAL.sub(lambda number: repr(float(number[1])), capitals)
