"""Columns and rows of a page that are as large as their contents."""

from __future__ import annotations

from xlbp.workbook.page.fitting import page_heights, page_widths
from xlbp.workbook.page.page import Page
from xlbp.xlsx.metrics import DEFAULT_HEIGHT, column_pixels, text_width

LONG = "a sentence too long for a column, which runs into those beside it"


def test_a_text_runs_into_empty_cells_and_widens_its_column_only_before_a_full_one() -> None:
    """The column of a text whose neighbour is full has room for all of it."""
    page = Page("page")
    page.text(1, 2, LONG)
    assert page_widths(page, "en") == {}
    page.text(1, 3, "full")
    assert column_pixels(page_widths(page, "en")[2]) >= text_width(LONG)


def test_a_coloured_cell_without_a_text_is_empty() -> None:
    """A heading runs over the rest of its band."""
    page = Page("page")
    page.text(1, 2, LONG, "forward")
    page.text(1, 3, "", "forward")
    assert page_widths(page, "en") == {}


def test_a_text_does_not_run_out_of_what_prints() -> None:
    """The last column that prints is as wide as its text."""
    page = Page("page", print_columns=2)
    page.text(1, 2, LONG)
    assert column_pixels(page_widths(page, "en")[2]) >= text_width(LONG)


def test_a_label_at_the_right_of_its_cell_runs_to_the_left() -> None:
    """In the first column it has nowhere to go."""
    page = Page("page")
    page.text(1, 5, "a label of some length", "label")
    assert page_widths(page, "en") == {}
    page.text(2, 1, "a label of some length", "label")
    assert list(page_widths(page, "en")) == [1]


def test_no_word_of_a_heading_is_broken() -> None:
    """A heading wraps between words; a column has room for the longest."""
    page = Page("page")
    page.text(1, 2, "a sepal_length_in_cm", "column")
    assert column_pixels(page_widths(page, "en")[2]) >= text_width("sepal_length_in_cm", bold=True)


def test_no_number_is_shown_as_signs() -> None:
    """Numbers with ten decimals widen a column; the squares of a map stay, also over a number on its side."""
    page = Page("page")
    page.live(1, 2, "1/3", 1 / 3, "precise")
    page.live(1, 3, "1/3", 1 / 3, "map")
    page.live(1, 4, "1/3", 1 / 3, "map class")
    page.width([2, 3, 4], 3)
    widths = page_widths(page, "en")
    assert column_pixels(widths[2]) >= text_width("0.3333333333")
    assert widths[3] == widths[4] == 3


def test_a_row_is_as_high_as_its_wrapped_text_in_merged_cells() -> None:
    """Over two columns a paragraph takes fewer lines than in one."""
    pages = [Page("one"), Page("two")]
    for page in pages:
        page.text(1, 2, LONG, "paragraph")
        page.text(2, 2, "short", "text")
        page.width([2, 3], 20)
    pages[1].merge(1, 2, 2)
    one, two = (page_heights(page, page.widths, "en") for page in pages)
    assert one[1] > two[1] > DEFAULT_HEIGHT == one[2]


def test_a_height_that_a_page_has_stays() -> None:
    """The squares of a map are no higher than they are wide."""
    page = Page("page", heights={1: 9.0})
    page.text(1, 2, "short")
    assert page_heights(page, {}, "en") == {1: 9.0}


def test_a_heading_in_a_row_of_a_given_height_keeps_to_one_line() -> None:
    """Beside the squares of a map there is no room for a second line."""
    page = Page("page", heights={1: 15.0})
    page.text(1, 2, "x1 of raw data", "column")
    assert column_pixels(page_widths(page, "en")[2]) >= text_width("x1 of raw data", bold=True)
