"""Step by step through one unit of a network that is too large to be shown at once.

The reader chooses a layer and a unit.  The sheet has a line for every source and every target that any
unit of the network has, and leaves those blank that the chosen one has not.  What a list comes to
stands above it: z and delta are in sight however many blank lines a list ends with.
"""

from __future__ import annotations

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.entries import colour_told, colour_wrong
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import LAYER, UNIT
from xlbp.workbook.page.live_text import filled, gap, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.header import CHOOSER, CHOOSER_COLUMN, LABEL_COLUMN, put_choice, put_header
from xlbp.workbook.sheets.steps.unit import places
from xlbp.workbook.sheets.steps.unit.parameters import put_gradients, put_update
from xlbp.workbook.sheets.steps.unit.passes import put_backward, put_forward
from xlbp.workbook.sheets.steps.unit.view import UnitView

PHASES = ("forward", "backward", "gradients", "update")
WIDTHS = {places.SYMBOL: 24, places.FORMULA: 24, places.TERM_VALUE: 20, places.NUMBERS: 36, places.VALUE: 14}


def unit_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with every number and every text it must show."""
    page = Page(contents.texts("sheet.steps"))
    put_header(page, contents, facts, "steps", chooser=True, key_suffix="unit")
    row = CHOOSER + (2 if contents.template.model.batch > 1 else 1)
    view = UnitView(page, contents, facts, first=row + 3)
    _put_choices(view, row)
    view.put_scalars()
    for offset, (phase, at) in enumerate(zip(PHASES, view.rows.bands, strict=True)):
        _jump(view, row + 2, places.SYMBOL + offset, phase, at)
        _band(view, at, phase)
    put_forward(view)
    put_backward(view)
    put_gradients(view)
    put_update(view)
    _set_up(view, row)
    return page


def _put_choices(view: UnitView, row: int) -> None:
    """The cells where layer and unit are chosen; beside the unit, which ones the layer has."""
    page, contents, table = view.page, view.contents, view.table
    choices = view.lens.facts.choices
    put_choice(page, contents, row, "layer", (choices.layer, 1, len(table.records)), LAYER)
    put_choice(page, contents, row + 1, "unit", (choices.unit, 1, f"INDEX({table.all_cells('units')},{LAYER})"), UNIT)
    texts, named = contents.texts, {key: gap(key) for key in ("layer", "unit", "last")}
    choice = {
        "layer": (LAYER, str(choices.layer)),
        "unit": (UNIT, str(choices.unit)),
        "last": (table.cell("units"), str(table["units"])),
    }
    good, bad = (filled(texts(f"header.{key}", **named), lambda n, _: choice[n]) for key in ("choose_unit", "no_unit"))
    unreadable = literal(texts("entry.any_whole"))[0]
    formula = f"IFERROR(IF({view.scalar('exists')}=1,{good[0]},{bad[0]}),{unreadable})"
    page.live(row + 1, CHOOSER_COLUMN + 1, formula, good[1] if view.exists else bad[1], "muted")


def _jump(view: UnitView, row: int, column: int, phase: str, target: int) -> None:
    """A link down to a section."""
    page = view.page
    title = f"↓ {view.contents.texts(f'phase.{phase}')}"
    page.way(row, column, title, f"{quoted(page.title)}!A{target}")


def _band(view: UnitView, row: int, phase: str) -> None:
    """The heading of a section, in the colour of its phase."""
    for column in range(places.SYMBOL, view.link_column + 1):
        view.page.text(row, column, view.contents.texts(f"phase.{phase}") if column == places.SYMBOL else "", phase)


def _set_up(view: UnitView, row: int) -> None:
    page, link = view.page, view.link_column
    page.widths.update(WIDTHS)
    page.width([places.MEAN], 14)
    page.width([link], 4)
    page.print_columns = link
    page.finishing.append(lambda sheet: _finish(view, sheet, row))


def _finish(view: UnitView, sheet: Worksheet, row: int) -> None:
    """Helpers out of sight, the choices in sight; numbers that can be read, and a warning that is seen."""
    for column in range(places.AT, places.TABLE + len(view.table.keys)):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    first = row + 3
    sheet.freeze_panes = f"A{first}"
    numbers = f"{get_column_letter(places.TERM_VALUE)}{first}:{get_column_letter(places.MEAN)}{view.rows.last}"
    sheet.conditional_formatting.add(numbers, style.readable_numbers(f"{get_column_letter(places.TERM_VALUE)}{first}"))
    is_wrong = f"NOT(IFERROR({view.scalar('exists')}=1,FALSE))"
    colour_wrong(sheet, f"{get_column_letter(CHOOSER_COLUMN)}{row + 1}", is_wrong)
    colour_told(sheet, row + 1, CHOOSER_COLUMN + 1, is_wrong)
    if view.rows.outgoing:
        heading = view.rows.outgoing - 1
        blank = style.when(f'${get_column_letter(LABEL_COLUMN)}${heading}=""', style.change("FFFFFF"))
        sheet.conditional_formatting.add(
            f"{get_column_letter(places.SYMBOL)}{heading}:{get_column_letter(places.VALUE)}{heading}", blank
        )
