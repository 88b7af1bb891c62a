"""The columns of the handout: two pages of A4, upright."""

from __future__ import annotations

from xlbp.workbook.page.page import Page

SYMBOL, TEXT, LAST = 2, 3, 6  # the first column, that of texts behind a mark, and the last one that prints
WIDTHS = {1: 4.0, SYMBOL: 3.0, TEXT: 14.0, 4: 31.0, 5: 31.0, LAST: 12.0}


def set_widths(page: Page) -> None:
    """Columns that together are as wide as a page."""
    page.widths.update(WIDTHS)


def put_line(page: Page, row: int, text: str, look: str = "paragraph") -> int:
    """A paragraph over the whole width; returns the next row."""
    page.text(row, SYMBOL, text, look)
    page.merge(row, SYMBOL, LAST + 1 - SYMBOL)
    return row + 1


def put_item(page: Page, row: int, mark: str, text: str) -> int:
    """A point of a list; returns the next row."""
    page.text(row, SYMBOL, mark, "paragraph")
    page.text(row, TEXT, text, "paragraph")
    page.merge(row, TEXT, LAST + 1 - TEXT)
    return row + 1


def put_empty_line(page: Page, row: int) -> int:
    """A ruled line to write an answer on; returns the next row."""
    for column in range(TEXT, LAST + 1):
        page.text(row, column, "", "ruled")
    page.heights[row] = 22.0
    return row + 1
