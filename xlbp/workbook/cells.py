"""Small writers of single cells, shared by the sheets."""

from __future__ import annotations

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook import style


def put_text(sheet: Worksheet, row: int, column: int, text: str, font: Font, alignment: Alignment = style.LEFT) -> Cell:
    """A text with its font."""
    cell = put_plain_text(sheet, row, column, text)
    cell.font, cell.alignment = font, alignment
    return cell


def put_plain_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Text stays text, whatever it starts with: a label ``=1+1`` is no formula."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if not text:
        return cell  # stays empty, so that a text beside it can run over it
    cell.value = text
    cell.data_type = "s"
    if text[:1] in "=+-@#":
        cell.style = "Normal"
        cell.quotePrefix = True
    return cell


def put_input(sheet: Worksheet, row: int, column: int, value: float, language: str) -> Cell:
    """A number that a person may change."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = value
    cell.fill, cell.border = style.fill(style.INPUT.tint), style.THIN
    cell.font, cell.alignment = style.font(language, bold=True, colour="0033AA"), style.RIGHT
    cell.number_format = style.AS_TYPED
    return cell


def link(sheet: Worksheet, row: int, column: int, location: str) -> None:
    """Make a cell lead to another place of the book, as ``'Training'!F12``."""
    cell = sheet.cell(row, column)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
