"""The training sheet: a panel on top, headings in bands, one row per iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from os.path import commonprefix

from openpyxl import Workbook
from openpyxl.styles import Border
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.block import Axis
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents, Part
from xlbp.workbook.layout.formula import mathematics
from xlbp.workbook.layout.layout import (
    HEADING_ROWS,
    LABEL_ROW,
    TITLE_COLUMN,
    TITLE_ROW,
    VALUE_ROW,
    Place,
    defined_names,
    quoted,
)
from xlbp.workbook.layout.watch import watch_of
from xlbp.workbook.page.cells import link, put_input, put_text
from xlbp.workbook.page.dress import LookPart, dress
from xlbp.workbook.page.fitting import fit_rows
from xlbp.workbook.page.headings import headings_of
from xlbp.workbook.page.zoom import set_zoom, zoom_under
from xlbp.workbook.sheets.guides import add_guides
from xlbp.xlsx.metrics import (
    DEFAULT_HEIGHT,
    PADDING,
    PER_POINT,
    column_pixels,
    column_width,
    longest_word,
    shortened,
    text_width,
)
from xlbp.xlsx.new_workbook import new_sheet
from xlbp.xlsx.printing import print_on_pages

NARROW, WIDE = 12.5, 30.0  # the width of a column
LARGE = "−10000.0000)"  # a number for which every column has room
PHASE_SIZE, PART_SIZE = 11, 9  # of what heads a phase, and a layer or another part of it
MOST_LINES, EXPLANATION_SIZE = 6, 9  # of the formula over a column: the headings stay in sight, and must leave room

HEADING_SIZES = ((PHASE_SIZE, True), (PART_SIZE, False), (10, True), (EXPLANATION_SIZE, False))  # points, and if bold


def add_training(workbook: Workbook, contents: Contents, guided: bool = True) -> Worksheet:
    """Panel, headings, and the first two iteration rows, whose styles the streamed rows take over.

    ``guided`` adds what helps a reader of a sheet that nothing is to be filled in.
    """
    sheet = new_sheet(workbook, contents.title)
    _panel(sheet, contents)
    _headings(sheet, contents)
    _row_styles(sheet, contents)
    _watching(sheet, contents)
    _fit_headings(sheet, contents)
    if guided:
        add_guides(sheet, contents)
    layout = contents.layout
    for defined, place in defined_names(layout):
        workbook.defined_names[defined] = DefinedName(defined, attr_text=f"{quoted(sheet.title)}!{place.address}")
    sheet.freeze_panes = f"B{layout.first_row}"
    frozen = sum(sheet.row_dimensions[row].height or DEFAULT_HEIGHT for row in range(1, layout.first_row))
    set_zoom(sheet, zoom_under(frozen * PER_POINT))
    set_pages(sheet, contents)
    return sheet


def _panel(sheet: Worksheet, contents: Contents) -> None:
    language = contents.texts.language
    title = contents.texts.of(contents.template.title)
    if contents.part:
        title = f"{contents.part.number}. {contents.part.label}: {title}"
        _way_back(sheet, contents, contents.part)
    put_text(sheet, TITLE_ROW, TITLE_COLUMN, title, style.font(language, 14, bold=True))
    values = contents.template.inputs()
    for name, place in contents.layout.panel.items():
        if place.sheet == "training":
            put_input(sheet, place.row, place.column, values[name], language)
            if place.row == VALUE_ROW:
                _panel_label(sheet, contents, _panel_symbol(contents, name, place), place)
    rows = {p.row for p in contents.layout.panel.values() if p.sheet == "training"}
    if len(rows) > 1:
        has_steps = contents.template.model.samples == 1 and contents.network.input_shape.axes[-2:-1] == (Axis.STEP,)
        for number, row in enumerate(sorted(rows), start=1):
            text = f"t = {number}" if has_steps else str(number)
            put_text(sheet, row, 1, text, style.font(language, 9, colour=style.GREY), style.RIGHT)


def _way_back(sheet: Worksheet, contents: Contents, part: Part) -> None:
    """What stands elsewhere, right of what this training has for itself, and a link to it."""
    own = [place.column for place in contents.layout.panel.values() if place.sheet == "training"]
    key = "comparison.own" if own else "comparison.nothing_own"
    text = contents.texts(key, front=part.front)
    font = style.font(contents.texts.language, colour=style.LOOKS["link"].colour)
    column = max(own, default=0) + 2
    put_text(sheet, VALUE_ROW, column, text, font)
    link(sheet, VALUE_ROW, column, f"{quoted(part.front)}!A1")


def _panel_symbol(contents: Contents, name: str, place: Place) -> str:
    """What heads a column of the panel: true of all its rows, of which each is a sample, a step, or a row of a map."""
    if contents.quantity(name).sample:
        return contents.bare_symbol(name)
    column = [
        other for other, at in contents.layout.panel.items() if (at.sheet, at.column) == ("training", place.column)
    ]
    if len(column) == 1:
        return contents.symbol(name)
    alike = commonprefix([contents.symbol(other) for other in column])  # noqa: RUF071 - these are no paths
    if alike.endswith("_") and len(alike) > 1:  # x1_1 and x1_2 are x1 at two steps
        return alike[:-1]
    *places, _, last = ("", *contents.quantity(name).indices)  # of a sequence of single numbers the last one only
    indices = [*map(str, filter(None, places)), "·", str(last)] if len(contents.quantity(name).indices) > 1 else ["·"]
    return f"{contents.quantity(name).letter}[{','.join(indices)}]"


def _panel_label(sheet: Worksheet, contents: Contents, symbol: str, place: Place) -> None:
    """The heading over its cell."""
    cell = put_text(
        sheet, LABEL_ROW, place.column, symbol, style.font(contents.texts.language, bold=True), style.CENTRE
    )
    cell.fill, cell.border = style.fill(style.INPUT.fill), style.THIN


def _headings(sheet: Worksheet, contents: Contents) -> None:
    """Four rows: phase, layer with its step or filter, the source's symbol, and the formula in mathematics."""
    language, first = contents.texts.language, contents.layout.first_row
    write = mathematics(contents.template.symbols)
    before: Column | None = None
    parts, starts = headings_of(contents), contents.template.inputs()
    alone = _alone(contents.program.columns, lambda column: column.phase)
    alone_in_part = _alone(contents.program.columns, lambda column: (column.phase, parts[column.name]))
    for column in contents.program.columns:
        number = contents.layout.columns[column.name]
        band = style.PHASES[column.phase]
        new_phase = before is None or before.phase != column.phase
        new_part = new_phase or (before is not None and parts[before.name] != parts[column.name])
        texts = (
            contents.texts(f"phase.{column.phase}") if new_phase and number > 1 else "",
            parts[column.name] if new_part else "",
            contents.heading(column.name),
            _explanation(contents, column, write(column.expr)),
        )
        start = f"{starts[column.name]:.10g})" if column.name in starts else ""
        bands = (texts[0] if column.name in alone else "", texts[1] if column.name in alone_in_part else "")
        width = _width(bands, texts[2], texts[3], language, start)
        texts = (*texts[:3], _brief(texts[3], width, language))
        sheet.column_dimensions[get_column_letter(number)].width = width
        edge = style.LEFT_EDGE if new_part and number > 1 else None
        for offset, text in enumerate(texts):
            _heading(sheet, first - 4 + offset, number, text, offset, band, language, edge)
        before = column
    heading = text_width(contents.texts("training.iteration"), bold=True, language=language)
    sheet.column_dimensions["A"].width = max(7.0, column_width(heading))


def _fit_headings(sheet: Worksheet, contents: Contents) -> None:
    """Rows as high as the headings of all columns need, those that watch a row among them."""
    first = contents.layout.first_row
    fit_rows(sheet, (TITLE_ROW, LABEL_ROW, *range(first - 4, first)), contents.texts.language)
    if not any(headings_of(contents).values()):
        sheet.row_dimensions[first - 3].height = 4  # a graph has no layers


def _heading(
    sheet: Worksheet, row: int, column: int, text: str, level: int, band: style.Band, language: str, edge: Border | None
) -> None:
    size, bold = HEADING_SIZES[level]
    font = style.font(language, size, bold, (band.ink, band.ink, style.INK, style.DARK)[level])
    fill = style.fill(band.fill if level < 2 else band.tint)
    alignment = style.LEFT if level < 2 else style.CENTRE
    apart = [style.HAIR] if level == len(HEADING_SIZES) - 1 else []  # a formula may fill its cell to both sides
    put_text(sheet, row, column, text, font, alignment, fill, *([edge] if edge else apart))


def _explanation(contents: Contents, column: Column, formula: str) -> str:
    """The formula in mathematics; for a parameter, where its value comes from."""
    if column.name == names.ITERATION:
        return ""
    if column.phase == "parameters":
        updated = names_in(column.expr, "prev")[0]
        return f"← {contents.symbol(updated)}"
    return f"= {formula}"


def _alone(columns: Sequence[Column], band: Callable[[Column], object]) -> set[str]:
    """The columns that are the only ones of their band: its name must fit into one."""
    runs = (list(run) for _, run in groupby(columns, key=band))
    return {run[0].name for run in runs if len(run) == 1}


def _width(bands: tuple[str, str], symbol: str, formula: str, language: str, start: str = "") -> float:
    """The width of a column: room for a large number and for all digits of its start, its headings in one line.

    No word of its formula is broken.
    """
    words = (
        text_width(start, bold=True, language=language),
        text_width(LARGE, language=language),
        text_width(bands[0], PHASE_SIZE, bold=True, language=language),
        text_width(bands[1], PART_SIZE, language=language),
        max(text_width(line, bold=True, language=language) for line in symbol.split("\n")),
        longest_word(formula, EXPLANATION_SIZE, language=language),
    )
    return min(WIDE, max(NARROW, column_width(max(words))))


def _brief(formula: str, width: float, language: str) -> str:
    """A formula in as many lines as the heading has; the step-by-step sheet and the cell itself have all of it."""
    return shortened(formula, MOST_LINES, column_pixels(width) - PADDING, EXPLANATION_SIZE, language)


def _row_styles(sheet: Worksheet, contents: Contents) -> None:
    """Row 0 with its input cells, row 1 like all others."""
    language, first = contents.texts.language, contents.layout.first_row
    before: Column | None = None
    plain, constant = style.font(language), style.font(language, colour=style.GREY)
    parts = headings_of(contents)
    for column in contents.program.columns:
        number, band = contents.layout.columns[column.name], (column.phase, parts[column.name])
        edged = before is not None and (before.phase, parts[before.name]) != band
        is_watched = column.name == contents.objective  # the one column to watch
        font = style.font(language, bold=True) if is_watched else plain
        font = constant if _is_constant(column) else font
        for row in (first, first + 1):
            looks: list[LookPart] = [font, style.RIGHT, style.INTEGER if _is_count(contents, column) else style.NUMBER]
            looks += [style.fill(style.PHASES[column.phase].tint)] if is_watched or column.phase == "iteration" else []
            dress(sheet.cell(row, number), *looks, *([style.LEFT_EDGE] if edged else []))
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
    sheet.column_dimensions[watch.verdict].width = _width((texts[0], ""), texts[2], texts[3], language)
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


def _is_count(contents: Contents, column: Column) -> bool:
    """Whether a column holds whole numbers: iterations, epochs, samples, random numbers."""
    quantity = contents.quantity(column.name)
    has_data = bool(contents.template.model.inputs)  # an array of a formula may be called s, too
    is_sample = has_data and quantity.letter == names.SAMPLE and bool(quantity.indices)
    if column.phase == "iteration" or quantity == names.EPOCH or is_sample:
        return True
    tensor = contents.template.model.tensor(quantity)
    return tensor is not None and tensor.is_whole


def set_pages(sheet: Worksheet, contents: Contents) -> None:
    """Pages that begin with a phase or, where a phase is wider than a page, with a layer; for all columns there are."""
    layout, columns = contents.layout, contents.program.columns
    pairs = list(pairwise(columns))
    phases = {layout.columns[now.name] for before, now in pairs if before.phase != now.phase}
    layers = {layout.columns[now.name] for before, now in pairs if before.layer != now.layer}
    headings = layout.first_row - HEADING_ROWS, layout.first_row - 1
    print_on_pages(sheet, headings, sheet.max_column, (phases, layers), layout.last_row)
