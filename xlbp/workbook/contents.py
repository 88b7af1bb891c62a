"""What every sheet is made from: the problem, its row, where things stand, and the words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.graph.program import Program
from xlbp.lang import Texts
from xlbp.spec import names
from xlbp.spec.model import Graph, Template
from xlbp.workbook.layout import Layout, quoted

WORDS = {  # quantities that have a word for a symbol
    names.ITERATION: "training.iteration",
    names.EPOCH: "training.epoch",
    names.HITS: "training.accuracy",
    names.HITS + names.TEST: "training.test_accuracy",
}


@dataclass(frozen=True)
class Contents:
    """Handed to each sheet."""

    template: Template
    program: Program
    layout: Layout
    texts: Texts

    def symbol(self, name: str) -> str:
        """The source's symbol of a quantity."""
        if (key := WORDS.get(name)) is not None:
            return self.texts(key)
        return self.template.symbols.get(name, name)

    def bare_symbol(self, name: str) -> str:
        """The symbol without the mark of its sample."""
        return re.sub("⁽ᵀ?[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾", "", self.symbol(name))

    def gradient(self, parameter: str) -> str:
        """The name of a parameter's gradient."""
        if isinstance(self.template.model, Graph):
            return names.total(self.objective, parameter)
        return names.gradient(parameter)

    def address_of(self, name: str) -> str:
        """Where an input stands, as a formula on another sheet needs it."""
        if name in self.layout.panel:
            place = self.layout.panel[name]
            sheet = quoted(self.layout.data_sheet) if place.sheet == "data" else self.training
            return f"{sheet}!{place.address}"
        return f"{self.training}!${get_column_letter(self.layout.columns[name])}${self.layout.first_row}"

    @property
    def training(self) -> str:
        """The training sheet's title as a formula needs it."""
        return quoted(self.texts("sheet.training"))

    @property
    def objective(self) -> str:
        """The name of the quantity that training makes smaller or larger."""
        model = self.template.model
        return model.objective if isinstance(model, Graph) else names.LOSS

    @property
    def data_on_own_sheet(self) -> bool:
        """Whether the batch is too large for the panel."""
        return any(place.sheet == "data" for place in self.layout.panel.values())
