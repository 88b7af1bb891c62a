"""What is laid over a workbook: marks on cells, and a sheet of lines that link to them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A colour for a cell, as ``FFFF9F80``, and a comment, ``""`` for none."""

    sheet: str
    row: int
    column: int
    colour: str
    comment: str = ""


@dataclass(frozen=True)
class Line:
    """A row of the added sheet: its texts, and the place that the first one links to, ``Sheet!A1`` or ``""``."""

    texts: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True)
class ListSheet:
    """The sheet that is added: its name, its headings, the widths of its columns, and its lines."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    lines: tuple[Line, ...]


def lines_in(text: str, letters: int) -> int:
    """How many lines a text takes where a line holds so many narrow letters; Chinese ones are twice as wide."""
    wide = (sum(2 if ord(letter) > 0x2E80 else 1 for letter in line) for line in text.split("\n"))
    return sum(max(1, math.ceil(width / letters)) for width in wide)
