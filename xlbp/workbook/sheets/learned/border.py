"""The border between two sides: where the answer passes the middle, between the points of the map."""

from __future__ import annotations

import math

from openpyxl.utils import get_column_letter

from xlbp.workbook.drawing.overlay import Dots
from xlbp.workbook.drawing.style import BLACK
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.page.page import NOT_AVAILABLE, Content, Page
from xlbp.workbook.sheets.answering import TIE
from xlbp.workbook.sheets.learned.answers import HEIGHT, Output
from xlbp.workbook.sheets.learned.samples import middle

DOT = 4  # points


def put_border(page: Page, contents: Contents, output: Output, n: int, column: int) -> list[Dots]:
    """Between each point and the next one below, and the next one at the right, right of the answers.

    The place is found by linear interpolation, in cells from the map's corner.  Which side a point is on is asked a
    little above the middle, so that an answer of just one half, as of weights that are all 0, is on one side in
    every program.
    """
    top, level = output.row, middle(contents.network)
    page.text(top - HEIGHT, column, contents.texts("learned.border"), "heading")
    for offset, text in enumerate(("→", "↓", "→", "↓")):
        page.text(top - 1, column + offset, text, "column")
    for p in range(n * n):
        y, x = divmod(p, n)
        page.number(top + p, column, x + 0.5)
        if y < n - 1:
            page.live(top + p, column + 1, *_crossing(output, level, (p, p + n), y + 0.5, NOT_AVAILABLE))
        if x < n - 1:
            _put_right(page, (top + p, column + 2), _crossing(output, level, (p, p + 1), x + 0.5, 0.0), y + 0.5)
        else:
            page.number(top + p, column + 2, 0.0)
    ends = [((c, top), (c, top + n * n - 1)) for c in range(column, column + 4)]
    return [Dots(ends[k], ends[k + 1], BLACK, "circle", DOT) for k in (0, 2)]


def _put_right(page: Page, at: tuple[int, int], crossing: tuple[str, Content, str, float], height: float) -> None:
    """A crossing on the way to the right; where there is none, its height is #N/A and not how far right it is.

    What a chart does with #N/A among the numbers of its x axis is not the same in every program.
    """
    (row, column), cell = at, f"{get_column_letter(at[1])}{at[0]}"
    page.live(row, column, *crossing)
    value = None if crossing[1] is None else height if crossing[1] else NOT_AVAILABLE
    page.live(row, column + 1, f"IF({cell}=0,NA(),{height:g})", value, "small")


def _crossing(
    output: Output, level: float, pair: tuple[int, int], start: float, none: Content
) -> tuple[str, Content, str, float]:
    """How far from the map's corner the answer passes the level between two points; look and size besides."""
    (p, q), asked = pair, level + TIE
    here, there, limit = output.address(p), output.address(q), spreadsheet_number(asked)
    place = f"{start:g}+({spreadsheet_number(level)}-{here})/({there}-{here})"
    formula = f"IF(SIGN({here}-{limit})=SIGN({there}-{limit}),{'NA()' if none else 0},{place})"
    a, b = output.values[p], output.values[q]
    if math.isnan(a) or math.isnan(b):
        return formula, None, "small", 0.0
    if (a > asked) == (b > asked):
        return formula, none, "small", 0.0
    size = start + 1 + (abs(level) + output.sizes[p] + output.sizes[q]) / abs(b - a)
    return formula, start + (level - a) / (b - a), "small", size
