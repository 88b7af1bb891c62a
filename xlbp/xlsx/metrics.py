"""How much room a text takes, from the widths of the fonts' characters: in pixels, in lines, in the height of a row.

Books are set in Arial, whose widths Liberation Sans and other fonts share, or in the Chinese fonts of Windows.  All is
reckoned so that it holds in Excel, which counts in whole pixels, in LibreOffice, and in the fonts that take over where
those are missing.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from functools import cache, lru_cache
from importlib import resources

from xlbp.lang.languages import CLOSING, LANGUAGES, OPENING

PER_POINT = 96 / 72  # pixels
DIGIT, PADDING = 7, 5  # pixels: the widest digit of Arial 10, and what a column leaves free beside its text
DEFAULT_WIDTH = 64 / DIGIT  # of a column: Excel's own for Arial 10
DEFAULT_HEIGHT = 15.0  # of a row in points: a line of 10 points
AROUND = 2.0  # points of a row above and below its lines
TALLEST, WIDEST = 409.0, 255.0  # that Excel allows, in points and digits
CHINESE = 0x2E80  # the first of the characters that are as wide as they are high
UNIT = re.compile(rf"[{OPENING}]*(?:[\u2e80-\U0010ffff]|[^\s\u2e80-\U0010ffff]+)[{CLOSING}]*\s*|\s+")


@cache
def _widths(language: str, bold: bool) -> dict[str, float]:
    """The width of each character in sizes of the font.

    In Chinese books, whose fonts few systems have, that of the widest font that may take over.
    """
    table = json.loads(resources.files("xlbp.xlsx").joinpath("font_widths.json").read_text("ascii"))
    weight = " bold" if bold else ""
    fonts = [f"{font}{weight}" for font in ("fallback", "chinese", "latin")]
    found: dict[str, float] = {}
    full_width = LANGUAGES[language].full_width
    for font in fonts:
        for thousandths, characters in table[font].items():
            width = int(thousandths) / 1000
            for character in characters:
                before = found.get(character, 0.0) if full_width else 0.0
                found[character] = max(before, width)
    return found


@lru_cache(maxsize=1 << 15)  # most texts of a book are made of the same words
def text_width(text: str, size: float = 10, bold: bool = False, language: str = "en") -> float:
    """The width of a line of text in pixels; ``size`` is the font's in points."""
    widths = _widths(language, bold)
    exact = size * PER_POINT
    em = max(exact, round(exact))  # Excel draws with fonts of whole pixels
    return round(em * sum(1.0 if ord(c) >= CHINESE else widths.get(c, 1.0) for c in text), 3)


def longest_word(text: str, size: float = 10, bold: bool = False, language: str = "en") -> float:
    """The width in pixels of the longest part of a text that does not break."""
    return max((text_width(unit.rstrip(), size, bold, language) for unit in UNIT.findall(text)), default=0.0)


def column_pixels(width: float) -> int:
    """How many pixels Excel gives a column of a width, which is in digits of Arial 10."""
    return math.trunc((256 * width + math.trunc(128 / DIGIT)) / 256 * DIGIT)


def column_width(pixels: float) -> float:
    """The width of a column in which a line of so many pixels is not cut."""
    return min(WIDEST, math.ceil(pixels + PADDING) / DIGIT)


def lines_needed(text: str, pixels: float, size: float = 10, bold: bool = False, language: str = "en") -> int:
    """How many lines a text takes in a column with room for so many pixels.

    It breaks as programs break it: between words, and at any Chinese character, but so that no line begins with a
    closing sign or ends with an opening one.  A word that is longer than a line breaks anywhere.
    """
    return sum(_lines(paragraph, pixels, size, bold, language) for paragraph in text.split("\n"))


def _lines(paragraph: str, pixels: float, size: float, bold: bool, language: str) -> int:
    lines, used = 1, 0.0
    for unit in UNIT.findall(paragraph):
        whole, letters = (text_width(part, size, bold, language) for part in (unit, unit.rstrip()))
        if used and used + letters > pixels:
            lines, used = lines + 1, 0.0
        more = max(0, math.ceil(letters / pixels) - 1)
        lines, used = lines + more, used + whole - more * pixels
    return lines


def row_height(lines: int, size: float = 10, language: str = "en") -> float:
    """The height of a row of so many lines, in points."""
    return min(TALLEST, max(DEFAULT_HEIGHT, lines * size * LANGUAGES[language].line_spacing + AROUND))


def shortened(text: str, most: int, pixels: float, size: float = 10, language: str = "en") -> str:
    """A text that takes no more than so many lines: one that takes more ends with an ellipsis, at a space."""
    if lines_needed(text, pixels, size, language=language) <= most:
        return text
    words = text.split(" ")

    def is_too_long(kept: int) -> bool:
        return lines_needed(" ".join([*words[:kept], "…"]), pixels, size, language=language) > most

    kept = bisect_left(range(1, len(words)), True, key=is_too_long)
    return " ".join([*words[: max(1, kept)], "…"])
