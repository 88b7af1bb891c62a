"""The data sheet: the samples of a batch that is too large for the panel, a row each."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook import style
from xlbp.workbook.cells import put_input, put_text
from xlbp.workbook.contents import Contents


def add_data(workbook: Workbook, contents: Contents) -> Worksheet:
    """Add the sheet; its cells are inputs, named by their place in the layout."""
    language = contents.texts.language
    sheet = workbook.create_sheet(contents.layout.data_sheet)
    values = contents.template.inputs()
    header = style.font(language, bold=True)
    for name, place in contents.layout.panel.items():
        if place.sheet != "data":
            continue
        put_input(sheet, place.row, place.column, values[name], language)
        put_text(sheet, place.row, 1, str(place.row - 1), style.font(language, 9, colour=style.GREY), style.RIGHT)
        if place.row == 2:
            cell = put_text(sheet, 1, place.column, contents.symbol(name).removesuffix("⁽¹⁾"), header, style.CENTRE)
            cell.fill, cell.border = style.fill(style.INPUT.fill), style.THIN
            sheet.column_dimensions[get_column_letter(place.column)].width = 12
    sheet.freeze_panes = "B2"
    sheet.sheet_view.showGridLines = False
    return sheet
