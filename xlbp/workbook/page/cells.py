"""Small writers of single cells, shared by the sheets."""

from __future__ import annotations

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.page.dress import LookPart, dress


def put_text(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    font: Font,
    alignment: Alignment = style.LEFT,
    *more: LookPart,
) -> Cell:
    """A text with its font, and what else its look is made of."""
    cell = put_plain_text(sheet, row, column, text)
    dress(cell, font, alignment, *more)
    return cell


def put_plain_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Text stays text, whatever it starts with: a label ``=1+1`` is no formula."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if not text:
        return cell  # stays empty, so that a text beside it can run over it
    cell.value = text
    cell.data_type = "s"
    if is_quoted(text):
        cell.style = "Normal"
        cell.quotePrefix = True
    return cell


def is_quoted(text: str) -> bool:
    """Whether a text begins as a formula does, so that its cell has to say that it is none."""
    return text[:1] in "=+-@#"


def put_input(sheet: Worksheet, row: int, column: int, value: float, language: str) -> Cell:
    """A number that a person may change."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = value
    font, fill = style.font(language, bold=True, colour="0033AA"), style.fill(style.INPUT.tint)
    dress(cell, font, fill, style.THIN, style.RIGHT, style.AS_TYPED)
    return cell


def link(sheet: Worksheet, row: int, column: int, location: str) -> None:
    """Make a cell lead to another place of the book, as ``'Training'!F12``.

    The cell itself may come later, as those with formulas do.  What is said when the mouse rests on it is the place:
    Excel would tell the name of the file.
    """
    address = f"{get_column_letter(column)}{row}"
    sheet._hyperlinks.append(Hyperlink(ref=address, location=location, tooltip=location.replace("'", "")))


def protect(sheet: Worksheet, protected: bool = True) -> None:
    """Let a person change unlocked cells only, and no chart be dragged off; widths and heights may be changed."""
    protection = sheet.protection
    protection.sheet = protection.objects = protection.scenarios = protected
    protection.formatColumns = protection.formatRows = False  # openpyxl's False allows it
