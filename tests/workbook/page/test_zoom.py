"""What a class reads on a wall, and what a laptop shows without scrolling."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.teaching import laid_out, shown
from xlbp.workbook.drawing import style
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.render import render
from xlbp.workbook.page.zoom import LEAST, MOST, SCREEN, zoom_for, zoom_under
from xlbp.workbook.sheets.prose import TEXT
from xlbp.workbook.sheets.steps.steps import VALUE
from xlbp.workbook.sheets.training import add_training
from xlbp.xlsx.metrics import DEFAULT_WIDTH, PER_POINT, column_pixels
from xlbp.xlsx.new_workbook import new_workbook

WALL = 1080  # pixels of a picture's height, of 1,920 x 1,080
DIGIT = 0.716  # the height of a digit of Arial, in sizes of the font
THIRD_ROW = 3  # heights of the picture to the wall; for spreadsheets four are the most that is advised
MINUTES = 10  # of arc, from which on a text can be used; ISO 9241-3 asks for 16 where one reads at length
LEAST_PIXELS = THIRD_ROW * WALL * math.tan(math.radians(MINUTES / 60))
SMALLEST = 9  # points

TEMPLATES = ("mazur", "xor", "iris", "into-backprop", "lstm", "cnn", "self-attention", "batch-norm")


def sheets_of(name: str) -> Iterator[tuple[Page, Worksheet]]:
    """The teaching sheets of a book as they are rendered."""
    expected, workbook = shown(name, 1), new_workbook()
    training = add_training(workbook, expected.contents)
    for page in expected.pages:
        if page.title != training.title:
            yield page, render(page, workbook, "en")


def seen(page: Page, sheet: Worksheet) -> Iterator[tuple[str, float]]:
    """Each look on a page that a reader sees, with the size of its font; the points of a map are colours first."""
    for row, column in page.looks:
        letter = get_column_letter(column)
        is_for_readers = not page.print_columns or column <= page.print_columns
        if page.looks[row, column] in ("map", "map plain"):
            continue
        if is_for_readers and not sheet.column_dimensions[letter].hidden:
            look = style.LOOKS[page.looks[row, column]]
            yield page.looks[row, column], look.size


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_third_row_can_read_every_digit(name: str) -> None:
    """On a wall the digits of every sheet are at least 10 minutes of arc high at three times the picture's height."""
    for page, sheet in sheets_of(name):
        zoom = sheet.sheet_view.zoomScale / 100
        small = {look: size for look, size in seen(page, sheet) if size * PER_POINT * DIGIT * zoom < LEAST_PIXELS}
        assert not small, page.title


@pytest.mark.slow
def test_the_rows_of_a_training_can_be_read_under_all_their_headings() -> None:
    """The numbers on the sheet of all iterations are as high, and at least six rows stand under its frozen headings."""
    for name in ("mazur", "iris", "word2vec", "xor"):
        sheet = add_training(new_workbook(), laid_out(name, 1))
        first = laid_out(name, 1).layout.first_row
        assert sheet.cell(first, 2).font.size * PER_POINT * DIGIT * sheet.sheet_view.zoomScale / 100 >= LEAST_PIXELS


@pytest.mark.parametrize(("width", "zoom"), [(40, MOST), (130, 125), (145, LEAST), (1000, LEAST)])
def test_a_sheet_is_as_large_as_a_laptop_shows_it(width: int, zoom: int) -> None:
    """What is narrow is large, what fits is as large as fits in steps of 5 %, and what is too wide can be read."""
    assert zoom_for({1: width}, [1]) == zoom
    if LEAST < zoom < MOST:
        assert column_pixels(width) * zoom / 100 <= SCREEN < column_pixels(width) * (zoom + 5) / 100


@pytest.mark.parametrize(("frozen", "zoom"), [(200, MOST), (300, 110), (500, 100)])
def test_rows_stay_in_sight_under_high_headings(frozen: int, zoom: int) -> None:
    """The higher the headings that stay, the smaller all is; but never too small to read."""
    assert zoom_under(frozen) == zoom


@pytest.mark.parametrize("name", ["mazur", "xor", "into-backprop"])
def test_what_must_be_seen_at_once_is_on_a_laptops_screen(name: str) -> None:
    """Step by step shows its values, and Start its whole width, without scrolling sideways."""
    last_column = {"Start": TEXT, "Step by step": VALUE}
    for page, sheet in sheets_of(name):
        if page.title in last_column:
            sizes = sheet.column_dimensions
            columns = range(1, last_column[page.title] + 1)
            letters = [letter for n in columns if not sizes[letter := get_column_letter(n)].hidden]
            widths = [sizes[letter].width if letter in sizes else DEFAULT_WIDTH for letter in letters]
            assert sum(map(column_pixels, widths)) * sheet.sheet_view.zoomScale / 100 <= SCREEN, page.title
