"""A new sample of a person's own: its inputs in the units of the data, the prediction, and every cell on the way.

The forward pass is the training's own, as in testing, by the parameters of the chosen iteration.
"""

from __future__ import annotations

import math

from xlbp.symbols.program import Column
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Place
from xlbp.workbook.page.facts import Array, Facts
from xlbp.workbook.page.page import Content, Page
from xlbp.workbook.sheets.answering import Moment, local_layout, plain_symbol, put_parameters
from xlbp.workbook.sheets.header import put_choice, put_title
from xlbp.workbook.sheets.outcomes import NONE, Outcomes, outcomes_of, place_labels, places_of
from xlbp.workbook.sheets.try_it.sample import Sample, put_sample
from xlbp.workbook.sheets.try_it.typed import TRIED_AT

LABELS, TOP = 2, 6  # the column of the labels, the first row of the sample
GAP = 2  # columns between the sample and the prediction


def try_it_page(contents: Contents, facts: Facts) -> Page:
    """The sheet, with the prediction for what stands in its cells."""
    page = Page(contents.texts("sheet.try_it"))
    put_title(page, contents, "try_it")
    last = contents.layout.iterations
    put_choice(page, contents, 3, "try_iteration", (facts.choices.tried_at, 0, last), TRIED_AT)
    page.text(TOP - 1, LABELS, contents.texts("try_it.sample"), "heading")
    sample = put_sample(page, contents, facts, (TOP, LABELS))
    right = sample.last_column + GAP
    bottom = max(sample.last_row, TOP + len(place_labels(contents.network))) + 2
    layers = _Layers(page, contents, facts, sample)
    layers.put(bottom)
    _Prediction(page, contents, layers).put(right)
    page.width([LABELS], 18)
    page.width(range(LABELS + 1, right + 2 + len(outcomes_of(contents).labels)), 10)
    page.width([LABELS + 2], 13)
    return page


class _Layers:
    """The cells of the forward pass, layer by layer: symbols over numbers."""

    def __init__(self, page: Page, contents: Contents, facts: Facts, sample: Sample) -> None:
        self.page, self.contents, self.facts, self.sample = page, contents, facts, sample
        self.network = contents.network
        moment = facts.choices.tried_at
        points = [[value for _, value in sample.inputs]]
        self.answers, self.sizes = facts.reference.answers(points, moment)
        self.moment = Moment(moment, TRIED_AT)
        self.places: dict[str, Place] = {}

    def put(self, row: int) -> None:
        """The inputs, all tensors, and the parameters, from this row on."""
        page, texts = self.page, self.contents.texts
        page.text(row, LABELS, texts("try_it.inputs"), "heading")
        for column, (name, (formula, value)) in enumerate(
            zip(self.network.given, self.sample.inputs, strict=True), start=LABELS + 1
        ):
            page.text(row + 1, column, plain_symbol(self.contents, name), "column")
            page.live(row + 2, column, formula, value, "number")
            self.places[name] = Place(HERE, row + 2, column)
        row += 3
        tensors = self.tensors()
        rows: list[tuple[int, list[Column]]] = []
        layer = 0
        for tensor in tensors:
            if tensor[0].layer != layer:
                layer = tensor[0].layer
                row += 1
                page.text(row, LABELS, self.layer_title(layer), "heading")
                row += 1
            rows.append((row, tensor))
            for column, cell in enumerate(tensor, start=LABELS + 1):
                self.places[cell.name] = Place(HERE, row + 1, column)
            row += 2
        page.text(row + 1, LABELS, texts("try_it.parameters"), "heading")
        self.places |= put_parameters(page, self.contents, self.facts, (row + 2, LABELS + 1), self.moment)
        write = local_layout(self.contents, {}, self.places).writer()
        for at, tensor in rows:
            for column, cell in enumerate(tensor, start=LABELS + 1):
                called = self.contents.output_name(cell.name)
                symbol = plain_symbol(self.contents, cell.name)
                page.text(at, column, f"{symbol}\n{called}" if called else symbol, "column")
                page.live(at + 1, column, write(cell.expr), self.value(cell.name), "number", self.size(cell.name))

    def layer_title(self, number: int) -> str:
        """Which layer it is, and what it does; what is computed behind the last is in the units of the data."""
        if not number:
            return self.contents.texts("try_it.units")
        layer = next(layer for layer in self.network.layers if layer.number == number)
        title = self.contents.texts("training.layer", number=number)
        return self.contents.texts("try_it.layer", layer=title, what=layer.outline(self.contents.called_kind))

    def tensors(self) -> list[list[Column]]:
        """The columns of the pass, those of a tensor together, in the order in which they begin."""
        groups: dict[str, list[Column]] = {}
        for column in self.contents.program.answer:
            groups.setdefault(self.contents.quantity(column.name).tensor, []).append(column)
        return list(groups.values())

    def value(self, name: str) -> float | None:
        """What a cell of the pass is worth; None for an error."""
        value = _first(self.answers[name])
        return value if math.isfinite(value) else None

    def size(self, name: str) -> float:
        """How large its terms are."""
        return _first(self.sizes[name]) if name in self.sizes else 0.0

    def address(self, name: str) -> str:
        """Where it stands."""
        return self.places[name].address


def _first(array: Array) -> float:
    return float(array[0])


class _Prediction:
    """What the outputs say: for each step or place the class, and the outputs with their names."""

    def __init__(self, page: Page, contents: Contents, layers: _Layers) -> None:
        self.page, self.contents, self.layers = page, contents, layers
        self.outcomes: Outcomes = outcomes_of(contents)

    def put(self, column: int) -> None:
        """Headings, then a row for each step or place."""
        page, network, outcomes = self.page, self.contents.network, self.outcomes
        page.text(TOP - 1, column, self.contents.texts("try_it.prediction"), "heading")
        first = column + 1 + bool(outcomes.classes)
        if outcomes.classes:
            page.text(TOP, column + 1, self.contents.texts("try_it.predicted"), "column")
        for offset, label in enumerate(outcomes.labels):
            page.text(TOP, first + offset, label, "column")
        each = places_of(network, network.predicted)
        for row, (label, outputs) in enumerate(zip(place_labels(network), each, strict=True), start=TOP + 1):
            page.text(row, column, label, "label")
            cells = [self.layers.address(name) for name in outputs]
            values = [self.layers.value(name) for name in outputs]
            if outcomes.classes:
                page.live(row, column + 1, *self.said(cells, values), "node")
            for offset, (cell, value, name) in enumerate(zip(cells, values, outputs, strict=True)):
                shown: Content = NONE if value is None else value
                look = "node value" if outcomes.are_small[offset] else "node large"
                page.live(row, first + offset, f'IFERROR({cell},"{NONE}")', shown, look, self.layers.size(name))

    def said(self, cells: list[str], values: list[float | None]) -> tuple[str, str]:
        """The class that the outputs say, as formula and value."""
        numbers = [math.nan if value is None else value for value in values]
        formula = self.outcomes.class_formula(cells, self.outcomes.literals, f'"{NONE}"')
        return formula, self.outcomes.named(self.outcomes.class_of(numbers))
