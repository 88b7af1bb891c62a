"""What the teaching sheets look at: the quantities of one iteration and, in a batch, of one sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.model import Model
from xlbp.template.quantity import Quantity
from xlbp.template.scaling import INPUTS
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import Piece
from xlbp.workbook.page.page import Page

ITERATION, SAMPLE = "show_t", "show_s"  # defined names of what is chosen
CHANNEL, ROW, COLUMN = "show_f", "show_i", "show_j"  # of the place of a map whose window is shown
HEAD = "show_h"  # of an attention
QUERY, KEY = "show_q", "show_k"  # of an attention: the step that asks, and the one that is asked
WEIGHT = "show_w"  # the parameter whose paths are drawn
LAYER, UNIT = "show_l", "show_u"  # the same for a network too large to be shown at once
OF_DATA = {  # what a row is given of the data, by letter and layer
    "x": "input",
    "a0": "input",
    "t": "target",
    names.EPOCH: "epoch",
    names.SAMPLE: "number",
}


KINDS = {  # what a parameter is that training leaves as it is
    Role.BIAS: "frozen",
    Role.WEIGHT: "frozen_weight",
    Role.START: "start",
}


@dataclass(frozen=True)
class Lens:
    """Fetches quantities of the chosen iteration and sample: as a formula, as a value, as a link."""

    contents: Contents
    facts: Facts

    @property
    def model(self) -> Model:
        """What is trained."""
        return self.contents.template.model

    @property
    def samples(self) -> int:
        """How many samples a row holds."""
        return self.model.batch

    @property
    def mark(self) -> str:
        """The mark of the chosen sample, '' where there is but one."""
        return f"@{self.facts.choices.sample}" if self.samples > 1 else ""

    def seen(self, name: str) -> bool:
        """Whether a quantity belongs to the chosen sample, or to all of them."""
        return self.model.quantity(name).sample in ("", self.mark)

    def columns(self) -> list[Column]:
        """The columns of the training sheet that are seen, in order."""
        return [column for column in self.contents.program.columns if self.seen(column.name)]

    def symbol(self, name: str) -> str:
        """The source's symbol, without the sample: that one is chosen at the top."""
        return self.contents.bare_symbol(name)

    def labelled(self, name: str, between: str = " ") -> str:
        """The symbol, and of an output what the data calls it: ``a2[1] setosa``."""
        called = self.contents.output_name(name)
        return f"{self.symbol(name)}{between}{called}" if called else self.symbol(name)

    def kind(self, name: str) -> str:
        """What a number without a formula is, as the key of its text among those of the step sheet."""
        if name in self.contents.template.parameter_order:
            return "parameter"
        quantity = self.model.quantity(name)
        if quantity.is_setting:
            return "setting"
        tensor = self.model.tensor(quantity)
        if tensor is not None and tensor.role in KINDS:
            return tensor.word or KINDS[tensor.role] if tensor.role is Role.START else KINDS[tensor.role]
        if quantity == names.LEARNING_RATE:
            return "rate"
        if not self.model.inputs:
            return "constant"
        kind = OF_DATA.get(quantity.tensor, "constant")
        return f"{kind}_{self.model.scalings[INPUTS]}" if kind == "input" and self.is_scaled(quantity) else kind

    def is_scaled(self, quantity: Quantity) -> bool:
        """Whether an input is made from a given number by the statistics of its feature."""
        return INPUTS in self.model.scalings and quantity.sampled("") not in self.model.network.derived

    def value(self, name: str) -> float | None:
        """What the quantity is worth."""
        return self.facts.value(name)

    def size(self, name: str) -> float:
        """How large the terms are that it is made from."""
        return self.facts.size(name)

    def worth(self, expr: Expr) -> float | None:
        """What an expression of this row's quantities is worth; None for an error."""
        numbers = {name: self.value(name) for name in names_in(expr)}
        arrays = {name: np.asarray(math.nan if number is None else number) for name, number in numbers.items()}
        with np.errstate(all="ignore"):
            value = float(Interpreter(arrays)(expr))
        return value if math.isfinite(value) else None

    def formula(self, name: str) -> str:
        """The formula that fetches it."""
        layout, training = self.contents.layout, self.contents.training
        first, last = self._ends(name)
        stride = sample_stride(self.contents, first)
        along = f",{SAMPLE}" if stride == 1 else f",({SAMPLE}-1)*{stride}+1"
        follows = along if first != last else ""
        if name in layout.columns:
            left, right = (get_column_letter(layout.columns[n]) for n in (first, last))
            block = f"{training}!${left}${layout.first_row}:${right}${layout.last_row}"
            return f"INDEX({block},{ITERATION}+1{follows})"
        place = layout.panel[name]
        home = quoted(layout.data_sheet) if place.sheet == "data" else training
        if not follows:
            return place.defined or f"{home}!{place.address}"
        return f"INDEX({home}!{layout.panel[first].address}:{layout.panel[last].address}{follows})"

    def _ends(self, name: str) -> tuple[str, str]:
        """The same quantity of the first and of the last sample, between which that of the chosen one stands."""
        quantity = self.model.quantity(name)
        if not self.mark or quantity.sample != self.mark:
            return quantity, quantity
        return quantity.sampled("@1"), quantity.sampled(f"@{self.samples}")

    def value_at(self, name: str, iteration: int) -> float | None:
        """What the quantity is worth in another row."""
        value = float(self.facts.history[name][iteration])
        return value if math.isfinite(value) else None

    def in_row(self, name: str, offset: int = 1) -> str:
        """The formula that fetches a column of the chosen iteration, or with 0 of the one before."""
        layout, training = self.contents.layout, self.contents.training
        letter = get_column_letter(layout.columns[name])
        row = f"{ITERATION}+{offset}" if offset else ITERATION
        return f"INDEX({training}!${letter}${layout.first_row}:${letter}${layout.last_row},{row})"

    def of_any_sample(self, name: str) -> str:
        """The formula that fetches it in the chosen iteration, whatever the chosen sample."""
        return self.in_row(name) if name in self.contents.layout.columns else self.contents.address_of(name)

    def put_link(
        self, page: Page, row: int, column: int, name: str, shown: Piece = ('"→"', "→"), size: float = 0.0
    ) -> None:
        """A cell that leads to the one a quantity comes from; ``shown`` is what the reader sees, as formula and value.

        Where the place depends on the chosen iteration or sample only a formula can tell it: a link that belongs to a
        cell always leads to the same place.  (Google Sheets, which knows no formula of this kind, does not follow it.)
        """
        address = self._address(name)
        if address is not None:
            formula, value = f'HYPERLINK("#{quoted(self._home(name))}!"&{address},{shown[0]})', shown[1]
            page.live(row, column, formula, value, "link", size)
            return
        location = f"{quoted(self._home(name))}!{self.contents.layout.panel[name].address.replace('$', '')}"
        if shown[0].startswith('"'):
            page.way(row, column, shown[1], location)
        else:
            page.live(row, column, *shown, "link", size)
            page.links[row, column] = location

    def _home(self, name: str) -> str:
        """The sheet on which a quantity stands."""
        place = self.contents.layout.panel.get(name)
        return self.contents.layout.data_sheet if place and place.sheet == "data" else self.contents.title

    def _address(self, name: str) -> str | None:
        """The formula of where a quantity stands, None where that does not depend on what is chosen."""
        layout, (first, last) = self.contents.layout, self._ends(name)
        stride = sample_stride(self.contents, first)
        steps = f"+{SAMPLE}-1" if stride == 1 else f"+({SAMPLE}-1)*{stride}"
        along = steps if first != last else ""
        if name in layout.columns:
            return f"ADDRESS({layout.first_row}+{ITERATION},{layout.columns[first]}{along},4)"
        place = layout.panel[first]
        return f"ADDRESS({place.row}{along},{place.column},4)" if along else None


def sample_stride(contents: Contents, name: str) -> int:
    """How many columns lie from one sample of a quantity to the next, on the training sheet.

    Samples stand side by side, except where several quantities are written for one sample after the other: a gate and
    its activation, a loss and whether it is a hit.
    """
    quantity, columns = contents.template.model.quantity(name), contents.layout.columns
    first, second = quantity.sampled("@1"), quantity.sampled("@2")
    return columns[second] - columns[first] if quantity.sample and second in columns else 1
