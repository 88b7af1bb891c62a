"""A page to be read: headings, paragraphs and points, one under the other."""

from __future__ import annotations

from xlbp.workbook.page.page import Page

MARK, TEXT = 2, 3  # the columns of what stands before a text, and of the text
BULLET = "•"


class Prose:
    """Writes from the first row on down."""

    def __init__(self, page: Page) -> None:
        self.page, self.row = page, 1

    def line(self, text: str, look: str = "paragraph") -> None:
        """A paragraph over both columns."""
        if text:
            self.page.text(self.row, MARK, text, look)
            self.page.merge(self.row, MARK, 2)
            self.row += 1

    def section(self, title: str) -> None:
        """A heading, after an empty line."""
        self.row += 1
        self.line(title, "heading")

    def item(self, mark: str, text: str) -> None:
        """A point of a list."""
        self.page.text(self.row, MARK, mark, "paragraph")
        self.page.text(self.row, TEXT, text, "paragraph")
        self.row += 1
