"""The charts sheet: loss (linear and logarithmic), outputs and targets, parameters, gradients, learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from openpyxl.chart import Reference, ScatterChart
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.quantity import NORM, PART, Quantity
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.plot import COLOURS, Cells, add_line, add_named_point, line_chart, name_only
from xlbp.workbook.drawing.style import GREY
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.by_step import Profile, put_profiles
from xlbp.workbook.sheets.header import LABEL_COLUMN, put_header

MOST_LINES, MOST_NAMED = 24, 12  # in a chart, and in its legend
TOP, ROWS, COLUMNS, COLUMN_WIDTH = 5, 18, 9, 7.4  # the first chart's row, and the rows and columns that each takes
GAP, NARROW = 1, 2  # rows from chart to chart, and the width of the column between two
LABEL_WIDTH = 9.5  # of the first column, whose word stands beside the arrows
DIMENSIONS = 2  # of an embedding that can be drawn
LEVEL, FIRST, SCRATCH = 3, 4, 30  # the targets' cells
FLOORED, MOST_FLOORED = SCRATCH + 5, 2_000  # the logarithmic lines' first column, and rows
FLOORS = {names.LOSS: "1E-32", "": "1E-16"}  # what a logarithmic axis shows of 0: a rounding error, squared for a loss


def charts_page(contents: Contents, facts: Facts) -> Page:
    """The sheet; beside the charts, out of sight, the ends of the lines that show the targets."""
    page = Page(contents.texts("sheet.charts"))
    put_header(page, contents, facts, "charts")
    targets = _put_targets(page, contents, facts)
    floored = _put_floored(page, contents, facts)
    profiles = put_profiles(page, contents, facts, FIRST, FLOORED + len(floored) + 1)
    positive = bool(np.all(facts.history[contents.objective] > 0))
    page.finishing.append(
        lambda sheet: _add_charts(sheet, _Charts(contents, sheet, targets, floored, positive, profiles))
    )
    page.print_columns = LABEL_COLUMN + 2 * COLUMNS
    page.width(range(LABEL_COLUMN, page.print_columns + 1), COLUMN_WIDTH)
    page.width([LABEL_COLUMN + COLUMNS], NARROW)
    page.width([LABEL_COLUMN], LABEL_WIDTH)
    return page


def spread(of: int, most: int) -> list[int]:
    """At most so many of the numbers from 0 on, evenly spread, the first and the last among them."""
    return list(range(of)) if of <= most else sorted({round(k * (of - 1) / max(1, most - 1)) for k in range(most)})


def _shown_outputs(contents: Contents) -> tuple[list[int], list[str]]:
    """The numbers of the outputs and the marks of the samples whose lines are drawn.

    There are none where each row has other samples.
    """
    model = contents.template.model
    if not model.output or model.picks:
        return [], []
    outputs = [n + 1 for n in spread(len(model.output), MOST_LINES)]
    return outputs, [model.marks[n] for n in spread(len(model.marks), MOST_LINES // len(outputs))]


def _related(contents: Contents, *relations: str) -> list[Quantity]:
    """The columns of some relations: the lengths of the gradients of weights, the parts of a gradient."""
    every = (contents.quantity(column.name) for column in contents.program.columns)
    return [quantity for quantity in every if quantity.relation in relations]


def _put_targets(page: Page, contents: Contents, facts: Facts) -> dict[str, int]:
    """Each target that is drawn twice, at the first and at the last iteration; returns the rows they stand in."""
    if names.RATE not in contents.layout.columns:
        _put_line(page, contents, facts, LEVEL, names.LEARNING_RATE)
    drawn: dict[str, int] = {}
    model = contents.template.model
    outputs, marks = _shown_outputs(contents)
    rows = dict(zip(model.marks, names.rows(model.batch), strict=True)) if model.stored else {}
    for row, (i, mark) in enumerate(product(outputs, marks), start=FIRST):
        target = model.each_target()[i - 1]
        _put_line(page, contents, facts, row, target.sampled(rows.get(mark, mark)))
        drawn[target.sampled(mark)] = row
    return drawn


def _put_line(page: Page, contents: Contents, facts: Facts, row: int, name: str) -> None:
    """The ends of a level line at the height of an input."""
    for offset, t in enumerate((0.0, float(contents.layout.iterations))):
        page.number(row, SCRATCH + offset, t)
        place, value = contents.address_of(name), facts.value(name)
        page.live(row, SCRATCH + 2 + offset, place, value, "small", abs(value or 0.0))


def _put_floored(page: Page, contents: Contents, facts: Facts) -> dict[str, int]:
    """What has a logarithmic line, kept above 0, of which no program draws a logarithm; returns the columns."""
    if contents.layout.iterations + 1 > MOST_FLOORED or contents.template.model.maximize:
        return {}
    shown = [contents.objective, *_related(contents, NORM)]
    for column, name in enumerate(shown, start=FLOORED):
        floor = FLOORS[names.LOSS if name == contents.objective else ""]
        values, sizes = facts.history[name].tolist(), facts.sizes[name].tolist()
        for t, (value, size) in enumerate(zip(values, sizes, strict=True)):
            shown_value = max(value, float(floor)) if math.isfinite(value) else None
            formula = f"MAX({contents.training}!{contents.layout.cell(name, t)},{floor})"
            page.live(FIRST + t, column, formula, shown_value, "small", size)
    return dict(zip(shown, range(FLOORED, FLOORED + len(shown)), strict=True))


def _add_charts(sheet: Worksheet, charts: _Charts) -> None:
    for number, chart in enumerate(charts.all()):
        down, across = divmod(number, 2)
        corner = (TOP + down * (ROWS + GAP), LABEL_COLUMN + across * (COLUMNS + 1))
        place_chart(sheet, chart, corner, ROWS, COLUMNS)


class _Plane(NamedTuple):
    """An embedding of two dimensions: what its axes and its tokens are called, and each token's vector."""

    layer: int
    axes: tuple[str, str]
    tokens: list[str]
    vectors: list[tuple[Quantity, Quantity]]


def _planes(contents: Contents) -> list[_Plane]:
    """Every embedding of two dimensions that training moves."""
    network, planes = contents.template.model.network, []
    for node in network.nodes:
        if not isinstance(node.block, Embedding) or node.block.size != DIMENSIONS:
            continue
        elements = network.parameters_of(node)[0].elements(node.layer)
        if all(name in contents.layout.columns for name in elements):
            axes = (f"W{node.layer}[·,1]", f"W{node.layer}[·,2]")
            tokens = list(network.data.input_letters or map(str, range(node.block.rows)))
            planes.append(_Plane(node.layer, axes, tokens, list(zip(elements[::2], elements[1::2], strict=True))))
    return planes


class _Charts:
    def __init__(
        self,
        contents: Contents,
        sheet: Worksheet,
        targets: dict[str, int],
        floored: dict[str, int],
        positive: bool,
        profiles: Sequence[Profile],
    ) -> None:
        self.contents, self.training, self.texts = contents, sheet.parent[contents.title], contents.texts
        self.sheet, self.targets, self.floored, self.positive = sheet, targets, floored, positive
        self.profiles = profiles

    def all(self) -> list[ScatterChart]:
        """Every chart this book has, in order; one without a line is left out."""
        objective = self.contents.symbol(self.contents.objective)
        kind = self.contents.template.kind
        loss = self.chart(f"{kind}.title", objective, [self.contents.objective])
        charts = [loss]
        if kind == "network" or (self.positive and self.floored):
            charts.append(self.logarithmic("log", objective, [self.contents.objective]))
        if kind == "network":
            charts += [*self.tested(), self.outputs(), self.norms(), *map(self.by_step, self.profiles)]
            charts += map(self.embedding, _planes(self.contents))
        charts += self.by_layer("parameters", "parameters")
        charts += self.by_layer("gradients", "gradients")
        charts.append(self.rate())
        return [chart for chart in charts if chart.series]

    def chart(self, key: str, y_title: str, quantities: Sequence[str], **words: object) -> ScatterChart:
        """One chart of some columns over the iterations."""
        symbol = self.contents.symbol(self.contents.objective)
        title = self.texts(f"chart.{key}", objective=symbol, **words)
        chart = line_chart(self.texts, title, self.texts("chart.iteration"), y_title)
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, self.contents.layout.iterations
        for name in quantities:
            add_line(chart, self.contents.symbol(name), self.cells(1), self.cells(self.contents.layout.columns[name]))
        if len(quantities) == 1:
            chart.legend = None
        return chart

    def logarithmic(self, key: str, y_title: str, quantities: Sequence[str]) -> ScatterChart:
        """The same with a logarithmic axis, from cells above 0 where the book has them."""
        chart = self.chart(key, y_title, [])
        for name in quantities:
            y = self.cells(self.contents.layout.columns[name])
            if name in self.floored:
                last = FIRST + self.contents.layout.iterations
                y = Cells(self.sheet, min_col=self.floored[name], min_row=FIRST, max_row=last)
            add_line(chart, self.contents.symbol(name), self.cells(1), y)
        if len(quantities) == 1:
            chart.legend = None
        chart.y_axis.scaling.logBase = 10
        return chart

    def cells(self, column: int) -> Reference:
        """A column of the training sheet, all iterations."""
        layout = self.contents.layout
        return Cells(self.training, min_col=column, min_row=layout.first_row, max_row=layout.last_row)

    def outputs(self) -> ScatterChart:
        """What the network says for each output and sample, and dashed what it should say.

        A line each has its colour and its name; where they are many, the lines of an output unit share them.
        """
        outputs, marks = _shown_outputs(self.contents)
        chart = self.chart("outputs", self.texts("chart.output"), [], samples=self.samples(marks))
        lines = [(place, mark) for place in range(len(outputs)) for mark in marks]
        few = len(lines) <= MOST_NAMED
        for number, (place, mark) in enumerate(lines):
            output = self.contents.template.model.output[outputs[place] - 1].sampled(mark)
            colour = COLOURS[(number if few else place) % len(COLOURS)]
            symbol = self.contents.symbol(output) if few or mark != marks[0] else self.contents.bare_symbol(output)
            symbol = " ".join(filter(None, (symbol, self.contents.output_name(output))))
            y = self.cells(self.contents.layout.columns[output])
            add_line(chart, symbol, self.cells(1), y, colour, 2.0 if few else 1.25, "solid")
        for number, (place, mark) in enumerate(lines):
            target = self.contents.template.model.each_target("t", mark)[outputs[place] - 1]
            x, y = self.target(self.targets[target])
            add_line(
                chart,
                self.contents.symbol(target),
                x,
                y,
                COLOURS[number % len(COLOURS)] if few else GREY,
                1.0,
                "sysDash",
            )
        name_only(chart, range(0, len(lines), 1 if few else len(marks))[:MOST_NAMED])
        return chart

    def target(self, row: int) -> tuple[Reference, Reference]:
        """The line of a target: the ends' x, and their y."""
        return (
            Reference(self.sheet, SCRATCH, row, SCRATCH + 1, row),
            Reference(self.sheet, SCRATCH + 2, row, SCRATCH + 3, row),
        )

    def samples(self, marks: Sequence[str]) -> str:
        """Which samples are drawn, where not all of them are."""
        every = self.contents.template.model.marks
        if len(marks) == len(every):
            return ""
        return self.texts("chart.of_samples", numbers=", ".join(str(every.index(mark) + 1) for mark in marks))

    def tested(self) -> list[ScatterChart]:
        """Training against test: the loss, and the accuracy where it is counted."""
        columns, charts = self.contents.layout.columns, []
        for key, name in (("tested", names.LOSS), ("accuracy", names.HITS)):
            shown = [each for each in (name, name + names.TEST) if each in columns]
            if key == "accuracy" or len(shown) > 1:
                charts.append(self.chart(key, "", shown))
            if key == "accuracy" and shown:
                axis = charts[-1].y_axis
                axis.scaling.min, axis.scaling.max, axis.number_format = 0, 1, "0%"
        return charts

    def norms(self) -> ScatterChart:
        """The length of each layer's gradient: where it vanishes or explodes."""
        return self.logarithmic("norms", "", _related(self.contents, NORM))

    def by_step(self, profile: Profile) -> ScatterChart:
        """How the length of the derivative goes from step to step of a recurrent layer: it may vanish, or explode."""
        layer = self.texts("chart.of_layer", number=profile.layer) if len(self.profiles) > 1 else ""
        title = self.texts("chart.by_step", states=profile.states, layer=layer)
        chart = line_chart(self.texts, title, self.texts("chart.step"), "")
        ends = {"min_row": profile.first, "max_row": profile.last}
        x, y = (Cells(self.sheet, min_col=profile.column + offset, **ends) for offset in (0, 1))
        add_line(chart, title, x, y)
        chart.legend, chart.y_axis.scaling.logBase = None, 10
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = 1, profile.last - profile.first + 1
        chart.x_axis.majorUnit = 1
        return chart

    def embedding(self, plane: _Plane) -> ScatterChart:
        """Where each token stands in a plane, with its name: a mark at the end, and the way that training took."""
        chart = line_chart(self.texts, self.texts("chart.embedding", layer=plane.layer), *plane.axes)
        layout = self.contents.layout
        every = [*spread(len(plane.tokens), MOST_LINES)]
        for number, place in enumerate(every):
            x, y = (layout.columns[name] for name in plane.vectors[place])
            add_line(chart, plane.tokens[place], self.cells(x), self.cells(y), COLOURS[number % len(COLOURS)], 1.0)
        for number, place in enumerate(every):
            x, y = (
                Cells(self.training, min_col=layout.columns[name], min_row=layout.last_row, max_row=layout.last_row)
                for name in plane.vectors[place]
            )
            add_named_point(chart, plane.tokens[place], x, y, COLOURS[number % len(COLOURS)])
        chart.legend = None
        return chart

    def rate(self) -> ScatterChart:
        """The learning rate by the schedule, or a level line."""
        name = self.contents.symbol(names.LEARNING_RATE)
        if names.RATE in self.contents.layout.columns:
            return self.chart("rate", name, [names.RATE])
        chart = self.chart("rate", name, [])
        add_line(chart, name, *self.target(LEVEL))
        chart.legend = None
        return chart

    def by_layer(self, phase: str, key: str) -> list[ScatterChart]:
        """A chart per layer, or array, of the parameters, or of the gradients."""
        left_out = set(_related(self.contents, NORM, PART))
        columns = [c for c in self.contents.program.columns if c.phase == phase and c.name not in left_out]
        charts = []
        parts = {column.name: self.part(column) for column in columns}
        several = len(set(parts.values())) > 1
        for part in dict.fromkeys(parts.values()):
            every = [name for name, of in parts.items() if of == part]
            shown = [every[n] for n in spread(len(every), MOST_NAMED)]
            lines = "" if shown == every else self.texts("chart.of_lines", shown=len(shown), all=len(every))
            charts.append(self.chart(key, "", shown, layer=(part if several else "") + lines))
        return charts

    def part(self, column: Column) -> str:
        """``, layer 2``; of a formula of arrays ``, W_Q``."""
        model = self.contents.template.model
        if column.layer:
            return self.texts("chart.of_layer", number=column.layer)
        name = model.array_of(model.quantity(column.name))
        return self.texts("chart.of_array", name=name) if name else ""
