"""Rows as high as their texts: of a page, or of the rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook import style
from xlbp.workbook.metrics import DEFAULT_HEIGHT, DEFAULT_WIDTH, PADDING, column_pixels, lines_needed, row_height
from xlbp.workbook.page import Content, Page

LIVE_SHARE = 0.93  # of the width: a text that a formula makes may become longer


@dataclass(frozen=True)
class Lettering:
    """How a text is set: the font's size and weight, and whether it wraps."""

    size: float
    bold: bool
    wraps: bool

    def height(self, text: str, pixels: float, language: str) -> float:
        """The height of the row that a text needs in a column of so many pixels."""
        room = max(1.0, pixels - PADDING)
        lines = lines_needed(text, room, self.size, self.bold, language) if self.wraps else text.count("\n") + 1
        return row_height(lines, self.size, language)


def page_heights(page: Page, language: str) -> dict[int, float]:
    """The height of each row of a page: as the page has it, or else as its highest text needs it."""
    spans = {(top, left): (bottom - top, right) for top, left, bottom, right in page.merged}
    contents: list[tuple[int, int, Content, float]] = [(f.row, f.column, f.content, 1.0) for f in page.fixed]
    contents += [(f.row, f.column, f.value, LIVE_SHARE) for f in page.formulas]
    found: dict[int, float] = {}
    for row, column, content, share in contents:
        below, last = spans.get((row, column), (0, column))
        look = style.LOOKS[page.looks[row, column]]
        text = content if isinstance(content, str) else ""
        upright = bool(look.alignment.text_rotation)
        lettering = Lettering(look.size, look.bold, bool(look.alignment.wrap_text) and not upright)
        pixels = sum(column_pixels(page.widths.get(n, DEFAULT_WIDTH)) for n in range(column, last + 1)) * share
        needed = DEFAULT_HEIGHT if below or upright else lettering.height(text, pixels, language)
        found[row] = max(found.get(row, 0.0), needed)
    return {**found, **page.heights}


def fit_rows(sheet: Worksheet, rows: Iterable[int], language: str) -> None:
    """Make rows of a sheet as high as their texts; for cells that are not merged."""
    for row in rows:
        cells = [cell for cell in sheet[row] if isinstance(cell.value, str)]
        needed = [_needed(sheet, cell, language) for cell in cells]
        sheet.row_dimensions[row].height = max(needed, default=DEFAULT_HEIGHT)


def _needed(sheet: Worksheet, cell: Cell, language: str) -> float:
    lettering = Lettering(cell.font.size, cell.font.bold, bool(cell.alignment.wrap_text))
    letter = get_column_letter(cell.column)
    width = sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else DEFAULT_WIDTH
    return lettering.height(cell.value, column_pixels(width), language)
