"""How sheets print: A4, landscape, either as wide as the page or, where that is too small to read, on several pages."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import pairwise

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break, ColBreak, RowBreak
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.xlsx.metrics import DEFAULT_HEIGHT, DEFAULT_WIDTH, column_pixels
from xlbp.xlsx.page_starts import column_page_starts, row_page_starts

A4 = 9  # as Excel counts paper sizes
MARGIN = 0.4  # inches
SCALE = 70  # per cent, of what prints on several pages
PAPER = (297 / 25.4 - 2 * MARGIN) * 96  # pixels of columns that a page holds in full size
PAPER_HEIGHT = (210 / 25.4 - 2 * MARGIN) * 72 - 10  # points of rows, less what programs round
FOOT = 0.75  # inches below the rows, where a footer stands
UPRIGHT = (210 / 25.4 - 2 * MARGIN) * 96, (297 / 25.4 - MARGIN - FOOT) * 72 - 10  # of a page in portrait
ROOM = PAPER / (SCALE / 100)
SMALLEST = 0.5  # of its full size, in which a sheet is still printed as wide as a page
SPILLED = 1.3  # pages: a sheet as high as that is made smaller, to be one
MOST_PAGES = 60  # of a sheet with a row for each iteration, unless it is wider than that
SPARE = 0.93  # of a page's width is filled where the size is set: in LibreOffice columns are 6% wider than in Excel


def print_landscape(sheet: Worksheet, columns: int, rows: int = 0) -> None:
    """A4, landscape, so many columns as wide as the page, or on several pages where that would be too small to read.

    Of a sheet whose ``rows`` are known what little would stand on a second page stands on the first, and no chart is
    cut by the end of a page.
    """
    _set_up(sheet)
    width = sum(_pixels(sheet, column) for column in range(1, columns + 1))
    if width * SMALLEST > PAPER:
        sheet.page_setup.scale, sheet.page_setup.pageOrder = SCALE, "overThenDown"
        return
    heights = [sheet.row_dimensions[row].height or DEFAULT_HEIGHT for row in range(1, rows + 1)]
    scale = min(1.0, PAPER / width)
    pages = sum(heights) * scale / PAPER_HEIGHT
    if sheet._charts and pages > SPILLED:
        _keep_charts_whole(sheet, heights, scale)
        return
    is_one = rows and pages <= SPILLED and scale / max(1.0, pages) >= SMALLEST
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1 if is_one else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _keep_charts_whole(sheet: Worksheet, heights: Sequence[float], scale: float) -> None:
    """Pages that end between charts: in a size that is set, for Excel has no breaks where it fits to pages."""
    sheet.page_setup.scale = math.floor(min(1.0, scale * SPARE) * 100)
    room = PAPER_HEIGHT / (sheet.page_setup.scale / 100)
    charts = [(chart.anchor._from.row, chart.anchor.to.row) for chart in sheet._charts]  # with the row above its edge
    sheet.row_breaks = RowBreak()
    for row in row_page_starts(heights, charts, room):
        sheet.row_breaks.append(Break(id=row - 1))


def print_upright(sheet: Worksheet, columns: tuple[int, int], last_row: int, starts: Sequence[int], title: str) -> None:
    """A4, upright: the rows from each of the ``starts`` on fill a page of their own, with title and number below.

    All pages have one size, in which the widest and the highest of them fits.
    """
    _set_up(sheet)
    sheet.page_setup.orientation = "portrait"
    first, last = columns
    sheet.print_area = f"{get_column_letter(first)}1:{get_column_letter(last)}{last_row}"
    width = sum(_pixels(sheet, column) for column in range(first, last + 1))
    heights = [
        sum(sheet.row_dimensions[row].height or DEFAULT_HEIGHT for row in range(start, end))
        for start, end in pairwise((1, *starts, last_row + 1))
    ]
    scale = min(1.0, UPRIGHT[0] * SPARE / width, UPRIGHT[1] / max(heights))
    sheet.page_setup.scale = math.floor(scale * 100)
    sheet.page_setup.firstPageNumber, sheet.page_setup.useFirstPageNumber = 1, True
    sheet.row_breaks = RowBreak()
    for row in starts:
        sheet.row_breaks.append(Break(id=row - 1))
    sheet.page_margins.bottom, sheet.page_margins.footer = FOOT, MARGIN
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = title.replace("&", "&&"), "&P"


def print_on_pages(
    sheet: Worksheet, rows: tuple[int, int], columns: int, starts: Sequence[Collection[int]], last_row: int = 0
) -> None:
    """A4, landscape, in a size that can be read, on as many pages as it takes, first rightward and then down.

    On each page the first column and the ``rows`` of the headings are repeated.  A page begins where something begins,
    as ``starts`` has it: lists of columns, the most welcome ones first.  Of a sheet down to a ``last_row`` that would
    take a heap of paper the first rows are printed.
    """
    _set_up(sheet)
    sheet.page_setup.scale, sheet.page_setup.pageOrder = SCALE, "overThenDown"
    sheet.print_title_rows, sheet.print_title_cols = f"{rows[0]}:{rows[1]}", "A:A"
    sheet.oddFooter.center.text = "&A   &P / &N"
    widths = [_pixels(sheet, column) for column in range(1, columns + 1)]
    sheet.col_breaks = ColBreak()
    for column in column_page_starts(widths, starts, ROOM * SPARE):
        sheet.col_breaks.append(Break(id=column - 1))
    headings = sum(sheet.row_dimensions[row].height or DEFAULT_HEIGHT for row in range(1, rows[1] + 1))
    on_a_page = max(1, int((PAPER_HEIGHT / (SCALE / 100) - headings) / DEFAULT_HEIGHT))
    most = rows[1] + on_a_page * max(1, MOST_PAGES // (len(sheet.col_breaks) + 1))
    if last_row > most:
        sheet.print_area = f"A1:{get_column_letter(columns)}{most}"


def _pixels(sheet: Worksheet, column: int) -> int:
    letter = get_column_letter(column)
    if letter not in sheet.column_dimensions:
        return column_pixels(DEFAULT_WIDTH)
    dimension = sheet.column_dimensions[letter]
    return 0 if dimension.hidden else column_pixels(dimension.width)


def _set_up(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A4, "landscape"
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, MARGIN, MARGIN / 2, MARGIN / 2)
