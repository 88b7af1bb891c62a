"""Pages to openpyxl sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Protection
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.workbook.drawing import style
from xlbp.workbook.layout.legal import may_be_illegal, must_be_legal
from xlbp.workbook.package import CellsByRow, formula_cell
from xlbp.workbook.page.cells import link, protect, put_plain_text
from xlbp.workbook.page.dress import LookPart, dress
from xlbp.workbook.page.fitting import page_heights, page_widths
from xlbp.workbook.page.page import Page
from xlbp.workbook.page.zoom import set_zoom, zoom_for
from xlbp.xlsx.new_workbook import new_sheet
from xlbp.xlsx.printing import print_landscape, print_upright


def render(
    page: Page, workbook: Workbook, language: str, protected: bool = True, with_formulas: bool = False
) -> Worksheet:
    """Add the page as a sheet at the end, all but its formulas.

    These are put in, by :func:`formula_cells`, when the package is written: openpyxl would write them without their
    values, and takes long over it.  They are there at once ``with_formulas``, for a book whose values are found when
    it is made.  A protected sheet, which needs no password, lets a person change its input cells only.
    """
    sheet = new_sheet(workbook, page.title)
    _fill(sheet, page)
    if with_formulas:
        _put_formulas(sheet, page)
    _dress_all(sheet, page, language, with_formulas)
    widths = page_widths(page, language)
    for number, width in widths.items():
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, height in page_heights(page, widths, language).items():
        sheet.row_dimensions[number].height = height
    for first_row, first_column, last_row, last_column in page.merged:
        sheet.merge_cells(None, first_row, first_column, last_row, last_column)
    for name, (row, column) in page.names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=page.target(row, column))
    for (row, column), location in page.links.items():
        link(sheet, row, column, location)
    for finish in page.finishing:
        finish(sheet)
    if not page.formats_numbers:
        _format_numbers(sheet, page)
    _fold(sheet, page)
    _protect(sheet, page, protected and page.protected)
    columns = _print_setup(sheet, page)
    _zoom(sheet, widths, page.screen_columns or columns)
    return sheet


def _fold(sheet: Worksheet, page: Page) -> None:
    """Hide what is folded; the row above has the sign that opens it."""
    for row in page.folded:
        sheet.row_dimensions[row].outlineLevel = 1
        sheet.row_dimensions[row].hidden = True
        sheet.row_dimensions[row - 1].collapsed = True
    if page.folded:
        sheet.sheet_properties.outlinePr.summaryBelow = False
        sheet.sheet_format.outlineLevelRow = 1


def put_on(page: Page, sheet: Worksheet, language: str) -> None:
    """Put a page on a sheet that has other things, too, and is wide, protected and printed as these want it."""
    _fill(sheet, page)
    _dress_all(sheet, page, language, with_formulas=False)
    for finish in page.finishing:
        finish(sheet)


def _fill(sheet: Worksheet, page: Page) -> None:
    for cell in page.fixed:
        if isinstance(cell.content, str):
            put_plain_text(sheet, cell.row, cell.column, cell.content)
        else:
            sheet.cell(cell.row, cell.column).value = cell.content


def _put_formulas(sheet: Worksheet, page: Page) -> None:
    """Formulas as cells; openpyxl would look at each of 100,000 for what kind of value it is."""
    for formula in page.formulas:
        cell = _cell_at(sheet, (formula.row, formula.column))
        cell._value, cell.data_type = f"={formula.text}", "f"


def _cell_at(sheet: Worksheet, place: tuple[int, int]) -> Cell:
    """A cell of the sheet, made if it is not there."""
    cell = sheet._cells.get(place)
    if cell is None:
        cell = sheet._cells[place] = Cell(sheet, *place)
    return cell


def _protect(sheet: Worksheet, page: Page, protected: bool) -> None:
    for row, column in (*page.names.values(), *page.unlocked):
        sheet.cell(row, column).protection = Protection(locked=False)
    protect(sheet, protected)


def _dress_all(sheet: Worksheet, page: Page, language: str, with_formulas: bool) -> None:
    """Give each cell its look.  Of formulas it takes the first of a look, or one that is dressed on its own.

    The others take over that one's number alone.
    """
    later = set() if with_formulas else {(f.row, f.column) for f in page.formulas} - _dressed(page)
    known: dict[str, StyleArray] = {}  # of cells that have nothing but the look
    for place, name in page.looks.items():
        if place in later:
            continue
        cell = _cell_at(sheet, place)
        is_plain = cell._style is None
        if is_plain and name in known:
            cell._style = StyleArray(known[name])
            continue
        dress(cell, *_parts_of(style.LOOKS[name], language))
        if is_plain:
            known[name] = cell._style


def _dressed(page: Page) -> set[tuple[int, int]]:
    """The formulas that openpyxl knows as empty cells: the first of each look, and those with a look of their own."""
    firsts: dict[str, tuple[int, int]] = {}
    places = [(f.row, f.column) for f in page.formulas]
    corners = {(row, column) for row, column, _, _ in page.merged}  # whose border goes around all of the area
    for place in places:
        if place not in page.apart:
            firsts.setdefault(page.looks[place], place)
    return {*firsts.values(), *({*places} & (corners | page.apart))}


def formula_cells(page: Page, sheet: Worksheet) -> CellsByRow:
    """The XML of the page's formulas: row by row, by column.  Raises UsageError for one that no cell takes."""
    own = {place: sheet.cell(*place).style_id for place in _dressed(page)}
    shared = {page.looks[place]: style for place, style in own.items() if place not in page.apart}
    cells: CellsByRow = {}
    for f in page.formulas:
        place, address = (f.row, f.column), f.address
        if may_be_illegal(f.text):
            must_be_legal(f"{page.title}!{address}", f.text, "make the network or the formulas smaller")
        number = own[place] if place in own else shared[page.looks[place]]
        cells.setdefault(f.row, {})[f.column] = formula_cell(address, number, f.text, f.value)
    return cells


def _parts_of(look: style.Look, language: str) -> Iterator[LookPart]:
    """What a look is made of."""
    yield style.font(language, look.size, look.bold, look.colour, look.italic)
    yield look.alignment
    if look.fill:
        yield style.fill(look.fill)
    if look.number_format:
        yield look.number_format
    if look.boxed:
        yield style.THIN
    if look.ruled:
        yield style.RULED


def _format_numbers(sheet: Worksheet, page: Page) -> None:
    """Tiny and huge numbers are scientific wherever four decimals would show nothing, or too much, of them."""
    places = [place for place, look in page.looks.items() if style.LOOKS[look].number_format == style.NUMBER]
    if places:
        rows, columns = zip(*places, strict=True)
        first, last = (f"{get_column_letter(f(columns))}{f(rows)}" for f in (min, max))
        sheet.conditional_formatting.add(f"{first}:{last}", style.readable_numbers(first))


def _print_setup(sheet: Worksheet, page: Page) -> int:
    """What is for readers is printed: cells up to a column, and every chart; all of a page that names no column.

    Returns the last column.
    """
    ends = [chart.anchor.to for chart in sheet._charts]  # each chart ends before this cell
    columns = page.print_columns or max((column for _, column in page.looks), default=1)
    rows = [row for row, column in page.looks if column <= columns]
    last = max([1, *rows, *(end.row for end in ends)])
    if page.paper:
        print_upright(sheet, (page.paper.first_column, columns), last, page.paper.starts, page.paper.title)
        return columns
    if page.print_columns:
        columns = max([columns, *(end.col for end in ends)])
        sheet.print_area = f"A1:{get_column_letter(columns)}{last}"
    print_landscape(sheet, columns, last)
    return columns


def _zoom(sheet: Worksheet, widths: Mapping[int, float], columns: int) -> None:
    """As large as shows so many columns on a laptop."""
    shown = (n for n in range(1, columns + 1) if not sheet.column_dimensions[get_column_letter(n)].hidden)
    set_zoom(sheet, zoom_for(widths, shown))
