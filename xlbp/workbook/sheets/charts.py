"""The charts sheet: loss (linear and logarithmic), outputs and targets, parameters, gradients, learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.quantity import NORM, PART, Quantity
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import mark_only
from xlbp.workbook.drawing.plot import COLOURS, MARK, Cells, add_line, add_named_point, line_chart, name_only
from xlbp.workbook.drawing.style import BLACK, GREY
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION, Lens
from xlbp.workbook.page.live_text import Piece, literal
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.by_step import Profile, put_profiles
from xlbp.workbook.sheets.header import LABEL_COLUMN, put_header

MOST_LINES, MOST_NAMED = 24, 12  # in a chart, and in its legend
TOP, ROWS, COLUMNS, COLUMN_WIDTH = 5, 18, 9, 7.4  # the first chart's row, and the rows and columns that each takes
GAP, NARROW = 1, 2  # rows from chart to chart, and the width of the column between two
LABEL_WIDTH = 9.5  # of the first column, whose word stands beside the arrows
DIMENSIONS = 2  # of an embedding that can be drawn
FIRST, SCRATCH = 4, 30  # the targets' cells
MARKS, OWN = SCRATCH - 5, SCRATCH - 2  # columns of the marks of the chosen iteration, and of the template's own losses
MOST_EPOCHS = 30  # whose beginnings are lines in a chart
DIP = 10  # how many times less than at both ends a gradient is where its line has a notch
FLOORED, MOST_FLOORED = SCRATCH + 5, 2_000  # the logarithmic lines' first column, and rows
MOST_NOTES = 4  # gradients whose notches are explained
FLOORS = {names.LOSS: "1E-32", "": "1E-16"}  # what a logarithmic axis shows of 0: a rounding error, squared for a loss


def charts_page(contents: Contents, facts: Facts) -> Page:
    """The sheet; beside the charts, out of sight, the ends of the lines that show the targets."""
    page = Page(contents.texts("sheet.charts"))
    put_header(page, contents, facts, "charts")
    targets = _put_targets(page, contents, facts)
    floored = _put_floored(page, contents, facts)
    profiles = put_profiles(page, contents, facts, FIRST, FLOORED + len(floored) + 1)
    charts = _Charts(page, Lens(contents, facts), targets, floored, profiles).all()
    page.finishing.append(lambda sheet: _place(sheet, charts))
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


def _corner(number: int) -> tuple[int, int]:
    """The row and the column where a chart begins, counted from 0."""
    down, across = divmod(number, 2)
    return TOP + down * (ROWS + GAP), LABEL_COLUMN + across * (COLUMNS + 1)


def _place(sheet: Worksheet, charts: Sequence[ScatterChart]) -> None:
    for number, chart in enumerate(charts):
        place_chart(sheet, chart, _corner(number), ROWS, COLUMNS)


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
    """Makes the charts, and puts the cells that they need besides the training on their page."""

    def __init__(
        self, page: Page, lens: Lens, targets: dict[str, int], floored: dict[str, int], profiles: Sequence[Profile]
    ) -> None:
        self.page, self.lens, self.contents, self.texts = page, lens, lens.contents, lens.contents.texts
        self.training = SimpleNamespace(title=self.contents.title)  # all that a reference asks of a sheet
        self.targets, self.floored, self.profiles = targets, floored, profiles
        self.positive = bool(np.all(lens.facts.history[self.contents.objective] > 0))
        self.marks = 0
        self.of_norms: ScatterChart | None = None
        self.of_tests: ScatterChart | None = None  # both losses

    def all(self) -> list[ScatterChart]:
        """Every chart this book has, in order; one without a line is left out."""
        objective = self.contents.symbol(self.contents.objective)
        kind = self.contents.template.kind
        charts: list[ScatterChart | None] = [self.loss(f"{kind}.title", objective)]
        if kind == "network" or (self.positive and self.floored):
            charts.append(self.logarithmic("log", objective, [self.contents.objective]))
        if kind == "network":
            self.of_norms = self.norms()
            charts += [*self.tested(), self.outputs(), self.of_norms, *map(self.by_step, self.profiles)]
            charts += map(self.embedding, _planes(self.contents))
        charts += self.by_layer("parameters", "parameters")
        charts += self.by_layer("gradients", "gradients")
        charts.append(self.rate())
        shown = [chart for chart in charts if chart is not None and chart.series]
        self.explain_notches(shown)
        self.explain_overfitting(shown)
        return shown

    def chart(self, key: str, y_title: str, quantities: Sequence[str], **words: object) -> ScatterChart:
        """One chart of some columns over the iterations."""
        symbol = self.contents.symbol(self.contents.objective)
        title = self.texts(f"chart.{key}", objective=symbol, **words)
        chart = line_chart(self.texts, title, self.texts("chart.iteration"), y_title)
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, self.contents.layout.iterations
        self.show_epochs(chart)
        for name in quantities:
            add_line(chart, self.contents.symbol(name), self.cells(1), self.cells(self.contents.layout.columns[name]))
        if len(quantities) == 1:
            chart.legend = None
        if quantities:
            self.mark(chart, quantities[0])
        return chart

    def loss(self, key: str, y_title: str) -> ScatterChart:
        """The objective; behind it in grey the template's own training, which shows when something is changed."""
        own, name = self.lens.facts.own_losses, self.contents.objective
        if not 0 < len(own) <= MOST_FLOORED or len(own) <= self.contents.layout.iterations:
            return self.chart(key, y_title, [name])
        chart = self.chart(key, y_title, [])
        for t, value in enumerate(own.tolist()):
            if math.isfinite(value):
                self.page.number(FIRST + t, OWN, value)
        add_line(chart, self.texts("chart.own_run"), self.cells(1), self.helper(OWN, FIRST), GREY, 1.5, "sysDash")
        column = self.contents.layout.columns[name]
        add_line(chart, self.contents.symbol(name), self.cells(1), self.cells(column), COLOURS[0])
        chart.legend.position = "b"
        self.mark(chart, name)
        return chart

    def mark(self, chart: ScatterChart, name: str) -> None:
        """A mark on a line at the chosen iteration, which moves with it; the legend does not name it."""
        row = FIRST + self.marks
        self.marks += 1
        floor = FLOORS[names.LOSS if name == self.contents.objective else ""] if self.is_floored(chart, name) else ""
        value, formula = self.lens.value(name), self.lens.in_row(name)
        if floor:
            formula, value = f"MAX({formula},{floor})", None if value is None else max(value, float(floor))
        self.page.live(row, MARKS, ITERATION, float(self.lens.facts.choices.iteration), "integer")
        self.page.live(row, MARKS + 1, formula, value, "small", self.lens.size(name))
        x, y = (Reference(self.page, MARKS + offset, row) for offset in (0, 1))
        series = Series(y, x, title=self.texts("chart.iteration"))
        mark_only(series, BLACK, "diamond", MARK)
        chart.series.append(series)
        if chart.legend is not None:
            left_out = LegendEntry(idx=len(chart.series) - 1, delete=True)
            chart.legend.legendEntry = [*chart.legend.legendEntry, left_out]

    def is_floored(self, chart: ScatterChart, name: str) -> bool:
        """Whether a chart's line of a quantity is kept above 0."""
        return chart.y_axis.scaling.logBase is not None and name in self.floored

    def show_epochs(self, chart: ScatterChart) -> None:
        """A line where each epoch begins, in a book whose rows take a part of the data each."""
        model = self.contents.template.model
        if not model.picks:
            return
        rows = math.ceil((len(model.inputs) - model.data.test) / model.batch)
        if rows > 1 and self.contents.layout.iterations <= rows * MOST_EPOCHS:
            chart.x_axis.majorUnit = rows
            chart.x_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350)))

    def helper(self, column: int, first: int) -> Reference:
        """A column of this page, as many rows as there are iterations."""
        return Cells(self.page, min_col=column, min_row=first, max_row=first + self.contents.layout.iterations)

    def explain_notches(self, charts: Sequence[ScatterChart]) -> None:
        """Below the chart of the gradients' lengths: at which iteration one comes close to 0, and what that looks like.

        It is a live text.  Gradients of mini-batches jump too much for that.
        """
        shown = [chart is self.of_norms for chart in charts]
        norms = [name for name in _related(self.contents, NORM) if name in self.floored]
        if True not in shown or not norms or self.contents.template.model.picks:
            return
        pieces = [self.notch(name) for name in norms[:MOST_NOTES]]
        formula, text = "&".join(formula for formula, _ in pieces), "".join(text for _, text in pieces)
        self.note_below(shown.index(True), formula, text)

    def explain_overfitting(self, charts: Sequence[ScatterChart]) -> None:
        """Below the chart of both losses: when that of the test samples is smallest, and what a rise from there says.

        It is a live text.
        """
        if self.of_tests is None:
            return
        column, last = self.contents.layout.columns[names.LOSS + names.TEST], self.contents.layout.last_row
        letter = get_column_letter(column)
        area = f"{self.contents.training}!${letter}${self.contents.layout.first_row}:${letter}${last}"
        before, after = (literal(part)[0] for part in self.texts("chart.overfitting", iteration="\x01").split("\x01"))
        losses = self.lens.facts.history[names.LOSS + names.TEST]
        is_finite = bool(np.isfinite(losses).all())
        text = self.texts("chart.overfitting", iteration=int(losses.argmin())) if is_finite else ""
        formula = f'IFERROR({before}&(MATCH(MIN({area}),{area},0)-1)&{after},"")'
        place = next(place for place, chart in enumerate(charts) if chart is self.of_tests)
        self.note_below(place, formula, text)

    def note_below(self, place: int, formula: str, text: str) -> None:
        """A live text below the chart at this place in the order."""
        row, column = _corner(place)
        self.page.live(row + ROWS, column, formula, text, "note", sure=False)
        self.page.merge(row + ROWS, column, COLUMNS)

    def notch(self, name: str) -> Piece:
        """What is said of a gradient that is much smaller in the middle than at both ends; nothing of any other."""
        values = np.maximum(self.lens.facts.history[name], float(FLOORS[""]))
        letter, last = get_column_letter(self.floored[name]), FIRST + self.contents.layout.iterations
        area, ends = f"{letter}{FIRST}:{letter}{last}", (f"{letter}{FIRST}", f"{letter}{last}")
        before, after = (
            literal(part)[0]
            for part in self.texts("chart.notch", name=self.contents.symbol(name), iteration="\x01").split("\x01")
        )
        least, place = f"{DIP}*MIN({area})", f"(MATCH(MIN({area}),{area},0)-1)"
        dips = f"AND({least}<{ends[0]},{least}<{ends[1]})"
        formula = f'IFERROR(IF({dips},{before}&{place}&{after},""),"")'
        if not np.all(np.isfinite(values)) or not DIP * values.min() < min(values[0], values[-1]):
            return formula, ""
        return formula, self.texts("chart.notch", name=self.contents.symbol(name), iteration=int(values.argmin()))

    def logarithmic(self, key: str, y_title: str, quantities: Sequence[str]) -> ScatterChart:
        """The same with a logarithmic axis, from cells above 0 where the book has them."""
        chart = self.chart(key, y_title, [])
        chart.y_axis.scaling.logBase = 10
        for name in quantities:
            y = self.cells(self.contents.layout.columns[name])
            if name in self.floored:
                y = self.helper(self.floored[name], FIRST)
            add_line(chart, self.contents.symbol(name), self.cells(1), y)
        if len(quantities) == 1:
            chart.legend = None
        if quantities:
            self.mark(chart, quantities[0])
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
        if lines:
            place, mark = lines[0]
            self.mark(chart, self.contents.template.model.output[outputs[place] - 1].sampled(mark))
        return chart

    def target(self, row: int) -> tuple[Reference, Reference]:
        """The line of a target: the ends' x, and their y."""
        return (
            Reference(self.page, SCRATCH, row, SCRATCH + 1, row),
            Reference(self.page, SCRATCH + 2, row, SCRATCH + 3, row),
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
            if key == "tested" and len(shown) > 1:
                self.of_tests = charts[-1]
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
        title = self.texts("chart.by_step", states=", ".join(profile.states), layer=layer)
        chart = line_chart(self.texts, title, self.texts("chart.step"), "")
        ends = {"min_row": profile.first, "max_row": profile.last}
        x, *lengths = (Cells(self.page, min_col=profile.column + n, **ends) for n in range(1 + len(profile.states)))
        for number, (state, y) in enumerate(zip(profile.states, lengths, strict=True)):
            add_line(chart, state, x, y, COLOURS[number])
        if len(lengths) == 1:
            chart.legend = None
        chart.y_axis.scaling.logBase = 10
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

    def rate(self) -> ScatterChart | None:
        """The learning rate by the schedule; one that stays as it is needs no chart."""
        if names.RATE not in self.contents.layout.columns:
            return None
        return self.chart("rate", self.contents.symbol(names.LEARNING_RATE), [names.RATE])

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
