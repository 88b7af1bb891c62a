"""Columns and rows as large as their texts need: of a page, or of rows of a sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.page.page import Page
from xlbp.xlsx.metrics import (
    DEFAULT_HEIGHT,
    DEFAULT_WIDTH,
    PADDING,
    column_pixels,
    column_width,
    lines_needed,
    longest_word,
    row_height,
    text_width,
)

LIVE = 1.07  # a text that a formula makes may become so much longer
MOST_ADDED = 60.0  # the widest that a column becomes for a text, in digits
FARTHEST = 60  # columns into which a text may run
SMALLEST, NUMBER_PADDING = 8, 3  # the smallest font whose numbers widen a column, and what is free beside one in pixels

WIDENING = {name for name, look in style.LOOKS.items() if look.size >= SMALLEST and not look.alignment.text_rotation}


@dataclass(frozen=True)
class Shown:
    """A text on a page with its look, and the columns and rows of its cell."""

    text: str
    look: style.Look
    row: int
    column: int
    last: int
    rows: int
    live: bool

    @property
    def is_upright(self) -> bool:
        """Whether it is written from bottom to top."""
        return bool(self.look.alignment.text_rotation)

    @property
    def wraps(self) -> bool:
        """Whether it breaks into lines."""
        return bool(self.look.alignment.wrap_text) and not self.is_upright

    def needed(self, language: str, in_lines: bool) -> float:
        """The pixels it takes in one line, or its longest word where it breaks into lines."""
        width = longest_word if in_lines else text_width
        return width(self.text, self.look.size, self.look.bold, language) * (LIVE if self.live else 1.0)

    def height(self, pixels: float, language: str) -> float:
        """The height of its row, in points, in a cell of so many pixels."""
        room = max(1.0, pixels - PADDING) / (LIVE if self.live else 1.0)
        lines = lines_needed(self.text, room, self.look.size, self.look.bold, language) if self.wraps else 1
        return row_height(lines, self.look.size, language)


def texts_of(page: Page) -> Iterator[Shown]:
    """The texts of a page, and those that its formulas show."""
    spans = {(top, left): (bottom - top + 1, right) for top, left, bottom, right in page.merged}
    fixed = ((f.row, f.column, f.content, False) for f in page.fixed)
    live_ones = ((row, column, value, True) for row, column, _, value, *_ in page.formulas if value)
    for row, column, content, live in chain(fixed, live_ones):
        if isinstance(content, str) and content:
            rows, last = spans.get((row, column), (1, column))
            yield Shown(content, style.LOOKS[page.looks[row, column]], row, column, last, rows, live)


def page_widths(page: Page, language: str) -> dict[int, float]:
    """The width of each column: as the page has it, or wider where a text would be cut or a word broken."""
    found, empty = dict(page.widths), {(f.row, f.column) for f in page.fixed if f.content == ""}
    taken = page.looks.keys() - empty
    _fit_numbers(page, found, language)
    for shown in texts_of(page):
        if shown.last == shown.column and not shown.is_upright and shown.look.alignment.horizontal != "fill":
            in_lines = shown.wraps and shown.row not in page.heights  # else the row has a height of its own
            needed, own = shown.needed(language, in_lines), found.get(shown.column, DEFAULT_WIDTH)
            room = float(column_pixels(own) - PADDING)
            if needed > room and not shown.wraps:
                room += _beside(shown, taken, found, needed - room, page.print_columns)
            if needed > room:
                wider = column_width(column_pixels(own) + needed - room - PADDING)
                found[shown.column] = max(own, min(MOST_ADDED, wider))
    return found


def _fit_numbers(page: Page, widths: dict[int, float], language: str) -> None:
    """Make columns wide enough for their numbers; only the small cells of a map keep their size."""
    merged = {(row, column) for row, column, _, _ in page.merged}
    fixed = ((f.row, f.column, f.content) for f in page.fixed)
    live = ((row, column, value) for row, column, _, value, *_ in page.formulas if value is not None)
    widest: dict[tuple[int, str, int], float] = {}
    for row, column, content in chain(fixed, live):
        name = page.looks[row, column]
        if isinstance(content, float | int) and (row, column) not in merged and name in WIDENING:
            key = (column, name, style.shape_in_format(content, style.LOOKS[name].number_format))
            widest[key] = max(widest.get(key, 0.0), abs(content))
    for (column, name, _), number in widest.items():
        look = style.LOOKS[name]
        text = style.in_format(number, look.number_format)
        wanted = column_width(text_width(text, look.size, look.bold, language) - PADDING + NUMBER_PADDING)
        widths[column] = max(widths.get(column, DEFAULT_WIDTH), min(MOST_ADDED, wanted))


def _beside(
    shown: Shown, taken: Collection[tuple[int, int]], widths: Mapping[int, float], wanted: float, print_columns: int
) -> float:
    """The pixels of empty cells into which a text runs: at its right, or at its left where it ends at the right.

    What prints is cut at the last of the ``print_columns``.
    """
    farthest = print_columns if shown.column <= print_columns else shown.column + FARTHEST
    if shown.look.alignment.horizontal == "center":
        return 0.0
    step, found = -1 if shown.look.alignment.horizontal == "right" else 1, 0.0
    for column in count(shown.column + step, step):
        if found >= wanted or (shown.row, column) in taken or not 1 <= column <= farthest:
            return found
        found += column_pixels(widths.get(column, DEFAULT_WIDTH))
    return found


def page_heights(page: Page, widths: Mapping[int, float], language: str) -> dict[int, float]:
    """The height of each row of a page: as the page has it, or else as its highest text needs it."""
    found = dict.fromkeys((row for row, _ in page.looks), row_height(1, language=language))
    for shown in texts_of(page):
        if shown.rows == 1 and not shown.is_upright:
            columns = range(shown.column, shown.last + 1)
            pixels = sum(column_pixels(widths.get(column, DEFAULT_WIDTH)) for column in columns)
            found[shown.row] = max(found[shown.row], shown.height(pixels, language))
    return {**found, **page.heights}


def fit_rows(sheet: Worksheet, rows: Iterable[int], language: str) -> None:
    """Make rows of a sheet as high as their texts; for cells that are not merged."""
    for row in rows:
        heights = (_height(sheet, cell, language) for cell in sheet[row] if isinstance(cell.value, str))
        sheet.row_dimensions[row].height = max(heights, default=DEFAULT_HEIGHT)


def _height(sheet: Worksheet, cell: Cell, language: str) -> float:
    dimensions, letter = sheet.column_dimensions, get_column_letter(cell.column)
    room = column_pixels(dimensions[letter].width if letter in dimensions else DEFAULT_WIDTH) - PADDING
    size, bold = cell.font.size, cell.font.bold
    lines = lines_needed(cell.value, room, size, bold, language) if cell.alignment.wrap_text else 1
    return row_height(lines, size, language)
