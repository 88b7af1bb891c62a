"""A cut through a landscape along the middle row and the middle column, with the tangents at the chosen iteration.

A tangent's slope is the gradient: that is what the gradient tells.
"""

from __future__ import annotations

import math

from openpyxl.chart import Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.plot import add_line, line_chart
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts, readable, readable_formula
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.landscape_axes import ACROSS, DOWN, GRID_COLUMN, GRID_ROW, RADIUS, Axes

ROWS, COLUMNS = 17, 12  # that the chart takes, at most
REACH = 0.5  # of the radius: how far a tangent goes on each side
EACH = 4  # rows of a tangent: gradient, both ends, what it is called


def put_tangents(page: Page, contents: Contents, facts: Facts, axes: Axes, column: int) -> None:
    """Of both parameters the gradient, the ends of the tangent, and its name for the legend, from a column on."""
    lens, objective = Lens(contents, facts), contents.objective
    loss, now, of_loss = lens.in_row(objective), lens.value(objective), lens.size(objective)
    for key, row in ((ACROSS, GRID_ROW), (DOWN, GRID_ROW + EACH)):
        index = axes.chosen[key]
        gradient = contents.gradient(axes.order[index])
        slope, centre = lens.value(gradient), axes.value(index)
        cell = f"${get_column_letter(column)}${row}"
        page.live(row, column, axes.fetched(2, key), slope, "small", lens.size(gradient))
        for offset, sign in ((1, "-"), (2, "+")):
            far = REACH * axes.radius * (1 if sign == "+" else -1)
            across = None if math.isnan(centre) else centre + far
            up = None if slope is None or now is None else now + far * slope
            size = of_loss + axes.radius * lens.size(gradient)
            moved = f"{sign}{REACH}*{RADIUS}"
            page.live(
                row + offset, column, f"{axes.fetched(1, key)}{moved}", across, "small", abs(centre) + axes.radius
            )
            page.live(row + offset, column + 1, f"{loss}{moved}*{cell}", up, "small", size)
        symbol = contents.symbol(objective)
        before = f"{contents.texts('landscape.tangent')} ∂{symbol}/∂"
        formula = f'{literal(before)[0]}&{key}&" = "&{readable_formula(cell)}'
        page.live(row + 3, column, formula, f"{before}{axes.label(key)} = {readable(slope)}", "small")


def add_slices(sheet: Worksheet, contents: Contents, axes: Axes, column: int, row: int) -> None:
    """The chart, below the grid: the losses along the middle row and column, and the tangents."""
    texts, objective, n = contents.texts, contents.symbol(contents.objective), axes.n
    left, right, top, bottom = GRID_COLUMN, GRID_COLUMN + n - 1, GRID_ROW + 1, GRID_ROW + n
    middle_row, middle_column = top + axes.half, left + axes.half

    def cells(first_column: int, first_row: int, last_column: int, last_row: int) -> Reference:
        return Reference(sheet, first_column, first_row, last_column, last_row)

    chart = line_chart(texts, texts("landscape.slice", loss=objective), texts("landscape.parameter"), objective)
    across, down = style.PHASES["gradients"].fill, style.PHASES["loss"].fill
    add_line(chart, "", cells(left, GRID_ROW, right, GRID_ROW), cells(left, middle_row, right, middle_row), across)
    add_line(chart, "", cells(2, top, 2, bottom), cells(middle_column, top, middle_column, bottom), down)
    home, letter = quoted(sheet.title), get_column_letter(column)
    for start, colour in ((GRID_ROW, across), (GRID_ROW + EACH, down)):
        x, y = (cells(at, start + 1, at, start + 2) for at in (column, column + 1))
        add_line(chart, "", x, y, colour, 1.5, "dash")
    named = ("$C$4", "$C$5", f"${letter}${GRID_ROW + 3}", f"${letter}${GRID_ROW + EACH + 3}")
    for series, cell in zip(chart.series, named, strict=True):  # named as the cells say
        series.tx = SeriesLabel(strRef=StrRef(f"{home}!{cell}"))
    place_chart(sheet, chart, (row, 2), ROWS, min(COLUMNS, n + 2))
