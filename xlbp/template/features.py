"""Inputs that are computed from others, as a template's ``features`` name them: squares, products, sine and cosine."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

PRODUCT = "product"
FUNCTIONS = {"sin": math.sin, "cos": math.cos}  # of one input
MOST_FACTORS = 6
POWER = re.compile(r"(?P<base>.+?)\s*(?:\^|\*\*)\s*(?P<power>\d+)")
CALL = re.compile(r"(?P<function>[a-z]+)\s*(?:\(\s*(?P<inside>.+?)\s*\)|\s(?P<beside>.+))")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Feature:
    """A product of inputs, each by its place from 0 and as often as it is a factor; or a function of a single one."""

    of: tuple[int, ...]
    function: str = PRODUCT

    def value(self, inputs: Sequence[float]) -> float:
        """What it is for a sample as it is given.  Raises OverflowError or ValueError where it is no number."""
        if self.function != PRODUCT:
            return FUNCTIONS[self.function](inputs[self.of[0]])
        value = inputs[self.of[0]]
        for place in self.of[1:]:
            value *= inputs[place]
        if not math.isfinite(value):
            raise OverflowError
        return value

    def symbol(self, inputs: Sequence[str]) -> str:
        """``x1²``, ``x1·x2``, ``sin(x1)``, by what the inputs are called."""
        if self.function != PRODUCT:
            return f"{self.function}({inputs[self.of[0]]})"
        powers = {place: self.of.count(place) for place in self.of}
        shown = (inputs[p] + (str(n).translate(SUPERSCRIPT) if n > 1 else "") for p, n in powers.items())
        return "·".join(shown)


def read_feature(text: str, names: Sequence[str]) -> Feature:
    """What a text says of inputs with these names, which are also called x1, x2 and so on.

    Raises ValueError with the part that is not known.
    """
    called = CALL.fullmatch(text.strip())
    if called and called["function"] in FUNCTIONS and text.strip() not in names:
        return Feature((_place(called["inside"] or called["beside"], names),), called["function"])
    factors = [place for part in _parts(text, names) for place in _factor(part, names)]
    if not 1 < len(factors) <= MOST_FACTORS:
        raise ValueError(text)
    return Feature(tuple(factors))


def _parts(text: str, names: Sequence[str]) -> list[str]:
    """The factors of a product; a name may have an asterisk itself."""
    if text.strip() in names:
        return [text]
    return re.split(r"(?<!\*)\*(?!\*)|·", text)


def _factor(part: str, names: Sequence[str]) -> list[int]:
    """A name, or a name with a power, as so many factors."""
    power = POWER.fullmatch(part.strip())
    if power and part.strip() not in names:
        return [_place(power["base"], names)] * min(int(power["power"]), MOST_FACTORS + 1)
    return [_place(part, names)]


def _place(name: str, names: Sequence[str]) -> int:
    """Where an input stands, by its own name or by its number."""
    name = name.strip()
    if name in names:
        return names.index(name)
    number = re.fullmatch(r"x_?\[?(\d+)\]?", name)
    if number is None or not 1 <= int(number[1]) <= len(names):
        raise ValueError(name)
    return int(number[1]) - 1
