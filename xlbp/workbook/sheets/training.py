"""The training sheet: a panel on top, headings in bands, one row per iteration."""

from __future__ import annotations

import math

from openpyxl import Workbook
from openpyxl.styles import Border
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.graph.expr import names_in
from xlbp.graph.program import Column
from xlbp.spec import names
from xlbp.workbook import style
from xlbp.workbook.cells import display_width, put_input, put_text
from xlbp.workbook.contents import Contents, Part
from xlbp.workbook.formula import mathematics
from xlbp.workbook.layout import LABEL_ROW, TITLE_ROW, VALUE_ROW, Place, defined_names, quoted
from xlbp.workbook.sheets.guides import add_guides
from xlbp.workbook.watch import watch_of

NARROW, WIDE = 12.5, 23.0


def add_training(workbook: Workbook, contents: Contents, guided: bool = True) -> Worksheet:
    """Panel, headings, and the first two iteration rows, whose styles the streamed rows take over.

    ``guided`` adds what helps a reader of a sheet that nothing is to be filled in.
    """
    sheet = workbook.create_sheet(contents.title)
    _panel(sheet, contents)
    _headings(sheet, contents)
    _row_styles(sheet, contents)
    _watching(sheet, contents)
    if guided:
        add_guides(sheet, contents)
    layout = contents.layout
    for defined, place in defined_names(layout):
        workbook.defined_names[defined] = DefinedName(defined, attr_text=f"{quoted(sheet.title)}!{place.address}")
    sheet.freeze_panes = f"B{layout.first_row}"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    _print_setup(sheet, contents)
    return sheet


def _panel(sheet: Worksheet, contents: Contents) -> None:
    language = contents.texts.language
    title = contents.texts.of(contents.template.title)
    if contents.part:
        title = f"{contents.part.number}. {contents.part.label}: {title}"
        _way_back(sheet, contents, contents.part)
    put_text(sheet, TITLE_ROW, 1, title, style.font(language, 14, bold=True))
    sheet.row_dimensions[TITLE_ROW].height = 24
    values = contents.template.inputs()
    for name, place in contents.layout.panel.items():
        if place.sheet == "training":
            put_input(sheet, place.row, place.column, values[name], language)
            if place.row == VALUE_ROW:
                _panel_label(sheet, contents, name, place)
    rows = {p.row for p in contents.layout.panel.values() if p.sheet == "training"}
    if len(rows) > 1:
        for number, row in enumerate(sorted(rows), start=1):
            text = str(number)
            put_text(sheet, row, 1, text, style.font(language, 9, colour=style.GREY), style.RIGHT)


def _way_back(sheet: Worksheet, contents: Contents, part: Part) -> None:
    """What stands elsewhere, right of what this training has for itself, and a link to it."""
    own = [place.column for place in contents.layout.panel.values() if place.sheet == "training"]
    key = "comparison.own" if own else "comparison.nothing_own"
    text = contents.texts(key, front=part.front)
    font = style.font(contents.texts.language, colour=style.LOOKS["link"].colour)
    cell = put_text(sheet, VALUE_ROW, max(own, default=0) + 2, text, font)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quoted(part.front)}!A1")


def _panel_label(sheet: Worksheet, contents: Contents, name: str, place: Place) -> None:
    """The symbol over its cell; a column that holds all samples is headed without the sample."""
    symbol = contents.symbol(name)
    if name.endswith("@1"):
        symbol = symbol.removesuffix("⁽¹⁾")
    cell = put_text(
        sheet, LABEL_ROW, place.column, symbol, style.font(contents.texts.language, bold=True), style.CENTRE
    )
    cell.fill, cell.border = style.fill(style.INPUT.fill), style.THIN


def _headings(sheet: Worksheet, contents: Contents) -> None:
    """Four rows: phase, layer, the source's symbol, and the formula in mathematics."""
    language, first = contents.texts.language, contents.layout.first_row
    write = mathematics(contents.template.symbols)
    before: Column | None = None
    lines = 1.0
    for column in contents.program.columns:
        number = contents.layout.columns[column.name]
        band = style.PHASES[column.phase]
        new_phase = before is None or before.phase != column.phase
        new_layer = new_phase or (before is not None and before.layer != column.layer)
        texts = (
            contents.texts(f"phase.{column.phase}") if new_phase and number > 1 else "",
            contents.texts("training.layer", number=column.layer) if new_layer and column.layer else "",
            contents.symbol(column.name),
            _explanation(contents, column, write(column.expr)),
        )
        width = _width(texts[2])
        lines = max(lines, math.ceil(display_width(texts[3]) * 0.9 / (width - 1)))
        sheet.column_dimensions[get_column_letter(number)].width = width
        edge = style.LEFT_EDGE if new_layer and number > 1 else None
        for offset, text in enumerate(texts):
            _heading(sheet, first - 4 + offset, number, text, offset, band, language, edge)
        before = column
    if contents.template.kind == "expression":
        sheet.row_dimensions[first - 3].height = 4  # a graph has no layers
    sheet.row_dimensions[first - 4].height = 18
    sheet.row_dimensions[first - 2].height = 20
    sheet.row_dimensions[first - 1].height = 12.5 * min(lines, 5) + 4
    sheet.column_dimensions["A"].width = 7


def _heading(
    sheet: Worksheet, row: int, column: int, text: str, level: int, band: style.Band, language: str, edge: Border | None
) -> None:
    size, bold, colour = ((11, True, band.ink), (9, False, band.ink), (10, True, style.INK), (9, False, style.DARK))[
        level
    ]
    cell = put_text(
        sheet, row, column, text, style.font(language, size, bold, colour), style.LEFT if level < 2 else style.CENTRE
    )
    cell.fill = style.fill(band.fill if level < 2 else band.tint)
    if edge:
        cell.border = edge


def _explanation(contents: Contents, column: Column, formula: str) -> str:
    """The formula in mathematics; for a parameter, where its value comes from."""
    if column.name == names.ITERATION:
        return ""
    if column.phase == "parameters":
        updated = names_in(column.expr, "prev")[0]
        return f"← {contents.symbol(updated)}"
    return f"= {formula}"


def _width(symbol: str) -> float:
    return min(WIDE, max(NARROW, display_width(symbol) * 1.1 + 2))


def _row_styles(sheet: Worksheet, contents: Contents) -> None:
    """Row 0 with its input cells, row 1 like all others."""
    language, first = contents.texts.language, contents.layout.first_row
    before: Column | None = None
    plain, constant = style.font(language), style.font(language, colour=style.GREY)
    for column in contents.program.columns:
        number = contents.layout.columns[column.name]
        edged = before is not None and (before.phase, before.layer) != (column.phase, column.layer)
        for row in (first, first + 1):
            cell = sheet.cell(row, number)
            cell.font, cell.alignment = constant if _is_constant(column) else plain, style.RIGHT
            cell.number_format = style.INTEGER if _is_count(column) else style.NUMBER
            if column.phase == "iteration":
                cell.fill = style.fill(style.PHASES["iteration"].tint)
            if column.name == contents.objective:  # the one column to watch
                cell.font = style.font(language, bold=True)
                cell.fill = style.fill(style.PHASES[column.phase].tint)
            if edged:
                cell.border = style.LEFT_EDGE
        if column.phase == "parameters" and column.name not in contents.layout.panel:
            start = column.start.payload if column.start else 0
            put_input(sheet, first, number, float(start or 0), language)
        before = column


def _watching(sheet: Worksheet, contents: Contents) -> None:
    """Behind the row: the column that tells whether its formulas are in place; what it is made from is hidden."""
    watch = watch_of(contents)
    if watch is None:
        return
    language, first, number = (
        contents.texts.language,
        contents.layout.first_row,
        column_index_from_string(watch.verdict),
    )
    band = style.PHASES["iteration"]
    texts = (contents.texts("phase.watch"), "", contents.symbol(names.WATCH), contents.texts("watch.explanation"))
    for offset, text in enumerate(texts):
        _heading(sheet, first - 4 + offset, number, text, offset, band, language, style.LEFT_EDGE)
    for column in range(number + 1 - len(watch.letters), number + 1):
        for row in (first, first + 1):
            cell = sheet.cell(row, column)
            cell.font, cell.alignment = style.font(language, 9, colour=style.GREY), style.CENTRE
            cell.number_format = style.IN_PLACE
    for letter in watch.letters[:-1]:
        sheet.column_dimensions[letter].hidden = True


def _is_constant(column: Column) -> bool:
    """Whether a column only repeats an input."""
    return column.phase == "batch" and column.expr.op == "ref"


def _is_count(column: Column) -> bool:
    """Whether a column holds whole numbers: iterations, epochs, samples, dropout's random numbers."""
    return (
        column.phase == "iteration"
        or column.name == names.EPOCH
        or column.name.startswith(f"{names.SAMPLE}[")
        or (column.phase == "dropout" and column.name.startswith("r"))
    )


def _print_setup(sheet: Worksheet, contents: Contents) -> None:
    style.print_landscape(sheet)
    sheet.print_title_rows = f"{contents.layout.first_row - 4}:{contents.layout.first_row - 1}"
