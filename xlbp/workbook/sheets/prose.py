"""A page to be read: headings, paragraphs and points, one under the other, in rows as high as their text."""

from __future__ import annotations

import math

from xlbp.workbook.cells import display_width
from xlbp.workbook.page import Page

MARK, TEXT = 2, 3  # the columns of what stands before a text, and of the text
BULLET = "•"


class Prose:
    """Writes from the first row on down; ``width`` is that of the column of texts, in characters."""

    def __init__(self, page: Page, width: float) -> None:
        self.page, self.width, self.row = page, width, 1

    def line(self, text: str, look: str = "paragraph", size: float = 11) -> None:
        """A paragraph over both columns."""
        if text:
            self.page.text(self.row, MARK, text, look)
            self.page.merge(self.row, MARK, 2)
            self.fit(text, size)

    def section(self, title: str) -> None:
        """A heading, after an empty line."""
        self.row += 1
        self.line(title, "heading", 12)

    def item(self, mark: str, text: str) -> None:
        """A point of a list."""
        self.page.text(self.row, MARK, mark, "paragraph")
        self.page.text(self.row, TEXT, text, "paragraph")
        self.fit(text, 11)

    def fit(self, text: str, size: float) -> None:
        """A row high enough for the text, and on to the next."""
        lines = math.ceil(display_width(text) * size / 11 / (self.width * 1.1))
        self.page.heights[self.row] = max(1, lines) * size * 1.42 + 2
        self.row += 1
