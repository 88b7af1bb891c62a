"""All that a page has to know of a template, as plain data: what the script shows, and nothing that it computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from xlbp.datafile.numbers import labels
from xlbp.livepage.drawing import Drawing
from xlbp.livepage.formulas import Formulas
from xlbp.livepage.lesson import lesson
from xlbp.livepage.machine import Machine
from xlbp.livepage.paths import Paths
from xlbp.livepage.words import words
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.quantity import NORM, Quantity
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.headings import headings_of
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.sheets.answering import plain_symbol
from xlbp.workbook.sheets.guides import RESULTS, explanation
from xlbp.workbook.sheets.learned.learned import picture_points
from xlbp.workbook.sheets.outcomes import outcomes_of, threshold_of
from xlbp.workbook.sheets.steps.reasons import Reasons

SMALL = 120  # columns of a table that opens with all phases unfolded
MOST_LINES = 24  # in a chart
ALWAYS, MOST_OPEN = ("iteration", "parameters", "loss"), 30  # phases that are unfolded in larger ones, if so narrow
KINDS = ("settings", "inputs", "targets", "constants", "parameters")  # of what can be typed, in the order of the page


@dataclass(frozen=True)
class PageContents:
    """Collects the data of a page; ``given`` are the numbers that it opens with, ``facts`` a training's by NumPy."""

    contents: Contents
    facts: Facts
    given: Mapping[str, float]

    @cached_property
    def machine(self) -> Machine:
        """What computes the page's numbers."""
        return Machine(self.contents.template, self.contents.program)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The page's own count of all quantities: the columns of a row, then the panel."""
        columns = len(self.machine.columns)
        return {name: columns + n for name, n in self.machine.panel.items()} | self.machine.columns

    @cached_property
    def paths(self) -> Paths:
        """The chain rule of each parameter, for the first sample."""
        return Paths(self._lens, self.machine.places)

    @cached_property
    def _lens(self) -> Lens:
        return Lens(self.contents, self.facts)

    @cached_property
    def data(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        contents, texts, machine = self.contents, self.contents.texts, self.machine
        own = contents.template.inputs()
        shown = self.facts.choices
        return {
            "language": texts.language,
            "signs": [texts.facts.decimal, texts.facts.thousands],
            "name": contents.template.name,
            "words": {**words(contents), "objective": contents.symbol(contents.objective)},
            "iterations": contents.layout.iterations,
            "columns": len(machine.columns),
            "panel": len(machine.panel),
            "objective": machine.columns[contents.objective],
            "names": "\n".join(self.numbers_in_order),
            "symbols": "\n".join(self._symbol(name) for name in self.numbers_in_order),
            "own": [own[name] for name in machine.typed],
            "given": [[n, self.given[name]] for n, name in enumerate(machine.typed) if self.given[name] != own[name]],
            "phases": self.phases(),
            "fields": self.fields(),
            "samples": self.samples(),
            "said": self.said(),
            "formulas": self.formulas(),
            "drawing": self.drawing.units(),
            "grids": self.drawing.grids(),
            "parameters": [self.numbers[name] for name in contents.template.parameter_order],
            "gradients": [self.numbers.get(contents.gradient(n), -1) for n in contents.template.parameter_order],
            "paths": self.paths.data,
            "path_texts": list(self.paths.texts),
            "charts": self.charts(),
            "learned": self.learned(),
            "lesson": lesson(contents, self.facts, machine.panel),
            "shown": [shown.iteration, shown.sample, shown.weight - 1],
        }

    @property
    def numbers_in_order(self) -> list[str]:
        """The names of all numbers, in the page's count; a parameter's start has the name of its column."""
        return [*self.machine.columns, *self.machine.panel]

    @property
    def drawing(self) -> Drawing:
        """What is drawn."""
        return Drawing(self.contents, self.numbers)

    def _symbol(self, name: str) -> str:
        """The symbol, '' where it is the name itself."""
        symbol = self.contents.symbol(name)
        return "" if symbol == name else symbol.replace("\n", " ")

    def phases(self) -> list[list[Any]]:
        """The bands of the table: phase, word, whether it is open, its parts with their columns' count, its results.

        Results are columns that stay in sight when it is folded.
        """
        columns, parts = self.contents.program.columns, headings_of(self.contents)
        is_small = len(columns) <= SMALL
        found = []
        for phase, group in groupby(columns, key=lambda column: column.phase):
            band = list(group)
            within = groupby(band, key=lambda column: parts[column.name])
            counted = [[part, len(list(each))] for part, each in within]
            is_open = is_small or (phase in ALWAYS and len(band) <= MOST_OPEN)
            results = [self.numbers[c.name] for c in band if c.name in (*RESULTS, self.contents.objective)]
            found.append([phase, self.contents.texts(f"phase.{phase}"), int(is_open), counted, results])
        return found

    def fields(self) -> list[list[Any]]:
        """What can be typed, by groups: kind, heading, and the places; of a table its headings and classes as well."""
        machine, model, texts = self.machine, self.contents.template.model, self.contents.texts
        groups: dict[str, list[int]] = {}
        tables: dict[str, list[int]] = {}
        for place, name in enumerate(machine.typed):
            quantity = model.quantity(name)
            if not quantity.is_in_table:
                groups.setdefault(self._kind(quantity), []).append(place)
            elif quantity.letter != names.ORDER:
                tables.setdefault(self.contents.column_symbol(quantity), []).append(place)
        found: list[list[Any]] = [
            [kind, texts(f"page.of_{kind}"), places] for kind in KINDS if (places := groups.get(kind))
        ]
        if tables:
            classes = [str(label) for label in labels(model.data.classes)]
            columns = [[title, places] for title, places in tables.items()]
            found.append(["table", texts("sheet.data"), columns, classes, len(model.inputs) - model.data.test])
        return found

    def _kind(self, quantity: Quantity) -> str:
        model = self.contents.template.model
        if quantity in self.contents.template.parameter_order:
            return "parameters"
        if model.inputs and quantity.letter == "x":
            return "inputs"
        if model.inputs and quantity.letter == "t":
            return "targets"
        return "settings" if quantity.is_setting or quantity == names.LEARNING_RATE else "constants"

    def samples(self) -> dict[str, Any]:
        """How many there are in a row, and by number of the first sample's quantities those of the others."""
        marks = self.contents.template.model.marks
        families = []
        for name, number in self.numbers.items():
            quantity = self.contents.quantity(name)
            if quantity.sample != marks[0] or len(marks) == 1:
                continue
            others = [self.numbers.get(quantity.sampled(mark), -1) for mark in marks]
            step = others[1] - number
            is_even = all(other == number + k * step for k, other in enumerate(others))
            families.append([number, step] if is_even else [number, 0, *others])
        return {"count": len(marks), "families": families}

    def said(self) -> dict[str, Any]:
        """What each column is in words, and why it is computed so, for the first sample."""
        reasons, texts = Reasons(self._lens), {"": 0}
        of_columns: list[list[int]] = []
        for column in self.contents.program.columns:
            said = self._said(column)
            why = reasons.of(column) if self._lens.seen(column.name) else ""
            of_columns.append([texts.setdefault(said, len(texts)), texts.setdefault(why, len(texts))])
        return {"texts": list(texts), "what": [n for n, _ in of_columns], "why": [n for _, n in of_columns]}

    def _said(self, column: Column) -> str:
        return explanation(self.contents, column)

    def formulas(self) -> dict[str, Any]:
        """Patterns, and for each column which of them with which places."""
        formulas = Formulas(self.machine.places, self.contents.template.symbols)
        columns = self.contents.program.columns
        given = [n for n, column in enumerate(columns) if column.given]
        found = {"columns": formulas.of_columns(columns), "starts": formulas.of_starts(columns), "given": given}
        return {**found, "patterns": formulas.to_data()}

    def charts(self) -> list[list[Any]]:
        """Title, the numbers that are drawn over the iterations, and whether the axis is logarithmic."""
        contents, texts = self.contents, self.contents.texts
        columns, objective = contents.program.columns, contents.symbol(contents.objective)
        tested = names.LOSS + names.TEST
        losses = [contents.objective, *([tested] if tested in self.machine.columns else [])]
        key = "chart.tested" if len(losses) > 1 else f"chart.{contents.template.kind}.title"
        found = [[texts(key, objective=objective), self._numbers_of(losses), 0]]
        if not contents.template.model.maximize:
            found.append([texts("chart.log", objective=objective), self._numbers_of(losses), 1])
        hits = [name for name in (names.HITS, names.HITS + names.TEST) if name in self.machine.columns]
        norms = [c.name for c in columns if contents.quantity(c.name).relation == NORM]
        moved = list(contents.template.parameter_order)
        found.append([texts("chart.accuracy"), self._numbers_of(hits), 0])
        found.append([texts("chart.parameters", layer=""), self._numbers_of(moved), 0])
        found.append([texts("chart.norms"), self._numbers_of(norms), 1])
        found.append([texts("chart.gradients", layer=""), self._numbers_of(map(contents.gradient, moved)), 0])
        rate = [names.RATE] if names.RATE in self.machine.columns else []
        found.append([texts("chart.rate"), self._numbers_of(rate), 0])
        return [chart for chart in found if chart[1]]

    def _numbers_of(self, wanted: Any) -> list[int]:
        found = [self.machine.columns[name] for name in wanted if name in self.machine.columns]
        return found[:MOST_LINES]

    def learned(self) -> dict[str, Any] | None:
        """The function of one or two inputs: where the samples' numbers stand, and where the answers come."""
        if not picture_points(self.contents):
            return None
        network, machine = self.contents.network, self.machine
        rows = names.rows(len(network.inputs)) if network.stored else network.marks
        answers, outcomes = machine.answers, outcomes_of(self.contents)
        points = [[machine.panel[name.sampled(row)] for name in network.given] for row in rows]
        targets = [[machine.panel[name.sampled(row)] for name in self._targets()] for row in rows]
        return {
            "inputs": [plain_symbol(self.contents, name) for name in network.given],
            "given": [answers[name].number for name in network.given],
            "outputs": [answers[name].number for name in network.predicted],
            "labels": list(outcomes.labels),
            "size": sum(place.array == "A" for place in answers.values()),
            "points": points,
            "targets": targets,
            "classes": list(outcomes.classes),
            "border": threshold_of(network),
            "trained": network.samples,
        }

    def _targets(self) -> Sequence[Quantity]:
        network = self.contents.network
        return network.each_target() if network.data.classes else network.aimed_at
