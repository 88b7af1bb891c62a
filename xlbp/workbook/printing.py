"""How sheets print: A4, landscape, either as wide as the page or, where that is too small to read, on several pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.metrics import DEFAULT_WIDTH, column_pixels

A4 = 9  # as Excel counts paper sizes
MARGIN = 0.4  # inches
SCALE = 70  # per cent, of what prints on several pages
PAPER = (297 / 25.4 - 2 * MARGIN) * 96  # pixels of columns that a page holds in full size
ROOM = PAPER / (SCALE / 100)
SMALLEST = 0.5  # of its full size, in which a sheet is still printed as wide as a page
FULL = 0.5  # a page that ends early, so that the next begins with a phase, is at least filled to this share


def print_landscape(sheet: Worksheet, columns: int) -> None:
    """A4, landscape, so many columns as wide as the page, or on several pages where that would be too small to read."""
    _set_up(sheet)
    if sum(_pixels(sheet, column) for column in range(1, columns + 1)) * SMALLEST > PAPER:
        sheet.page_setup.scale, sheet.page_setup.pageOrder = SCALE, "overThenDown"
        return
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def print_on_pages(sheet: Worksheet, rows: tuple[int, int], columns: int, starts: Sequence[Collection[int]]) -> None:
    """A4, landscape, in a size that can be read, on as many pages as it takes, first rightward and then down.

    On each page the first column and the ``rows`` of the headings are repeated.  A page begins where something begins,
    as ``starts`` has it: lists of columns, the most welcome ones first.
    """
    _set_up(sheet)
    sheet.page_setup.scale, sheet.page_setup.pageOrder = SCALE, "overThenDown"
    sheet.print_title_rows, sheet.print_title_cols = f"{rows[0]}:{rows[1]}", "A:A"
    sheet.oddFooter.center.text = "&A   &P / &N"
    widths = [_pixels(sheet, column) for column in range(1, columns + 1)]
    sheet.col_breaks = ColBreak()
    for column in page_starts(widths, starts):
        sheet.col_breaks.append(Break(id=column - 1))


def page_starts(widths: Sequence[int], starts: Sequence[Collection[int]], room: float = ROOM) -> list[int]:
    """The first column of each page but the first, of columns so many pixels wide, the first on every page."""
    found: list[int] = []
    begin, used = 2, widths[0]
    for column, width in enumerate(widths[1:], start=2):
        if used + width > room and column > begin:
            begin = _start(range(begin + 1, column + 1), widths, starts, room)
            found.append(begin)
            used = widths[0] + sum(widths[begin - 1 : column - 1])
        used += width
    return found


def _start(possible: range, widths: Sequence[int], starts: Sequence[Collection[int]], room: float) -> int:
    """Where the next page begins: at the last of the most welcome columns that leaves this page full enough."""
    first = possible.start - 1
    for welcome in starts:
        for column in reversed(possible):
            if column in welcome and widths[0] + sum(widths[first - 1 : column - 1]) >= FULL * room:
                return column
    return possible.stop - 1


def _pixels(sheet: Worksheet, column: int) -> int:
    letter = get_column_letter(column)
    if letter not in sheet.column_dimensions:
        return column_pixels(DEFAULT_WIDTH)
    dimension = sheet.column_dimensions[letter]
    return 0 if dimension.hidden else column_pixels(dimension.width)


def _set_up(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A4, "landscape"
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, MARGIN, MARGIN / 2, MARGIN / 2)
