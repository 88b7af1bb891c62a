"""The charts sheet: loss (linear and logarithmic), outputs and targets, parameters, gradients, learning rate."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import Reference, ScatterChart
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.graph.program import Column
from xlbp.spec import names
from xlbp.spec.model import Layer, Network
from xlbp.workbook.contents import Contents
from xlbp.workbook.facts import Facts
from xlbp.workbook.page import Page
from xlbp.workbook.plot import COLOURS, add_line, line_chart
from xlbp.workbook.sheets.header import put_title

MOST_LINES = 24
WIDTH, HEIGHT, ROWS = 17.5, 9.0, 19  # centimetres, and sheet rows from chart to chart
LEFT, RIGHT = "B", "K"
LEVEL, FIRST, SCRATCH = 3, 4, 30  # the targets' cells


def charts_page(contents: Contents, facts: Facts) -> Page:
    """The sheet; beside the charts, out of sight, the ends of the lines that show the targets."""
    page = Page(contents.texts("sheet.charts"))
    put_title(page, contents, "charts")
    targets = _put_targets(page, contents, facts)
    page.finishing.append(lambda sheet: _add_charts(sheet, contents, targets))
    page.print_columns, page.print_rows = 20, 2 + ROWS * 4
    return page


def _put_targets(page: Page, contents: Contents, facts: Facts) -> list[tuple[str, int]]:
    """Each target twice, at the first and at the last iteration; returns (symbol, row)."""
    found: list[tuple[str, int]] = []
    if names.RATE not in contents.layout.columns:
        _put_line(page, contents, facts, LEVEL, names.LEARNING_RATE)
    model = contents.template.model
    if not isinstance(model, Network) or model.picks:  # other samples in each row have other targets
        return found
    kept = {f"#{n}" for n in range(model.samples + 1, len(model.inputs) + 1)}
    targets = [name for name in contents.layout.panel if name.startswith("t[")]
    names_of_targets = [name for name in targets if name[name.index("]") + 1 :] not in kept]
    for row, name in enumerate(names_of_targets[:MOST_LINES], start=FIRST):
        _put_line(page, contents, facts, row, name)
        found.append((contents.symbol(name), row))
    return found


def _put_line(page: Page, contents: Contents, facts: Facts, row: int, name: str) -> None:
    """The ends of a level line at the height of an input."""
    for offset, t in enumerate((0.0, float(contents.layout.iterations))):
        page.number(row, SCRATCH + offset, t)
        place, value = contents.address_of(name), facts.value(name)
        page.live(row, SCRATCH + 2 + offset, place, value, "small", abs(value or 0.0))


def _add_charts(sheet: Worksheet, contents: Contents, targets: list[tuple[str, int]]) -> None:
    training = sheet.parent[contents.texts("sheet.training")]
    for number, chart in enumerate(_Charts(contents, training, sheet, targets).all()):
        chart.width, chart.height = WIDTH, HEIGHT
        sheet.add_chart(chart, f"{(LEFT, RIGHT)[number % 2]}{4 + ROWS * (number // 2)}")


class _Charts:
    def __init__(
        self, contents: Contents, training: Worksheet, sheet: Worksheet, targets: list[tuple[str, int]]
    ) -> None:
        self.contents, self.training, self.texts = contents, training, contents.texts
        self.sheet, self.targets = sheet, targets

    def all(self) -> list[ScatterChart]:
        """Every chart this book has, in order; one without a line is left out."""
        objective = self.contents.symbol(self.contents.objective)
        kind = self.contents.template.kind
        loss = self.chart(f"{kind}.title", objective, [self.contents.objective])
        charts = [loss]
        if kind == "network":
            log = self.chart("log", objective, [self.contents.objective])
            log.y_axis.scaling.logBase = 10
            charts += [log, *self.tested(), self.outputs()]
        charts += self.by_layer("parameters", "parameters")
        charts += self.by_layer("gradients", "gradients")
        if kind == "network":
            layers = [names.norm(number) for number in range(1, len(self.layers) + 1)]
            norms = self.chart("norms", "", layers)
            norms.y_axis.scaling.logBase = 10
            charts.append(norms)
        charts.append(self.rate())
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
        """What the network says for each output and sample, and dashed in the same colour what it should say."""
        model = self.contents.template.model
        assert isinstance(model, Network)
        if model.picks:
            return self.chart("outputs", "", [])
        last, number = model.layers[-1], len(model.layers)
        letter = "z" if last.activation == "identity" else "a"
        units = [names.of_unit(letter, number, i, mark) for i in range(1, last.units + 1) for mark in model.marks]
        chart = self.chart("outputs", self.texts("chart.output"), units[: MOST_LINES // 2])
        for position, (symbol, row) in enumerate(self.targets[: MOST_LINES // 2]):
            x = Reference(self.sheet, SCRATCH, row, SCRATCH + 1, row)
            y = Reference(self.sheet, SCRATCH + 2, row, SCRATCH + 3, row)
            add_line(chart, symbol, x, y, COLOURS[position % len(COLOURS)], 1.0, "sysDash")
        return chart

    def tested(self) -> list[ScatterChart]:
        """Training against test: the loss, and the accuracy where it is counted."""
        columns, charts = self.contents.layout.columns, []
        for key, name in (("tested", names.LOSS), ("accuracy", names.HITS)):
            shown = [each for each in (name, name + names.TEST) if each in columns]
            if key == "accuracy" or len(shown) > 1:
                charts.append(self.chart(key, "", shown))
        return charts

    def rate(self) -> ScatterChart:
        """The learning rate by the schedule, or a level line."""
        name = self.contents.symbol(names.LEARNING_RATE)
        if names.RATE in self.contents.layout.columns:
            return self.chart("rate", name, [names.RATE])
        chart = self.chart("rate", name, [])
        chart.legend = None
        ends = [Reference(self.sheet, column, LEVEL, column + 1, LEVEL) for column in (SCRATCH, SCRATCH + 2)]
        add_line(chart, name, *ends)
        return chart

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers of a network."""
        model = self.contents.template.model
        return model.layers if isinstance(model, Network) else ()

    def by_layer(self, phase: str, key: str) -> list[ScatterChart]:
        """A chart per layer of the parameters, or of the gradients."""
        columns = [c for c in self.contents.program.columns if c.phase == phase and not c.name.startswith("|")]
        layers = dict.fromkeys(column.layer for column in columns)
        return [
            self.chart(key, "", [c.name for c in columns if c.layer == layer], layer=self.layer(columns, layer))
            for layer in layers
        ]

    def layer(self, columns: Sequence[Column], layer: int) -> str:
        """``, layer 2`` where there are several."""
        several = len({column.layer for column in columns}) > 1
        return self.texts("chart.of_layer", number=layer) if several else ""
