"""Nothing is cut off, covered or left out, whatever the fonts of the system: cells, charts, and what prints.

A column is reckoned as Excel has it, 7 pixels a digit of Arial 10, and charts also where a digit is wider.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import accumulate, combinations, count, takewhile

from tests.package_lints.package import MAIN, Package
from tests.package_lints.sheets import Area, Cell, SheetView, looks_like_error, visible_sheets
from tests.package_lints.styles import Styles, shown
from xlbp.lang.languages import LANGUAGES
from xlbp.xlsx.metrics import PADDING, lines_needed, text_width

DIGITS = (7, 9.3)  # pixels: of Arial 10 in Excel, and of DejaVu Sans 11, which LibreOffice takes without better fonts
LINE = 1.2  # the least distance from line to line, in sizes of the font
ROUNDING = 1.0  # pixels
PER_POINT = 96 / 72
WORD = re.compile(r"[^\s\u2e80-\U0010ffff]+")  # what is not Chinese breaks at spaces only
SMALLEST_SCALE = 0.5  # of a page that is made to fit the paper
LONG_SIDE, SHORT_SIDE = 297 / 25.4 * 96, 210 / 25.4 * 96  # of A4 in pixels
INCH = 96
CHINESE_FONTS = {facts.font: code for code, facts in LANGUAGES.items() if facts.full_width}


def normal_font_is_arial(package: Package) -> Iterator[str]:
    """Columns are counted in the digits of Arial 10, whose widths every system has."""
    styles = Styles(package.root("xl/styles.xml"))
    for font in ((styles.normal.family, styles.normal.size), styles.first_font):
        if font != ("Arial", 10.0):
            yield f"the font of the style Normal is {font[0]} {font[1]:g}"


def texts_fit_their_rows(package: Package) -> Iterator[str]:
    """A row is as high as all lines of its texts, the wrapped ones reckoned in the widths of their (merged) cells."""
    for sheet in visible_sheets(package):
        for cell, text in _texts(sheet):
            style, area = sheet.style_of(cell), _area(sheet, cell)
            if style.rotated:
                continue
            room = _width(sheet, area[0], area[2]) - PADDING
            lines = lines_needed(text, room, style.size, style.bold, _language(style.family)) if style.wraps else 1
            height = sum(sheet.height(row) for row in range(area[1], area[3] + 1))
            if lines * style.size * LINE > height + ROUNDING:
                yield f"{_place(sheet, cell)}: {lines} lines of {style.size:g} points in a row of {height:g}: {text!r}"


def texts_are_not_cut(package: Package) -> Iterator[str]:
    """A text that does not wrap ends before the next cell that is not empty, and before the edge of what prints."""
    for sheet in visible_sheets(package):
        for cell, text in _texts(sheet):
            style = sheet.style_of(cell)
            if not (style.wraps or style.rotated or style.horizontal == "fill" or looks_like_error(text)):
                needed = text_width(text, style.size, style.bold, _language(style.family))
                room = _room(sheet, cell, style.horizontal, needed)
                if needed > room:
                    yield f"{_place(sheet, cell)}: {needed:.0f} pixels of text have {room:.0f}: {text!r}"


def words_are_not_broken(package: Package) -> Iterator[str]:
    """A cell whose text wraps is as wide as its longest word."""
    for sheet in visible_sheets(package):
        for cell, text in _texts(sheet):
            style, area = sheet.style_of(cell), _area(sheet, cell)
            words = WORD.findall(text) if style.wraps and not style.rotated else ()
            language = _language(style.family)
            longest = max((text_width(word, style.size, style.bold, language) for word in words), default=0.0)
            if longest > _width(sheet, area[0], area[2]) - PADDING:
                yield f"{_place(sheet, cell)}: a word of {longest:.0f} pixels is broken: {text!r}"


def numbers_fit_their_columns(package: Package) -> Iterator[str]:
    """No number is shown as ####, by its own format or by that of a condition."""
    for sheet in visible_sheets(package):
        for cell in sheet.cells.values():
            if isinstance(cell.content, float) and sheet.width(cell.column):
                style, area = sheet.style_of(cell), _area(sheet, cell)
                text = shown(cell.content, _format_of(sheet, cell, cell.content))
                needed = text_width(text, style.size, style.bold, _language(style.family))
                room = _width(sheet, area[0], area[2]) - ROUNDING
                if needed > room and style.number_format != "General" and not style.rotated:
                    yield f"{_place(sheet, cell)}: {text} takes {needed:.0f} pixels of {room:.0f}"


def charts_lie_apart(package: Package) -> Iterator[str]:
    """No chart meets another, however wide a digit is."""
    for sheet in visible_sheets(package):
        for digit in DIGITS:
            boxes = [(chart.part, _box(sheet, chart.area, digit)) for chart in sheet.charts]
            for (one, first), (other, second) in combinations(boxes, 2):
                if _meet(first, second):
                    yield f"{sheet.title}: {one} meets {other} at {digit:g} pixels a digit"


def charts_cover_no_cells(package: Package) -> Iterator[str]:
    """A chart lies over empty cells, unless it is see-through and so is made to lie over others."""
    for sheet in visible_sheets(package):
        for chart in (chart for chart in sheet.charts if not chart.see_through):
            left, top, right, bottom = chart.area
            for cell in sheet.within((left, top, right - 1, bottom - 1)):
                if sheet.width(cell.column):
                    yield f"{_place(sheet, cell)} is covered by {chart.part}"


def what_is_shown_prints(package: Package) -> Iterator[str]:
    """What prints holds every chart, and its columns to their last cell; what stands right of it are helpers."""
    for sheet in visible_sheets(package):
        if sheet.print_area:
            left, top, right, bottom = sheet.print_area
            for chart in sheet.charts:
                if chart.area[2] - 1 > right or chart.area[3] - 1 > bottom:
                    yield f"{sheet.title}: {chart.part} does not print"
            for cell in sheet.cells.values():
                if left <= cell.column <= right and not top <= cell.row <= bottom:
                    yield f"{_place(sheet, cell)} does not print"


def print_can_be_read(package: Package) -> Iterator[str]:
    """No sheet is made smaller than half its size to fit the paper."""
    for sheet in visible_sheets(package):
        scale = _scale(sheet)
        if scale < SMALLEST_SCALE:
            yield f"{sheet.title} prints at {scale:.0%}"


def _texts(sheet: SheetView) -> Iterator[tuple[Cell, str]]:
    """The cells with a text in columns that are seen."""
    for cell in sheet.cells.values():
        if isinstance(cell.content, str) and sheet.width(cell.column):
            yield cell, cell.content


def _place(sheet: SheetView, cell: Cell) -> str:
    return f"{sheet.title}!{cell.address}"


def _language(family: str) -> str:
    return CHINESE_FONTS.get(family, "en")


def _area(sheet: SheetView, cell: Cell) -> Area:
    return sheet.merged.get((cell.row, cell.column), (cell.column, cell.row, cell.column, cell.row))


def _pixels(width: float, digit: float = 7) -> int:
    """How many pixels Excel gives a column, by ECMA-376, 18.3.1.13."""
    return math.trunc((256 * width + math.trunc(128 / digit)) / 256 * digit)


def _width(sheet: SheetView, first: int, last: int, digit: float = 7) -> float:
    return sum(_pixels(sheet.width(column), digit) for column in range(first, last + 1) if sheet.width(column))


def _room(sheet: SheetView, cell: Cell, horizontal: str, needed: float) -> float:
    """The pixels a text has: its own cell, and the empty ones beside it into which it runs."""
    left, _, right, _ = _area(sheet, cell)
    own = _width(sheet, left, right) - PADDING
    if (cell.row, cell.column) in sheet.merged:  # a merged cell keeps its text to itself
        return own
    rightward, leftward = (_beside(sheet, cell.row, edge, step) for edge, step in ((right, 1), (left, -1)))
    if horizontal == "right":
        return own + leftward
    if horizontal == "center":
        return own + 2 * min(rightward, leftward)
    return own + min(rightward, max(0.0, needed))


def _beside(sheet: SheetView, row: int, edge: int, step: int) -> float:
    """The width of the empty cells beside a column, as far as the sheet or what prints of it reaches."""
    last = sheet.print_area[2] if sheet.print_area and edge <= sheet.print_area[2] else edge + 100
    inside = takewhile(lambda column: 1 <= column <= last, count(edge + step, step))
    free = takewhile(lambda column: (row, column) not in sheet.occupied, inside)
    return float(sum(_pixels(sheet.width(column)) for column in free if sheet.width(column)))


def _format_of(sheet: SheetView, cell: Cell, value: float) -> str:
    """The format in force: a condition of ours that changes formats is for tiny and huge numbers."""
    if value and not 1e-4 <= abs(value) < 1e6:
        for (left, top, right, bottom), rule in sheet.conditions:
            if "dxfId" in rule.attrib and left <= cell.column <= right and top <= cell.row <= bottom:
                change = sheet.styles.changes[int(rule.attrib["dxfId"])]
                if change.number_format:
                    return change.number_format
    return sheet.style_of(cell).number_format


def _box(sheet: SheetView, area: Area, digit: float) -> tuple[float, float, float, float]:
    """A chart's edges in pixels: left, top, right, bottom."""
    left, top, right, bottom = area
    x, y = _width(sheet, 1, left - 1, digit), _height(sheet, 1, top - 1)
    return x, y, x + _width(sheet, left, right - 1, digit), y + _height(sheet, top, bottom - 1)


def _height(sheet: SheetView, first: int, last: int) -> float:
    return sum(sheet.height(row) * PER_POINT for row in range(first, last + 1))


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale(sheet: SheetView) -> float:
    """How large a sheet prints: as it says, or as its columns fit the width of the paper."""
    setup, margins = sheet.root.find(f"{MAIN}pageSetup"), sheet.root.find(f"{MAIN}pageMargins")
    if setup is None or margins is None:
        return 1.0
    if sheet.root.find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr[@fitToPage='1']") is None:
        return int(setup.attrib.get("scale", "100")) / 100
    paper = LONG_SIDE if setup.attrib.get("orientation") == "landscape" else SHORT_SIDE
    paper *= math.sqrt(2) if setup.attrib.get("paperSize") == "8" else 1
    room = paper - INCH * sum(float(margins.attrib[side]) for side in ("left", "right"))
    last = sheet.print_area[2] if sheet.print_area else max((column for _, column in sheet.cells), default=1)
    return min(1.0, room / list(accumulate(_pixels(sheet.width(n)) or 0 for n in range(1, last + 1)))[-1])
