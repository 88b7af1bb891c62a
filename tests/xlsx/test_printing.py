"""On which pages a wide sheet prints."""

from __future__ import annotations

import pytest
from openpyxl.utils import get_column_letter

from xlbp.xlsx.new_workbook import new_sheet, new_workbook
from xlbp.xlsx.page_starts import column_page_starts, row_page_starts
from xlbp.xlsx.printing import MOST_PAGES, print_landscape, print_on_pages

WIDTHS = [50, *[100] * 20]  # a column that is on each page, and twenty more


def test_a_page_begins_with_a_phase_where_the_one_before_is_full_enough() -> None:
    """Ten columns fit; the phases that begin at 9 and 19 begin pages, and the one at 4 would leave a page too empty."""
    assert column_page_starts(WIDTHS, [{4, 9, 19}, {10}], room=1050) == [9, 19]


def test_where_no_phase_begins_a_layer_does() -> None:
    """The second choice is taken where the first has none on the page."""
    assert column_page_starts(WIDTHS, [{3}, {8, 15}], room=1050) == [8, 15]


def test_where_nothing_begins_a_page_is_full() -> None:
    """Ten columns a page."""
    assert column_page_starts(WIDTHS, [], room=1050) == [12]


def test_a_column_wider_than_a_page_is_alone() -> None:
    """No page is without a column."""
    assert column_page_starts([50, 3000, 3000, 100], [], room=1050) == [3, 4]


def test_what_fits_is_one_page() -> None:
    """No break at all."""
    assert column_page_starts(WIDTHS, [{4}], room=5000) == []


@pytest.mark.parametrize(("columns", "fits"), [(15, True), (40, False)])
def test_a_sheet_too_wide_for_a_page_prints_on_several(columns: int, fits: bool) -> None:
    """Up to twice the width of the paper it is made smaller; beyond that nobody could read it."""
    sheet = new_sheet(new_workbook(), "wide")
    print_landscape(sheet, columns)
    assert bool(sheet.sheet_properties.pageSetUpPr.fitToPage) is fits
    assert (sheet.page_setup.scale is None) is fits


def test_hidden_columns_take_no_room() -> None:
    """Thirty of forty columns are helpers out of sight."""
    sheet = new_sheet(new_workbook(), "helpers")
    for column in range(11, 41):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    print_landscape(sheet, 40)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_no_column_is_alone_on_a_page() -> None:
    """Eleven columns of which ten fit are shared by two pages, with five or six on each."""
    [start] = column_page_starts(WIDTHS[:12], [], room=1050)
    assert start in (7, 8)


def test_columns_out_of_sight_keep_nobody_company() -> None:
    """The last column, behind two hidden ones, draws others onto its page."""
    [start] = column_page_starts([50, *[100] * 10, 0, 0, 100], [], room=1050)
    assert start < 11


def test_a_page_of_rows_ends_before_what_it_would_cut() -> None:
    """Ten rows fit; the block from row 8 to 12 begins the second page, and the one from 3 to 30 fits on none."""
    assert row_page_starts([10.0] * 16, [(8, 12)], room=100) == [8]
    assert row_page_starts([10.0] * 16, [(11, 16)], room=100) == [11]
    assert row_page_starts([10.0] * 30, [(1, 30)], room=100) == [11, 21]


@pytest.mark.parametrize(("rows", "columns", "printed"), [(100, 30, 0), (2000, 30, 30), (300, 3000, 1)])
def test_no_heap_of_paper_is_printed(rows: int, columns: int, printed: int) -> None:
    """A few pages print all rows; of many about sixty print, and of a very wide sheet those of its first rows."""
    sheet = new_sheet(new_workbook(), "rows")
    print_on_pages(sheet, (5, 8), columns, ([], []), rows)
    across = len(sheet.col_breaks) + 1
    if not printed:
        assert not sheet.print_area
        return
    last = int(str(sheet.print_area).rpartition("$")[2])
    assert last < rows
    assert (last - 8) % printed == 0
    assert printed == max(1, MOST_PAGES // across)
