"""Whether two texts, or two formulas, say the same, however a program writes them."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"[-−]?\d+\.\d+(?:E[+-]\d+)?")  # a minus that is U+2212 where people read it
_BRACKETED = re.compile(r"\(([-−]\d+\.\d+(?:E[+-]\d+)?)\)")


def same_text(expected: str, found: str, noise: float = 0.0) -> bool:
    """Whether two texts are the same but for what rounding may turn over: the last digit of a number.

    Numbers that differ by less than ``noise`` are the same too, bracketed or not: one program may have
    -4e-16 where another has 0.
    """
    expected, found = (_BRACKETED.sub(r"\1", text) for text in (expected, found))
    numbers, others = _NUMBER.findall(expected), _NUMBER.findall(found)
    if _NUMBER.sub("#", expected) != _NUMBER.sub("#", found) or len(numbers) != len(others):
        return expected == found
    pairs = zip(numbers, others, strict=True)
    return all(abs(_worth(a) - _worth(b)) <= max(1.01 * _last_digit(a), noise) for a, b in pairs)


def _worth(number: str) -> float:
    return float(number.replace("−", "-"))


def _last_digit(number: str) -> float:
    digits, _, exponent = number.partition("E")
    return float(10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])))


_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![\w.])[^\W\d][\w.]*(?=!))""")
_NUMERAL = re.compile(r"(?<![A-Za-z0-9_$.])(\d+\.?\d*(?:[Ee][+-]?\d+)?)(?![A-Za-z0-9_.(!])")


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
    return _NUMERAL.sub(lambda number: repr(float(number[1])), capitals)
