"""The charts sheet: loss (linear and logarithmic), outputs and targets, parameters, gradients, learning rate."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.graph.program import Column
from xlbp.spec import names
from xlbp.spec.model import Network
from xlbp.workbook import style
from xlbp.workbook.contents import Contents
from xlbp.workbook.plot import add_line, line_chart

MOST_LINES = 24
WIDTH, HEIGHT, ROWS = 17.5, 9.0, 19  # centimetres, and sheet rows from chart to chart
LEFT, RIGHT = "B", "M"


def add_charts(workbook: Workbook, contents: Contents, training: Worksheet) -> Worksheet:
    """Add the sheet with its charts, which read the training sheet's cells."""
    sheet = workbook.create_sheet(contents.texts("sheet.charts"))
    sheet.sheet_view.showGridLines = False
    cell = sheet.cell(1, 2)
    cell.value, cell.font = contents.texts("sheet.charts"), style.font(contents.texts.language, 16, bold=True)
    for number, chart in enumerate(_Charts(contents, training).all()):
        chart.width, chart.height = WIDTH, HEIGHT
        sheet.add_chart(chart, f"{(LEFT, RIGHT)[number % 2]}{3 + ROWS * (number // 2)}")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


class _Charts:
    def __init__(self, contents: Contents, training: Worksheet) -> None:
        self.contents, self.training, self.texts = contents, training, contents.texts

    def all(self) -> list[ScatterChart]:
        """Every chart this book has, in order; one without a line is left out."""
        objective = self.contents.symbol(self.contents.objective)
        kind = self.contents.template.kind
        loss = self.chart(f"{kind}.title", objective, [self.contents.objective])
        charts = [loss]
        if kind == "network":
            log = self.chart("log", objective, [self.contents.objective])
            log.y_axis.scaling.logBase = 10
            charts += [log, self.outputs()]
        charts += self.by_layer("parameters", "parameters")
        charts += self.by_layer("gradients", "gradients")
        return [chart for chart in charts if chart.series]

    def chart(self, key: str, y_title: str, quantities: Sequence[str], **words: object) -> ScatterChart:
        """One chart of some columns over the iterations."""
        symbol = self.contents.symbol(self.contents.objective)
        title = self.texts(f"chart.{key}", objective=symbol, **words)
        chart = line_chart(title, self.texts("chart.iteration"), y_title)
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, self.contents.layout.iterations
        for name in quantities[:MOST_LINES]:
            add_line(chart, self.contents.symbol(name), self.cells(1), self.cells(self.contents.layout.columns[name]))
        if len(quantities) == 1:
            chart.legend = None
        return chart

    def cells(self, column: int) -> Reference:
        """A column of the training sheet, all iterations."""
        layout = self.contents.layout
        return Reference(self.training, min_col=column, min_row=layout.first_row, max_row=layout.last_row)

    def outputs(self) -> ScatterChart:
        """What the network says, for each output and sample; its targets are where the errors are 0."""
        model = self.contents.template.model
        assert isinstance(model, Network)
        last, number = model.layers[-1], len(model.layers)
        letter = "z" if last.activation == "identity" else "a"
        units = [names.of_unit(letter, number, i, mark) for i in range(1, last.units + 1) for mark in model.marks]
        return self.chart("outputs", self.texts("chart.output"), units)

    def by_layer(self, phase: str, key: str) -> list[ScatterChart]:
        """A chart per layer of the parameters, or of the gradients."""
        columns = [column for column in self.contents.program.columns if column.phase == phase]
        layers = dict.fromkeys(column.layer for column in columns)
        return [
            self.chart(key, "", [c.name for c in columns if c.layer == layer], layer=self.layer(columns, layer))
            for layer in layers
        ]

    def layer(self, columns: Sequence[Column], layer: int) -> str:
        """``, layer 2`` where there are several."""
        several = len({column.layer for column in columns}) > 1
        return f", {self.texts('training.layer', number=layer)}" if several else ""
