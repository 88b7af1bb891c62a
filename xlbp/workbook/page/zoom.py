"""How large a sheet is shown: on a laptop without scrolling sideways, on a wall so that the third row can read it.

Text can be used from 10 minutes of arc on; 16 is the least that ISO 9241-3 allows for reading at length.  Who sits at
three times the height of a picture, about the third row of a classroom, sees a digit of 10 points, on a picture of
1,920 x 1,080 pixels, under 10.1 minutes at 100 %, 11.1 at 110 %, and 13.2 at 130 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openpyxl.worksheet.worksheet import Worksheet

from xlbp.xlsx.metrics import DEFAULT_WIDTH, column_pixels

SCREEN = (
    1140  # pixels of cells in a window of 1,366: LibreOffice, whose columns are up to 11 % wider, has 1,265 for them
)
SCREEN_HEIGHT = 478  # of 768, less the system's bar, the ribbon, the formula bar, headings, the sheets' names
LEAST, MOST, STEP = 110, 130, 5  # per cent
LEAST_OF_ROWS = 100  # of the sheet with the rows, whose headings stay in sight
ROWS_IN_SIGHT, ROW_PIXELS = 6, 20  # of these rows under the headings


def zoom_for(widths: Mapping[int, float], columns: Iterable[int]) -> int:
    """The zoom, in per cent, at which these columns fill a laptop's screen, between bounds."""
    pixels = sum(column_pixels(widths.get(column, DEFAULT_WIDTH)) for column in columns)
    return _rounded(SCREEN / max(1, pixels), LEAST)


def zoom_under(frozen: float) -> int:
    """The zoom at which some rows are in sight under headings of so many pixels."""
    return _rounded(SCREEN_HEIGHT / (frozen + ROWS_IN_SIGHT * ROW_PIXELS), LEAST_OF_ROWS)


def set_zoom(sheet: Worksheet, per_cent: int) -> None:
    """Show a sheet so large, also when a reader comes back from the preview of its pages."""
    sheet.sheet_view.zoomScale = sheet.sheet_view.zoomScaleNormal = per_cent


def _rounded(share: float, least: int) -> int:
    return max(least, min(MOST, int(share * 100) // STEP * STEP))
