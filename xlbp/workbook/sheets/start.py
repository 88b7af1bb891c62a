"""The start sheet: what the book shows, how to use it, what its colours and conventions are."""

from __future__ import annotations

import math

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.spec.model import Graph, Network
from xlbp.workbook import style
from xlbp.workbook.cells import display_width, put_text
from xlbp.workbook.contents import Contents
from xlbp.workbook.layout import quoted

WIDTH = 100.0
BULLET = "•"


def add_start(workbook: Workbook, contents: Contents) -> Worksheet:
    """Add the sheet in front."""
    sheet = workbook.create_sheet(contents.texts("sheet.start"), 0)
    page = _Page(sheet, contents.texts.language)
    texts, template = contents.texts, contents.template
    page.line(texts.of(template.title), size=18, bold=True)
    page.line(texts.of(template.summary))
    if template.source:
        page.line(f"{texts('start.source')}: {texts.of(template.source)}", colour=style.GREY)
    page.heading(texts("start.how"))
    for number in range(1, 6):
        page.item(f"{number}.", _instruction(contents, number))
    _links(page, contents)
    page.heading(texts("start.colours"))
    _legend(page, contents)
    page.heading(texts("start.conventions"))
    for key in conventions(contents):
        page.item(BULLET, _convention(contents, key))
    notes = template.notes.get(texts.language) or template.notes["en"]
    if notes:
        page.heading(texts("start.notes"))
        for note in notes:
            page.item(BULLET, note)
    page.gap()
    page.line(texts("start.made"), colour=style.GREY)
    return sheet


class _Page:
    """A sheet written from top to bottom, as a page of text: a margin, a mark, a wide column."""

    def __init__(self, sheet: Worksheet, language: str) -> None:
        self.sheet, self.language, self.row = sheet, language, 1
        for letter, width in (("A", 3), ("B", 5), ("C", WIDTH)):
            sheet.column_dimensions[letter].width = width
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 9, 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def gap(self) -> None:
        self.row += 1

    def line(self, text: str, size: float = 11, bold: bool = False, colour: str = style.INK) -> None:
        """A paragraph over both columns."""
        if text:
            put_text(self.sheet, self.row, 2, text, style.font(self.language, size, bold, colour), style.WRAPPED)
            self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=2, end_column=3)
            self._fit(text, size)

    def heading(self, text: str) -> None:
        self.gap()
        self.line(text, size=13, bold=True, colour=style.PHASES["gradients"].fill)

    def item(self, mark: str, text: str) -> None:
        put_text(self.sheet, self.row, 2, mark, style.font(self.language, 11), style.WRAPPED)
        put_text(self.sheet, self.row, 3, text, style.font(self.language, 11), style.WRAPPED)
        self._fit(text, 11)

    def _fit(self, text: str, size: float) -> None:
        lines = math.ceil(display_width(text) * size / 11 / (WIDTH - 4))
        self.sheet.row_dimensions[self.row].height = max(1, lines) * size * 1.42 + 2
        self.row += 1


def _instruction(contents: Contents, number: int) -> str:
    texts = contents.texts
    return texts(
        f"start.how{number}",
        training=texts("sheet.training"),
        charts=texts("sheet.charts"),
        eta=contents.symbol("eta"),
    )


def _links(page: _Page, contents: Contents) -> None:
    sheets = ["training", "charts", *(["data"] if contents.data_on_own_sheet else [])]
    for key in sheets:
        title = contents.texts(f"sheet.{key}")
        cell = put_text(page.sheet, page.row, 3, f"→ {title}", style.font(page.language, 11, colour="0563C1"))
        cell.hyperlink = f"#{quoted(title)}!A1"
        cell.font = style.font(page.language, 11, colour="0563C1")
        page.row += 1


def _legend(page: _Page, contents: Contents) -> None:
    """A swatch per phase that this book has, and one for the inputs."""
    used = dict.fromkeys(column.phase for column in contents.program.columns)
    rows = [(style.INPUT.fill, contents.texts("start.input"))]
    rows += [(style.PHASES[phase].fill, contents.texts(f"phase.{phase}")) for phase in used]
    for colour, text in rows:
        page.sheet.cell(page.row, 2).fill = style.fill(colour)
        put_text(page.sheet, page.row, 3, text, style.font(page.language, 11))
        page.row += 1


def _convention(contents: Contents, key: str) -> str:
    model = contents.template.model
    samples = len(model.inputs) if isinstance(model, Network) else 1
    symbol, objective = contents.symbol("eta"), contents.symbol(contents.objective)
    return contents.texts(f"convention.{key}", samples=samples, eta=symbol, objective=objective)


def conventions(contents: Contents) -> list[str]:
    """The conventions this book has to state, by their keys in the language files."""
    model = contents.template.model
    if isinstance(model, Graph):
        functions = {step.operation for step in model.steps}
        return ["local", "ascent" if model.maximize else "descent", *(["relu"] if "relu" in functions else [])]
    activations = {layer.activation for layer in model.layers}
    biases = [layer.bias for layer in model.layers if layer.bias]
    stated = [model.loss]
    stated += ["batch"] if len(model.inputs) > 1 else []
    stated += [name for name in ("relu", "leaky_relu", "softmax") if name in activations]
    stated += ["shared"] if any(bias.shared and bias.trainable for bias in biases) else []
    stated += ["frozen"] if any(not bias.trainable for bias in biases) else []
    return [*stated, "sgd"]
