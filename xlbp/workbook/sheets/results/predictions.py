"""What the network answers to the samples at one iteration, as in testing.

An answer that stands in the row of the training is fetched from there.  A row that picks a few of the samples has not
all of them, and dropout and a batch norm answer otherwise in training: such samples have a forward pass of their own,
beside the table, on the numbers of the data sheet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.template.scaling import INPUTS, TARGETS
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import Layout, Place
from xlbp.workbook.page.facts import Array, Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.answering import Moment, local_layout, plain_symbol, put_parameters, thinned
from xlbp.workbook.sheets.data import STATISTIC_ROWS, raw_by_feature
from xlbp.workbook.sheets.outcomes import places_of

RESULTS_AT = "results_t"  # the defined name of the chosen iteration
MOST_CELLS, MOST_SAMPLES = 10_000, 1_000  # of the forward passes; of samples that are shown
FEWEST_CASES = 4  # of fewer nothing can be told


@dataclass(frozen=True)
class Answer:
    """An output in the units of the data: a formula, what it is worth, and how large its terms are."""

    formula: str
    value: float
    size: float


@dataclass(frozen=True)
class Sample:
    """A sample by its number, from 1, those for testing last."""

    number: int
    is_test: bool


def is_as_in_testing(network: Network) -> bool:
    """Whether a sample is answered in the row of the training as it is in testing."""
    return not network.is_random and not any(node.block.couples for node in network.nodes)


def samples_of(contents: Contents) -> list[Sample]:
    """The samples that are shown: all, or as many, evenly spread, as leave the book quick; those for testing last."""
    network = contents.network
    trained = [Sample(n, False) for n in range(1, network.samples + 1)]
    most = MOST_SAMPLES if _are_in_row(network) else min(MOST_SAMPLES, MOST_CELLS // max(1, len(_own(contents))))
    tested = [Sample(network.samples + n, True) for n in range(1, network.data.test + 1)]
    return [*thinned(trained, most), *thinned(tested, MOST_SAMPLES)]


def cases(contents: Contents) -> int:
    """How many outputs, or groups of outputs that stand together, can be compared with their targets."""
    network = contents.network
    return len(samples_of(contents)) * math.prod(network.outputs_apart)


def _are_in_row(network: Network) -> bool:
    """Whether the row of the training has the answers to all samples that are trained on."""
    return not network.picks and is_as_in_testing(network)


def _own(contents: Contents) -> list[Column]:
    """The columns of a pass of its own: inputs that are scaled, or computed, stand on the data sheet."""
    in_table = (INPUTS.letter, INPUTS.raw)
    return [c for c in contents.program.answer if contents.quantity(c.name).letter not in in_table]


class Predictions:
    """The answers to all samples that are shown; passes of their own are put on the page from ``at`` on.

    The first of them stands in that row, the parameters above it.
    """

    def __init__(self, page: Page, contents: Contents, facts: Facts, at: tuple[int, int]) -> None:
        self.page, self.contents, self.facts = page, contents, facts
        self.network = contents.network
        self.iteration = facts.choices.results_at
        self.moment = Moment(self.iteration, RESULTS_AT)
        self.samples = samples_of(contents)
        self.passes: dict[int, dict[str, Answer]] = {}
        if not _are_in_row(self.network):
            self._put_passes([sample for sample in self.samples if not sample.is_test], at)

    def answers(self, sample: Sample) -> list[list[Answer]]:
        """The outputs of a sample that stand together, place by place."""
        return [[self._answer(name, sample) for name in together] for together in self._places()]

    def _places(self) -> list[list[Quantity]]:
        return places_of(self.network, self.network.predicted)

    def _answer(self, name: Quantity, sample: Sample) -> Answer:
        if sample.number in self.passes:
            return self.passes[sample.number][name]
        mark = f"@T{sample.number - self.network.samples}" if sample.is_test else self.network.marks[sample.number - 1]
        place = self.network.predicted.index(name)
        output = self.network.output[place].sampled(mark)
        value, size = self.moment.worth(self.facts, output)
        fetched = self.moment.fetched(self.contents, output)
        if TARGETS not in self.network.scalings:
            return Answer(fetched, value, size)
        return self._unscaled(name, Answer(fetched, value, size))

    def _unscaled(self, name: Quantity, output: Answer) -> Answer:
        """An output of the row in the units of the data."""
        shift, size = (self.network.statistic(letter, name) for letter in TARGETS.statistics)
        cells = [self._statistic(letter) for letter in (shift, size)]
        less, spread = (self.facts.inputs[letter] for letter in (shift, size))
        formula = f"{output.formula}*{cells[1]}+{cells[0]}"
        return Answer(formula, output.value * spread + less, output.size * abs(spread) + abs(less))

    def _statistic(self, name: Quantity) -> str:
        """Where a statistic of the targets stands."""
        of_feature = raw_by_feature(self.network, TARGETS)[name.indices[0]]
        column = self.contents.layout.panel[of_feature[0].sampled(names.rows(1)[0])].column
        place = Place("data", STATISTIC_ROWS[name.letter], column)
        return f"{self.contents.sheet_of(place)}!{place.address}"

    # passes of their own

    def _put_passes(self, samples: Sequence[Sample], at: tuple[int, int]) -> None:
        """A row for each sample: the forward pass on its inputs as they stand on the data sheet, or the panel."""
        row, column = at
        page, own = self.page, _own(self.contents)
        page.text(row - 5, column, self.contents.texts("results.passes"), "heading")
        parameters = put_parameters(page, self.contents, self.facts, (row - 4, column), self.moment)
        places = {cell.name: column + offset for offset, cell in enumerate(own)}
        for name, number in places.items():
            page.text(row - 1, number, plain_symbol(self.contents, name), "column")
        answers, sizes = self._computed(samples)
        local = local_layout(self.contents, places, parameters)
        for offset, sample in enumerate(samples):
            write = self._on_inputs_of(sample, local).writer()
            here = row + offset
            for cell in own:
                value, size = float(answers[cell.name][offset]), float(sizes[cell.name][offset])
                page.live(here, places[cell.name], write(cell.expr).replace("{r}", str(here)), value, "small", size)
            self.passes[sample.number] = {
                name: Answer(
                    f"{get_column_letter(places[name])}{here}",
                    float(answers[name][offset]),
                    float(sizes[name][offset]),
                )
                for name in self.network.predicted
            }
        page.width(range(column, column + max(len(own), len(parameters))), 9)

    def _computed(self, samples: Sequence[Sample]) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        """What the reference answers."""
        points = np.array([[self.facts.inputs[name] for name in self._raw_inputs(sample)] for sample in samples])
        return self.facts.reference.answers(points.tolist(), self.iteration)

    def _raw_inputs(self, sample: Sample) -> list[Quantity]:
        """What the inputs of a sample are called before any scaling."""
        return [name.sampled(self._row(sample)) for name in self.network.given]

    def _row(self, sample: Sample) -> str:
        """The mark of a sample in the table, or on the panel."""
        return f"#{sample.number}" if self.network.stored else self.network.marks[sample.number - 1]

    def _on_inputs_of(self, sample: Sample, local: Layout) -> Layout:
        """The layout in which the inputs are the cells of a sample."""
        panel = self.contents.layout.panel
        inputs: dict[str, Place] = {name: panel[name.sampled(self._row(sample))] for name in self.network.each_input()}
        return replace(local, panel=local.panel | inputs)
