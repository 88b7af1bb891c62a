"""The plane of two hidden units: where the hidden layer puts the samples, and the line at which the output parts them.

The output takes a weighted sum of the two, so that its border is a straight line here, whatever it is on the map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openpyxl.chart import Reference, Series
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.template.activations import ACTIVATIONS
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.drawing.chart_places import place_chart
from xlbp.workbook.drawing.overlay import mark_only
from xlbp.workbook.drawing.plot import add_line, line_chart
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import ITERATION
from xlbp.workbook.page.page import NOT_AVAILABLE, Content, Page
from xlbp.workbook.sheets.answering import Moment, plain_symbol
from xlbp.workbook.sheets.learned.samples import SIDES, group_names, kind_of, middle
from xlbp.workbook.sheets.results.predictions import is_as_in_testing

MOST_SAMPLES, ROWS = 100, 20  # that are drawn; rows of the chart
BEYOND = 0.25  # how far the line goes beyond the samples on both sides
INVERSES = {  # of an output's activation: the weighted sum at which the output has a value
    "identity": lambda value: value,
    "sigmoid": lambda value: math.log(value / (1 - value)),
    "tanh": math.atanh,
}


@dataclass(frozen=True)
class _Plane:
    """The two units, the weights and the bias that the output takes them with, and the sum at its border."""

    units: tuple[Quantity, Quantity]
    weights: tuple[Quantity, Quantity]
    bias: Quantity | None
    level: float


def hidden_plane(network: Network) -> bool:
    """Whether there is such a plane: of one output that tells two sides, right behind two hidden units."""
    return _plane_of(network) is not None


def _plane_of(network: Network) -> _Plane | None:
    if len(network.layers) < 2 or kind_of(network) != SIDES or network.picks or not is_as_in_testing(network):
        return None
    hidden, last = network.layers[-2:]
    inverse = INVERSES.get(last.activation)
    is_plain = last.is_dense and (last.sources, last.units, len(network.marks)) <= (2, 1, MOST_SAMPLES)
    if inverse is None or not is_plain or hidden.units != 2 or len(last.weights) != 2:
        return None
    try:
        level = inverse(middle(network))
    except ValueError:
        return None
    first, second = hidden.outputs(network.marks[0])
    return _Plane((first, second), (last.weights[0], last.weights[1]), last.bias_of(1), level)


class HiddenPlane:
    """The chart and what it is made of: each sample's two numbers, those of each side in a column of their own."""

    def __init__(self, contents: Contents, facts: Facts, at: tuple[int, int], table: tuple[int, int]) -> None:
        plane = _plane_of(contents.network)
        assert plane is not None
        self.plane, self.contents, self.facts = plane, contents, facts
        self.at, self.table = at, table
        self.moment = Moment(facts.choices.iteration, ITERATION)
        self.groups = group_names(contents)

    def put(self, page: Page, columns: int) -> None:
        """The words, and the numbers from the table's cell on; the chart takes so many columns."""
        texts, (row, column) = self.contents.texts, self.at
        symbols = [self.contents.bare_symbol(unit) for unit in self.plane.units]
        shown = {"first": symbols[0], "second": symbols[1]}
        page.text(row, column, texts("learned.hidden", **shown), "heading")
        page.text(row + 1, column, texts("learned.hidden_why", **shown), "muted")
        self.put_samples(page)
        self.put_line(page)
        page.finishing.append(partial(self.finish, symbols=symbols, columns=columns))

    @property
    def marks(self) -> tuple[str, ...]:
        """The samples."""
        return self.contents.network.marks

    @property
    def top(self) -> int:
        """The row of the first sample."""
        return self.table[0] + 2

    def put_samples(self, page: Page) -> None:
        """A row for each: how far right, and in the column of its side how far up."""
        row, column = self.table
        page.text(row, column, self.contents.texts("learned.samples"), "heading")
        for offset, text in enumerate(("→", *(f"↑ {name}" for name in self.groups))):
            page.text(row + 1, column + offset, text, "label")
        level, (target,) = middle(self.contents.network), self.contents.network.aimed_at
        for here, mark in enumerate(self.marks, start=self.top):
            across, up = (unit.sampled(mark) for unit in self.plane.units)
            value, size = self.moment.worth(self.facts, across)
            page.live(here, column, self.moment.fetched(self.contents, across), value, "small", size)
            height, size = self.moment.worth(self.facts, up)
            fetched = self.moment.fetched(self.contents, up)
            cell = self.contents.address_of(target.sampled(mark))
            is_high = self.facts.inputs[target.sampled(mark)] > level
            for k in (0, 1):
                shown = f"{fetched},NA()" if k else f"NA(),{fetched}"
                formula = f"IF(SIGN({cell}-{spreadsheet_number(level)})>0,{shown})"
                content: Content = height if is_high == bool(k) else NOT_AVAILABLE
                page.live(here, column + 1 + k, formula, content, "small", size)

    def put_line(self, page: Page) -> None:
        """Two points of the line w1 h1 + w2 h2 + b = level, left and right of all samples."""
        column, row = self.table[1] + 4, self.top
        values, terms = self.numbers()
        cells = []
        names = [*self.plane.weights, *([self.plane.bias] if self.plane.bias is not None else [])]
        for offset, name in enumerate(names):
            page.text(row + offset, column, self.contents.symbol(name), "label")
            fetched = self.fetched(name)
            page.live(row + offset, column + 1, fetched, values[offset], "small", terms[offset])
            cells.append(f"${get_column_letter(column + 1)}${row + offset}")
        w1, w2, *bias = cells
        letter = get_column_letter(self.table[1])
        area = f"{letter}{self.top}:{letter}{self.top + len(self.marks) - 1}"
        across = [self.moment.worth(self.facts, self.plane.units[0].sampled(mark))[0] for mark in self.marks]
        for offset, (function, sign) in enumerate(((min, "-"), (max, "+"))):
            here = row + 4 + offset
            end = None if any(map(math.isnan, across)) else function(across) + (BEYOND if sign == "+" else -BEYOND)
            page.live(here, column, f"{function.__name__.upper()}({area}){sign}{BEYOND}", end, "small", 2.0)
            less = "".join(f"-{cell}" for cell in bias)
            formula = f"({spreadsheet_number(self.plane.level)}{less}-{w1}*{get_column_letter(column)}{here})/{w2}"
            height, size = self.height(values, terms, end)
            page.live(here, column + 1, formula, height, "small", size)

    def fetched(self, name: Quantity) -> str:
        """A parameter of the chosen iteration, or one that training leaves alone."""
        if name in self.contents.layout.columns:
            return self.moment.fetched(self.contents, name)
        return self.contents.address_of(name)

    def numbers(self) -> tuple[list[float], list[float]]:
        """The weights and the bias, and how large their terms are."""
        names = [*self.plane.weights, *([self.plane.bias] if self.plane.bias is not None else [])]
        of_all = [
            self.moment.worth(self.facts, name)
            if name in self.facts.history
            else (self.facts.inputs[name], abs(self.facts.inputs[name]))
            for name in names
        ]
        return [value for value, _ in of_all], [size for _, size in of_all]

    def height(self, values: Sequence[float], terms: Sequence[float], end: float | None) -> tuple[Content, float]:
        """Where the line is at an end; an error where the second weight is 0."""
        w1, w2, *bias = values
        if end is None or w2 == 0 or any(map(math.isnan, values)):
            return None, 0.0
        height = (self.plane.level - sum(bias) - w1 * end) / w2
        return height, (abs(self.plane.level) + sum(terms) * (1 + abs(end)) + abs(height)) / min(1.0, abs(w2))

    def finish(self, sheet: Worksheet, symbols: Sequence[str], columns: int) -> None:
        """The chart: samples in the colours of the map, and the line."""
        texts, column, network = self.contents.texts, self.table[1], self.contents.network
        chart = line_chart(texts, texts("learned.hidden", first=symbols[0], second=symbols[1]), *symbols)
        line = [Reference(sheet, column + 4 + k, self.top + 4, column + 4 + k, self.top + 5) for k in (0, 1)]
        last = self.top + len(self.marks) - 1
        for k, name in enumerate(self.groups):
            x, y = (Reference(sheet, at, self.top, at, last) for at in (column, column + 1 + k))
            series = Series(y, x, title=name)
            series.smooth = False
            mark_only(series, style.GROUPS[k].ink, style.GROUPS[k].marker, 12)
            chart.series.append(series)
        output = plain_symbol(self.contents, network.predicted[0])
        border = texts("learned.at_border", output=output, level=texts.number(middle(network), "g"))
        add_line(chart, border, line[0], line[1], style.BLACK, 2.0)
        if ACTIVATIONS[network.layers[-2].activation].is_bounded:
            low, unit = (-0.2, 0.2) if network.layers[-2].activation.endswith("sigmoid") else (-1.2, 0.4)
            for axis in (chart.x_axis, chart.y_axis):
                axis.scaling.min, axis.scaling.max, axis.majorUnit = low, 1.2, unit
                axis.number_format = "0.0"  # 3 · 0.4 − 1.2 is not quite 0
        chart.legend.position = "b"
        place_chart(sheet, chart, (self.at[0] + 2, self.at[1]), ROWS, columns)
