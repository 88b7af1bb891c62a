"""The loss landscape: a grid of live losses over two chosen parameters, around the chosen iteration."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.overlay import Dots, Line, overlay
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.live_text import joined, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.passes import Passes, put_passes, total_width, width
from xlbp.workbook.sheets.header import put_header
from xlbp.workbook.sheets.landscape_axes import ACROSS, DOWN, GRID_COLUMN, GRID_ROW, Axes
from xlbp.workbook.sheets.landscape_path import Way
from xlbp.workbook.sheets.landscape_slice import add_slices, put_tangents

SIZES = (15, 11, 7)  # points along each side: as many as leave the book quick
MOST_CELLS = 12_000
FROZEN_ROW = 7  # of what is said of the other parameters; below it stands where the path leaves the grid


def grid_size(contents: Contents) -> int:
    """Points along each side, or 0 where one loss needs too many cells or there is one parameter."""
    if len(contents.template.parameter_order) < 2:
        return 0
    return next((n for n in SIZES if n * n * width(contents) <= MOST_CELLS), 0)


def landscape_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, n = Page(contents.texts("sheet.landscape")), grid_size(contents)
    put_header(page, contents, facts, "landscape", key_suffix="maximize" if contents.template.model.maximize else "")
    axes = Axes(contents, facts, n)
    axes.put(page)
    places = axes.put_axes(page)
    heading = f"{axes.label(DOWN)} ↑  {axes.label(ACROSS)} →"
    page.live(GRID_ROW, 2, f'{DOWN}&" ↑  "&{ACROSS}&" →"', heading, "axis")
    settings = [axes.setting(across, down) for down in reversed(places[DOWN]) for across in places[ACROSS]]
    page.text(GRID_ROW - 2, axes.passes, contents.texts("landscape.passes"), "heading")
    passes = put_passes(page, contents, facts, GRID_ROW - 1, axes.passes, settings)
    _put_grid(page, n, passes)
    after = axes.passes + total_width(contents) + 2
    way = Way(contents, facts, axes, after)
    drawn = way.put(page)
    way.put_exit(page, FROZEN_ROW + 1)
    put_tangents(page, contents, facts, axes, after + 6)
    _put_words(page, contents, facts, n, passes)
    page.width(range(3, GRID_COLUMN + n + 1), 9)
    page.width([2], 19)
    page.width(range(axes.table, axes.passes + total_width(contents)), 9)
    page.print_columns, page.formats_numbers = GRID_COLUMN + n, True
    page.finishing.append(lambda sheet: _finish(sheet, contents, axes, drawn, after + 6))
    return page


def _put_grid(page: Page, n: int, passes: Passes) -> None:
    """The losses.  Of most the colour tells, so that the path is seen: numbers stand at the corners and half-way."""
    for index, address in enumerate(passes.loss):
        y, x = divmod(index, n)
        look = "number" if _is_told(x, y, n) else "map plain"
        page.live(GRID_ROW + 1 + y, GRID_COLUMN + x, address, passes.values[index], look, passes.sizes[index])


def _is_told(x: int, y: int, n: int) -> bool:
    """Whether a point's number is shown: at the corners, and half-way between them."""
    ends, half = (0, n - 1), (n - 1) // 2
    return (x in ends and y in (*ends, half)) or (x == half and y in ends)


def _put_words(page: Page, contents: Contents, facts: Facts, n: int, passes: Passes) -> None:
    """What is held fixed, what the marks are, and the lowest and the highest number."""
    texts, t = contents.texts, facts.choices.iteration
    key = "frozen_maximize" if contents.template.model.maximize else "frozen"
    pieces = texts(f"landscape.{key}", t="\x01t\x01").split("\x01")
    said = joined((ITERATION, f"{t}") if piece == "t" else literal(piece) for piece in pieces)
    page.live(FROZEN_ROW, 2, *said, "muted")
    below = GRID_ROW + n + 1
    page.text(below, 2, texts("landscape.marks", last=contents.layout.iterations), "muted")
    area = f"{get_column_letter(GRID_COLUMN)}{GRID_ROW + 1}:{get_column_letter(GRID_COLUMN + n - 1)}{GRID_ROW + n}"
    values = [value for value in passes.values if value is not None]
    for column, (key, function) in ((2, ("low", min)), (4, ("high", max))):
        value = function(values) if len(values) == len(passes.values) else None
        page.text(below + 1, column, texts(f"learned.{key}"), "label")
        formula = f"{function.__name__.upper()}({area})"
        page.live(below + 1, column + 1, formula, value, f"map {key}", max(passes.sizes))


def _finish(sheet: Worksheet, contents: Contents, axes: Axes, drawn: Sequence[Line | Dots], tangents: int) -> None:
    """The heat map, blue where the loss is low; the path over it; a slice; the list to choose from."""
    n = axes.n
    corner, last = get_column_letter(GRID_COLUMN), get_column_letter(GRID_COLUMN + n - 1)
    area = f"{corner}{GRID_ROW + 1}:{last}{GRID_ROW + n}"
    colours = {"start_color": "56B4E9", "mid_color": "F7F7F7", "end_color": "E69F00"}
    rule = ColorScaleRule(start_type="min", mid_type="percentile", mid_value=50, end_type="max", **colours)
    told = [
        f"{get_column_letter(GRID_COLUMN + x)}{GRID_ROW + 1 + y}"
        for y in range(n)
        for x in range(n)
        if _is_told(x, y, n)
    ]
    sheet.conditional_formatting.add(" ".join(told), style.readable_numbers(told[0]))
    sheet.conditional_formatting.add(area, rule)
    overlay(sheet, GRID_ROW + 1, GRID_COLUMN, n, n, (float(n), float(n)), drawn, contents.texts("alt.path"))
    add_slices(sheet, contents, axes, tangents, GRID_ROW + n + 4)
    validation = DataValidation(type="list", formula1=axes.range_of(0), showErrorMessage=False)  # offers, no more
    sheet.add_data_validation(validation)
    validation.add("C4:C5")
