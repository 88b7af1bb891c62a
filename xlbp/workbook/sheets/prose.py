"""A page to be read: headings, paragraphs and points, one under the other."""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.page import Page

MARK, TEXT = 2, 3  # the columns of what stands before a text, and of the text
BULLET = "•"
WIDTH = 100.0  # of the texts, in digits


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


def put_title_of_text(page: Page, contents: Contents, key: str) -> None:
    """Title, explanation and the way back of a sheet that is read as a page of text, and its widths."""
    page.text(1, MARK, contents.texts(f"sheet.{key}"), "title")
    page.way(1, 1, "⌂", f"{quoted(contents.front)}!A1")
    page.text(2, MARK, contents.texts(f"{key}.explanation"), "note")
    page.merge(2, MARK, 2)
    page.width([1], 4)
    page.width([MARK], 5)
    page.width([TEXT], WIDTH)
    page.print_columns = TEXT
