"""The loss landscape: a grid of live losses over two chosen parameters, around the chosen iteration."""

from __future__ import annotations

import math
from itertools import product

from openpyxl.chart import Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import Line, overlay
from xlbp.workbook.drawing.plot import add_line, line_chart
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.entries import colour_told, colour_wrong, put_told
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.listed import listed
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import NOT_AVAILABLE, Page
from xlbp.workbook.page.passes import Setting, put_passes, total_width, width
from xlbp.workbook.sheets.header import put_header

SIZES = (15, 11, 7)  # points along each side: as many as leave the book quick
MOST_CELLS = 12_000
ACROSS, DOWN, RADIUS = "land_x", "land_y", "land_r"
POINTS = 101  # of the path of training
RADIUS_ROW = 6
GRID_ROW, GRID_COLUMN = 9, 3  # the corner of the grid of losses
SLICE_ROWS, SLICE_COLUMNS = 17, 12  # that the chart below the grid takes, at most


def grid_size(contents: Contents) -> int:
    """Points along each side, or 0 where one loss needs too many cells or there is one parameter."""
    if len(contents.template.parameter_order) < 2:
        return 0
    return next((n for n in SIZES if n * n * width(contents) <= MOST_CELLS), 0)


def parameter_labels(contents: Contents) -> list[str]:
    """What the parameters are chosen by: their symbols."""
    return listed([contents.symbol(name) for name in contents.template.parameter_order])


def landscape_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number it must show."""
    page, n = Page(contents.texts("sheet.landscape")), grid_size(contents)
    put_header(page, contents, facts, "landscape")
    choices = _Choices(contents, facts, n)
    choices.put(page)
    axes = choices.put_axes(page)
    across, down = (parameter_labels(contents)[choices.chosen[key]] for key in (ACROSS, DOWN))
    page.live(GRID_ROW, 2, f'{DOWN}&" ↓  "&{ACROSS}&" →"', f"{down} ↓  {across} →", "axis")
    settings = [choices.setting(axes[ACROSS][x], axes[DOWN][y]) for y in range(n) for x in range(n)]
    page.text(GRID_ROW - 2, choices.passes, contents.texts("landscape.passes"), "heading")
    passes = put_passes(page, contents, facts, GRID_ROW - 1, choices.passes, settings)
    for index, address in enumerate(passes.loss):
        y, x = divmod(index, n)
        page.live(GRID_ROW + 1 + y, GRID_COLUMN + x, address, passes.values[index], "number", passes.sizes[index])
    path = _put_path(page, choices, n)
    page.width(range(3, GRID_COLUMN + n + 1), 9)
    page.width([2], 19)
    page.width(range(choices.table, choices.passes + total_width(contents)), 9)
    page.print_columns, page.formats_numbers = GRID_COLUMN + n, True
    page.finishing.append(lambda sheet: _finish(sheet, contents, n, choices, path))
    return page


def _put_path(page: Page, choices: _Choices, n: int) -> Line:
    """The training's way over the grid, in cells from its corner; what lies outside is not drawn."""
    contents = choices.contents
    column = choices.passes + total_width(contents) + 2
    points = sorted({round(k * contents.layout.iterations / (POINTS - 1)) for k in range(POINTS)})
    first, last = (contents.layout.columns[choices.order[k]] for k in (0, -1))
    rows = f"{contents.layout.first_row}:${get_column_letter(last)}${contents.layout.last_row}"
    block = f"{contents.training}!${get_column_letter(first)}${rows}"
    page.text(GRID_ROW - 1, column, contents.texts("landscape.path"), "muted")
    half, radius = (n - 1) // 2, choices.facts.choices.radius
    for row, t in enumerate(points, start=GRID_ROW):
        for offset, key in enumerate((ACROSS, DOWN)):
            at = f"INDEX({block},{t + 1},MATCH({key},{choices.range_of(0)},0))"
            corner = f"$C${GRID_ROW}" if key == ACROSS else f"$B${GRID_ROW + 1}"
            place = f"({at}-{corner})*{half}/{RADIUS}+0.5"
            name = choices.order[choices.chosen[key]]
            moved, terms = (float(of[name][t]) for of in (choices.facts.history, choices.facts.sizes))
            start = choices.value(choices.chosen[key]) - radius
            value = (moved - start) * half / radius + 0.5
            inside = not math.isnan(value) and 0 <= value <= n
            error = None if math.isnan(value) else NOT_AVAILABLE
            size = (max(abs(moved), terms) + abs(start)) * half / radius + n
            formula = f"IF(ABS({place}-{n / 2:g})<={n / 2:g},{place},NA())"
            page.live(row, column + offset, formula, value if inside else error, "small", size)
    end = GRID_ROW + len(points) - 1
    return Line(((column, GRID_ROW), (column, end)), ((column + 1, GRID_ROW), (column + 1, end)), "000000", 1.0, True)


class _Choices:
    """The two parameters and the radius, and beside the grid the list of all parameters with their values."""

    def __init__(self, contents: Contents, facts: Facts, n: int) -> None:
        self.contents, self.facts, self.n = contents, facts, n
        self.order = contents.template.parameter_order
        self.table = GRID_COLUMN + n + 2  # symbols, then values
        self.passes = self.table + 3
        self.chosen = {ACROSS: facts.choices.across - 1, DOWN: facts.choices.down - 1}

    def value(self, index: int) -> float:
        """A parameter at the chosen iteration; where that is an error the whole sheet shows errors."""
        number = self.facts.value(self.order[index])
        return math.nan if number is None else number

    def put(self, page: Page) -> None:
        """The three input cells, and the list."""
        symbols = parameter_labels(self.contents)
        across, down = (symbols[self.chosen[key]] for key in (ACROSS, DOWN))
        rows: list[tuple[str, str, str | float]]
        rows = [("across", ACROSS, across), ("down", DOWN, down), ("radius", RADIUS, self.facts.choices.radius)]
        for row, (key, name, content) in enumerate(rows, start=4):
            page.text(row, 2, self.contents.texts(f"landscape.{key}"), "label")
            page.input(row, 3, content, name)
            self.put_told(page, row)
        page.text(GRID_ROW - 1, self.table, self.contents.texts("landscape.parameters"), "column")
        page.text(GRID_ROW - 1, self.table + 1, "", "column")
        lens = Lens(self.contents, self.facts)
        for index, name in enumerate(self.order):
            page.text(GRID_ROW + index, self.table, symbols[index], "small")
            size = lens.size(name)
            page.live(GRID_ROW + index, self.table + 1, lens.formula(name), lens.value(name), "small", size)

    def put_told(self, page: Page, row: int) -> None:
        """Beside an input cell, what is wrong with its entry."""
        texts, cell = self.contents.texts, f"$C${row}"
        if row == RADIUS_ROW:
            put_told(page, row, 4, f"{cell}>0", ("", texts("entry.positive")))
            return
        is_listed = f"ISNUMBER(MATCH({cell},{self.range_of(0)},0))"
        page.live(row, 4, f'IF({is_listed},"",{literal(texts("entry.parameter"))[0]})', "", "muted")
        page.finishing.append(lambda sheet: colour_wrong(sheet, f"C{row}", f"NOT({is_listed})"))
        page.finishing.append(lambda sheet: colour_told(sheet, row, 4, f"NOT({is_listed})"))

    def range_of(self, offset: int) -> str:
        """The list's symbols (0) or values (1)."""
        letter = get_column_letter(self.table + offset)
        return f"${letter}${GRID_ROW}:${letter}${GRID_ROW + len(self.order) - 1}"

    def put_axes(self, page: Page) -> dict[str, list[tuple[str, float]]]:
        """The values along both sides of the grid, as (address, value)."""
        half, radius = (self.n - 1) // 2, self.facts.choices.radius
        axes: dict[str, list[tuple[str, float]]] = {ACROSS: [], DOWN: []}
        for key, k in product(axes, range(self.n)):
            row, column = (GRID_ROW, GRID_COLUMN + k) if key == ACROSS else (GRID_ROW + 1 + k, 2)
            centre = self.value(self.chosen[key])
            value = centre + (k - half) * radius / half
            fetched = f"INDEX({self.range_of(1)},MATCH({key},{self.range_of(0)},0))"
            shown = None if math.isnan(value) else value
            page.live(row, column, f"{fetched}+({k - half})*{RADIUS}/{half}", shown, "axis", abs(centre) + radius)
            axes[key].append((f"${get_column_letter(column)}${row}", value))
        return axes

    def setting(self, across: tuple[str, float], down: tuple[str, float]) -> Setting:
        """Every parameter as it is, but the two chosen ones as the grid says."""
        setting: dict[str, tuple[str, float]] = {}
        for index, name in enumerate(self.order):
            symbol, now = (f"${get_column_letter(self.table + k)}${GRID_ROW + index}" for k in (0, 1))
            formula = f"IF({symbol}={ACROSS},{across[0]},IF({symbol}={DOWN},{down[0]},{now}))"
            moved = {self.chosen[DOWN]: down[1], self.chosen[ACROSS]: across[1]}
            setting[name] = (formula, moved.get(index, self.value(index)))
        return setting


def _finish(sheet: Worksheet, contents: Contents, n: int, choices: _Choices, path: Line) -> None:
    """The heat map, dark where the loss is low; the path over it; a slice; the list to choose from."""
    corner, last = get_column_letter(GRID_COLUMN), get_column_letter(GRID_COLUMN + n - 1)
    area = f"{corner}{GRID_ROW + 1}:{last}{GRID_ROW + n}"
    colours = {"start_color": "56B4E9", "mid_color": "F7F7F7", "end_color": "E69F00"}
    rule = ColorScaleRule(start_type="min", mid_type="percentile", mid_value=50, end_type="max", **colours)
    for each in (style.readable_numbers(f"{corner}{GRID_ROW + 1}"), rule):
        sheet.conditional_formatting.add(area, each)
    shows = contents.texts("alt.path")
    overlay(sheet, GRID_ROW + 1, GRID_COLUMN, n, n, (float(n), float(n)), [path], shows)
    _slice(sheet, contents, n)
    validation = DataValidation(type="list", formula1=choices.range_of(0), showErrorMessage=False)  # offers, no more
    sheet.add_data_validation(validation)
    validation.add("C4:C5")


def _slice(sheet: Worksheet, contents: Contents, n: int) -> None:
    """The loss along the middle row and the middle column of the grid."""
    texts, objective = contents.texts, contents.symbol(contents.objective)
    left, right, top, bottom = GRID_COLUMN, GRID_COLUMN + n - 1, GRID_ROW + 1, GRID_ROW + n
    row, column = top + (n - 1) // 2, left + (n - 1) // 2

    def cells(first_column: int, first_row: int, last_column: int, last_row: int) -> Reference:
        return Reference(sheet, first_column, first_row, last_column, last_row)

    chart = line_chart(texts, texts("landscape.slice", loss=objective), texts("landscape.parameter"), objective)
    across, down = style.PHASES["gradients"].fill, style.PHASES["loss"].fill
    add_line(chart, "", cells(left, GRID_ROW, right, GRID_ROW), cells(left, row, right, row), across)
    add_line(chart, "", cells(2, top, 2, bottom), cells(column, top, column, bottom), down)
    for series, choice in zip(chart.series, ("$C$4", "$C$5"), strict=True):  # named as the cells say
        series.tx = SeriesLabel(strRef=StrRef(f"{quoted(sheet.title)}!{choice}"))
    place_chart(sheet, chart, (GRID_ROW + n + 3, 2), SLICE_ROWS, min(SLICE_COLUMNS, n + 2))
