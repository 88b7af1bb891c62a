"""On the training sheet: the row of the iteration that the other sheets show, the way to it, and where epochs begin."""

from __future__ import annotations

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template import names
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.page import Page

CELL = (1, 1)  # of the way to the row; it tells the marks which row that is, for they may look at their own sheet only
DOWN = "↓ "
GROUND = "FFE08A"
MOST_MARKED = 1_000_000  # cells; of more rows only the first cell is marked, so that the sheet is still drawn quickly


def put_chosen_row(page: Page, contents: Contents, facts: Facts) -> None:
    """In the corner the number of the chosen iteration, a link to its row; and the marks of rows."""
    shown = f'"{DOWN}"&{ITERATION}'
    place = f'"#{quoted(contents.title)}!A"&({contents.layout.first_row}+{ITERATION})'
    page.live(*CELL, f"HYPERLINK({place},{shown})", f"{DOWN}{facts.choices.iteration}", "link")
    page.finishing.append(lambda sheet: _mark(sheet, contents))


def _mark(sheet: Worksheet, contents: Contents) -> None:
    """Rules for all rows at once: the ground of the chosen one, and a line above each epoch but the first."""
    layout = contents.layout
    first, columns = layout.first_row, max(layout.columns.values())
    last = get_column_letter(columns if columns * layout.iterations <= MOST_MARKED else 1)
    is_chosen = f'"{DOWN}"&$A{first}=$A$1'
    sheet.conditional_formatting.add(
        f"A{first}:{last}{layout.last_row}", style.when(is_chosen, style.change(ground=GROUND))
    )
    if names.EPOCH in layout.columns:
        epoch = f"${get_column_letter(layout.columns[names.EPOCH])}"
        begins = style.when(f"{epoch}{first + 1}<>{epoch}{first}", style.change(border=style.LINE_ABOVE))
        sheet.conditional_formatting.add(f"A{first + 1}:{last}{layout.last_row}", begins)
