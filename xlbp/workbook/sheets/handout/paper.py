"""The columns of the handout: two pages of A4, upright."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from xlbp.workbook.page.fitting import page_heights, page_widths
from xlbp.workbook.page.page import Page
from xlbp.xlsx.metrics import DEFAULT_HEIGHT
from xlbp.xlsx.printing import UPRIGHT

SYMBOL, TEXT, LAST = 2, 3, 6  # the first column, that of texts behind a mark, and the last one that prints
WIDER = (1.0, 1.1, 1.2, 1.3, 1.4)  # by which all columns are wider, and so all is printed smaller
WIDTHS = {1: 4.0, SYMBOL: 3.0, TEXT: 14.0, 4: 31.0, 5: 31.0, LAST: 12.0}


def set_widths(page: Page, starts: Sequence[int], language: str) -> None:
    """Columns that together are as wide as a page, in the largest size in which the rows fit the height of theirs.

    ``starts`` are the first rows of all printed pages but the first.
    """
    last = max(row for row, column in page.looks if column <= LAST)
    for factor in WIDER:
        page.widths.update({column: width * factor for column, width in WIDTHS.items()})
        heights = page_heights(page, page_widths(page, language), language)
        pages = [range(*ends) for ends in pairwise((1, *starts, last + 1))]
        if max(sum(heights.get(row, DEFAULT_HEIGHT) for row in rows) for rows in pages) <= UPRIGHT[1] * factor:
            return


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
