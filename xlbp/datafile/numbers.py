"""The number that a cell holds, by the signs that its file writes numbers with."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

DECIMALS = (".", ",")
BLANKS, APOSTROPHES = " \u00a0\u202f\u2009", "'\u2019`"
ALIKE = {" ": BLANKS, "'": APOSTROPHES, ",": ",", ".": "."}  # what is typed for each sign between thousands
PERCENT = "%"
MINUS = str.maketrans({"\u2212": "-", "\uff0d": "-", "\uff0b": "+"})  # signs that a word processor puts in
ACCOUNTED = re.compile(r"\((.*)\)")  # a negative number, as accountants write it
SIGN = re.compile(r"\s*([-+]?)\s*(.*)", re.DOTALL)


def snap(number: float) -> float:
    """The nearest double with 15 significant digits: what a person can retype exactly."""
    return float(f"{number:.15g}")


def number(text: str) -> float | None:
    """The number that a cell holds, snapped to 15 digits; None if it is no finite number."""
    try:
        # Python reads 1_000, a spreadsheet does not
        value = snap(float(text.translate(MINUS))) if "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True)
class NumberForm:
    """How a file writes its numbers.

    ``thousands`` is what parts these, '' where nothing does; ``units`` are texts that may stand before or behind a
    number, such as ``€``.  ``%`` makes a hundredth of it, as in a spreadsheet.
    """

    decimal: str = "."
    thousands: str = ""
    units: tuple[str, ...] = ()

    def value(self, text: str) -> float | None:
        """The number that a cell holds; None if it is none in this form."""
        if self == PLAIN:
            return number(text)
        sign, text = self._signed(text.translate(MINUS).strip())
        text, hundredths = self._without_units(text)
        inner_sign, text = _parted_sign(text)
        if sign and inner_sign:
            return None
        digits = self._digits(text)
        value = None if digits is None else number(f"{sign or inner_sign}{digits}")
        return snap(value / 100) if value is not None and hundredths else value

    def _signed(self, text: str) -> tuple[str, str]:
        """The sign in front, and the rest; parentheses are a sign where numbers are written for accounts."""
        accounted = ACCOUNTED.fullmatch(text) if self.units or self.thousands else None
        return ("-", accounted[1]) if accounted else _parted_sign(text)

    def _without_units(self, text: str) -> tuple[str, bool]:
        """The text without its unit, and whether that was a percent sign."""
        for unit in self.units:
            bare = text.removeprefix(unit) if text.startswith(unit) else text.removesuffix(unit)
            if bare != text:
                return bare.strip(BLANKS), unit == PERCENT
        return text, False

    def _digits(self, text: str) -> str | None:
        """The digits as Python reads them; None where a sign stands in the wrong place."""
        whole, point, rest = text.partition(self.decimal)
        if self.thousands and any(sign in whole for sign in ALIKE[self.thousands]):
            if not GROUPED[self.thousands].fullmatch(whole):
                return None
            whole = re.sub(f"[{ALIKE[self.thousands]}]", "", whole)
        other = "." if self.decimal == "," else ","
        if other in whole + rest or not (whole + rest)[:1].isdigit():
            return None
        return f"{whole}.{rest}" if point else whole


PLAIN = NumberForm()
# 1,234,567; also 12,34,567, as in India; but not 0,125
GROUPED = {sign: re.compile(rf"[1-9]\d{{0,2}}(?:[{alike}]\d{{2,3}})*[{alike}]\d{{3}}") for sign, alike in ALIKE.items()}


def _parted_sign(text: str) -> tuple[str, str]:
    found = SIGN.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def labels(classes: Sequence[str]) -> list[float | str]:
    """Classes as their cells hold them: numbers where all are numbers, else texts."""
    found = [number(text) for text in classes]
    return [value for value in found if value is not None] if None not in found else list(classes)
