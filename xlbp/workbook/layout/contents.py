"""What every sheet is made from: the problem, its row, where things stand, and the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any, TypeVar

from openpyxl.utils import get_column_letter

from xlbp.lang import Texts
from xlbp.symbols.program import Program
from xlbp.template import names
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.notation import without_sample
from xlbp.template.quantity import Quantity
from xlbp.template.template import Template
from xlbp.workbook.layout.layout import SHARED, Layout, Place, quoted
from xlbp.workbook.layout.mine import OwnNumbers

Worked = TypeVar("Worked")
PLACE = re.compile(r"[\d_\[\](),]+$")  # where in a tensor an element stands, behind the letter of its symbol
WORDS = {  # quantities that have a word for a symbol
    names.ITERATION: "training.iteration",
    names.EPOCH: "training.epoch",
    names.HITS: "training.accuracy",
    names.WATCH: "watch.symbol",
    names.HITS + names.TEST: "training.test_accuracy",
}


@dataclass(frozen=True)
class Part:
    """One training of a book that compares several: its number, what sets it apart, its sheet, the front sheet."""

    number: int
    label: str
    sheet: str
    front: str


@dataclass(frozen=True)
class Contents:
    """Handed to each sheet; ``part`` is None in a book of one training.

    ``mine`` are somebody's own numbers, in a book that shows them.
    """

    template: Template
    program: Program
    layout: Layout
    texts: Texts
    part: Part | None = None
    mine: OwnNumbers | None = field(default=None, compare=False)
    _worked_out: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def worked_out(self, work: Callable[[Contents], Worked]) -> Worked:
        """What a function of these contents returns, worked out once: several sheets ask for the same."""
        if work not in self._worked_out:
            self._worked_out[work] = work(self)
        result: Worked = self._worked_out[work]
        return result

    def called_kind(self, kind: str) -> str:
        """A kind of block in the reader's language; one that we have no word for by its own."""
        return self.texts.words.get(f"kind.{kind}", kind)

    @property
    def outline(self) -> str:
        """The problem in one line, in the reader's language."""
        return self.template.model.outline(self.called_kind)

    def symbol(self, name: str) -> str:
        """The source's symbol of a quantity."""
        if (key := WORDS.get(name)) is not None:
            return self.texts(key)
        return self.template.symbols.get(name, name)

    def bare_symbol(self, name: str) -> str:
        """The symbol without the mark of its sample."""
        return without_sample(self.symbol(name))

    def output_name(self, name: str) -> str:
        """What the data calls an output: its class, letter or target; '' for any other quantity, or without a name."""
        model = self.template.model
        return model.network.output_names.get(self.quantity(name).sampled(""), "") if model.output else ""

    def heading(self, name: str) -> str:
        """The symbol, and of an output under it what the data calls it."""
        called = self.output_name(name)
        return f"{self.symbol(name)}\n{called}" if called else self.symbol(name)

    def whole_symbol(self, elements: Sequence[Quantity], ours: str) -> str:
        """What a whole tensor is called: ``b2``; without its layer's number in a book that calls another quantity so.

        The source may number all biases one after the other: its b2 is then an element of the first layer's.
        """
        owners = self.worked_out(_owners_of_symbols).get(ours, set())
        is_its_own = len(elements) == 1 and owners <= {str(element.sampled("")) for element in elements}
        return ours if is_its_own or not owners else PLACE.sub("", ours)

    def family_symbol(self, elements: Sequence[Quantity], ours: str) -> str:
        """What the elements of a tensor are called together, as the source has it: ``state`` of state_1 and state_2.

        It is ``ours`` where the source has no symbols for them, or none that begin alike.
        """
        symbols = [self.bare_symbol(element) for element in elements]
        alike = commonprefix(symbols)  # noqa: RUF071 - these are no paths
        common = symbols[0] if len(symbols) == 1 else PLACE.sub("", alike)
        ours = self.whole_symbol(elements, ours)
        if common and alike == f"{common}_":  # zi_1, zi_2: the number behind is that of a step
            return common
        return ours if PLACE.sub("", common) in ("", PLACE.sub("", ours)) else common

    def tensor_symbols(self, node: Node) -> dict[str, str]:
        """What the source calls what a node computes, by our letter: ``{"g": "a", "c": "state"}``."""
        mark = self.network.marks[0]
        tensors = self.network.tensors_of(node)
        return {t.letter: self.family_symbol(t.elements(node.layer, mark), t.letter) for t in tensors}

    @property
    def network(self) -> Network:
        """The network, for what only networks have."""
        return self.template.model.network

    def column_symbol(self, quantity: Quantity) -> str:
        """The symbol of a column of the data's table, without the number of a row."""
        row = names.rows(1)[0]
        return self.bare_symbol(quantity.sampled(row)).removesuffix(row)

    def quantity(self, name: str) -> Quantity:
        """What the name of a quantity says."""
        return self.template.model.quantity(name)

    def gradient(self, parameter: str) -> Quantity:
        """The name of a parameter's gradient."""
        return self.template.model.gradient(parameter)

    def has(self, name: str) -> bool:
        """Whether a quantity has a cell: in the row, on the panel or in the table."""
        return name in self.layout.columns or name in self.layout.panel

    def address_of(self, name: str) -> str:
        """Where an input stands, as a formula on another sheet needs it."""
        if name in self.layout.panel:
            place = self.layout.panel[name]
            return place.defined if place.sheet == SHARED else f"{self.sheet_of(place)}!{place.address}"
        return f"{self.training}!${get_column_letter(self.layout.columns[name])}${self.layout.first_row}"

    def sheet_of(self, place: Place) -> str:
        """The sheet of a cell of the panel or of the table, as a formula on another sheet needs it."""
        return quoted(self.layout.data_sheet) if place.sheet == "data" else self.training

    @property
    def title(self) -> str:
        """The training sheet's title."""
        return self.part.sheet if self.part else self.texts("sheet.training")

    @property
    def front(self) -> str:
        """The title of the sheet on which the book opens."""
        return self.part.front if self.part else self.texts("sheet.start")

    @property
    def training(self) -> str:
        """The training sheet's title as a formula needs it."""
        return quoted(self.title)

    @property
    def objective(self) -> str:
        """The name of the quantity that training makes smaller or larger."""
        return self.template.model.objective

    @property
    def data_on_own_sheet(self) -> bool:
        """Whether the batch is too large for the panel."""
        return any(place.sheet == "data" for place in self.layout.panel.values())


def _owners_of_symbols(contents: Contents) -> dict[str, set[str]]:
    """By symbol the quantities of one sample, or of all, that have it."""
    owners: dict[str, set[str]] = {}
    for name in (*contents.layout.columns, *contents.layout.panel):
        quantity = contents.quantity(name)
        if not quantity.is_in_table:
            owners.setdefault(contents.bare_symbol(name), set()).add(str(quantity.sampled("")))
    return owners
