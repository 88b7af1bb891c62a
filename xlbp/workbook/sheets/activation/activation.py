"""The activations: formula, curve and derivative, and on both the units of the chosen iteration and sample.

The tangent at a chosen unit shows what the derivative is: its slope.
"""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.activation.block import CHART, CHART_COLUMNS, FIRST, put_function
from xlbp.workbook.sheets.activation.functions import functions_of
from xlbp.workbook.sheets.header import put_header

WIDTHS = (18.0, 14.0, 11.0, 11.0, 11.0, 34.0, 3.0)  # of the columns from B on

CHART_WIDTH = 9.0  # of each column under a chart


def has_activations(contents: Contents) -> bool:
    """Whether a book has an activation that is a function of one number."""
    return bool(functions_of(contents))


def first_tangents(contents: Contents) -> tuple[int, ...]:
    """The units, counted from 1, at which a new book draws the tangents: the first of each function."""
    return (1,) * len(functions_of(contents))


def activation_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, texts = Page(contents.texts("sheet.activation")), contents.texts
    put_header(page, contents, facts, "activation", with_sample=True)
    row = FIRST
    for number, function in enumerate(functions_of(contents)):
        row = 2 + put_function(page, contents, facts, number, function, row)
    if _has_softmax(contents):
        page.text(row, 2, texts("activation.softmax"), "text")
        page.text(row + 1, 2, texts("activation.softmax_slope"), "text")
    for column, width in enumerate(WIDTHS, start=2):
        page.width([column], width)
    page.width(range(CHART, CHART + CHART_COLUMNS), CHART_WIDTH)
    page.print_columns = CHART + CHART_COLUMNS - 1
    return page


def _has_softmax(contents: Contents) -> bool:
    """Whether a layer's outputs are shares of one, which depend on all its numbers."""
    return any(node.block.activation == "softmax" for node, _ in contents.template.model.each_tensor())
