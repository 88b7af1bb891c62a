"""An empty workbook, and an empty sheet: what is the same in every book and on every sheet.

The first font of a book is that of the style Normal, and all programs count columns in its digits.  It is Arial 10,
whose digits are 7 pixels wide in Excel, and whose widths other systems have in a font of their own.
"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.xlsx.metrics import DEFAULT_HEIGHT, DEFAULT_WIDTH

NORMAL = Font(name="Arial", size=10, family=2)


def new_workbook() -> Workbook:
    """A workbook without a sheet."""
    workbook = Workbook()
    del workbook["Sheet"]
    workbook._fonts = IndexedList([NORMAL])  # openpyxl has no other way to a Normal style that is not Calibri 11
    workbook._named_styles["Normal"].font = NORMAL
    return workbook


def new_sheet(workbook: Workbook, title: str) -> Worksheet:
    """A sheet at the end, without grid lines; a column or row without a size of its own has the same everywhere."""
    sheet = workbook.create_sheet(title)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_format.defaultColWidth = DEFAULT_WIDTH
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = DEFAULT_HEIGHT, True
    return sheet
