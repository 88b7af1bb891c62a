"""What the network's answers are computed with on a sheet of their own: the parameters of an iteration, and statistics.

The formulas are those of the training's own forward pass (:mod:`xlbp.model.answer`), printed for other cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import names_in
from xlbp.template import names
from xlbp.template.notation import IN_TABLE
from xlbp.template.scaling import BY_STATISTIC
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Layout, Place
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data import STATISTIC_ROWS, raw_by_feature

TIE = 1e-9  # outputs that differ by less are equal: rounding must not decide between classes
Item = TypeVar("Item")


def shown_of_largest(cells: Sequence[str], shown: Sequence[str], tie: float = TIE) -> str:
    """What belongs to the largest of some cells, of equal ones to the first; ``shown`` are formulas, one for each."""
    least = f"MAX({','.join(cells)})" + (f"-{tie:.0E}".replace("E-09", "E-9") if tie else "")
    formula = shown[-1]
    for cell, text in reversed(list(zip(cells[:-1], shown[:-1], strict=True))):
        formula = f"IF({cell}>={least},{text},{formula})"
    return formula


def number_of_largest(values: Sequence[float], tie: float = TIE) -> int:
    """The number of the largest value, counted from 1; of equal ones that of the first."""
    return next(number for number, value in enumerate(values, start=1) if value >= max(values) - tie)


def thinned(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[k * len(items) // most] for k in range(most)]


@dataclass(frozen=True)
class Moment:
    """An iteration whose parameters are taken; ``chosen_in`` is the defined name of the cell where it is chosen."""

    iteration: int
    chosen_in: str = ""

    def fetched(self, contents: Contents, name: str) -> str:
        """The formula that fetches a column of the training at this iteration."""
        layout = contents.layout
        if not self.chosen_in:
            return f"{contents.training}!{layout.cell(name, self.iteration)}"
        letter = get_column_letter(layout.columns[name])
        return f"INDEX({contents.training}!${letter}${layout.first_row}:${letter}${layout.last_row},{self.chosen_in}+1)"

    def worth(self, facts: Facts, name: str) -> tuple[float, float]:
        """What it is worth there, and how large its terms are."""
        return float(facts.history[name][self.iteration]), float(facts.sizes[name][self.iteration])


def plain_symbol(contents: Contents, name: str) -> str:
    """The symbol of a quantity of the pass, as it is for any sample."""
    network, quantity = contents.network, contents.quantity(name)
    if network.stored and quantity.letter in IN_TABLE:
        return contents.column_symbol(quantity)
    if quantity.letter == names.PREDICTED:
        return contents.symbol(quantity)
    return contents.bare_symbol(quantity.sampled(network.marks[0]))


def put_parameters(
    page: Page, contents: Contents, facts: Facts, at: tuple[int, int], moment: Moment
) -> dict[str, Place]:
    """The parameters of the iteration side by side: symbols over values."""
    row, column = at
    places = {}
    for number, name in enumerate(contents.template.entered_with, start=column):
        value, size = moment.worth(facts, name)
        page.text(row, number, contents.symbol(name), "column")
        page.live(row + 1, number, moment.fetched(contents, name), value, "small", size)
        places[name] = Place(HERE, row + 1, number)
    return places


def local_layout(contents: Contents, columns: Mapping[str, int], places: Mapping[str, Place]) -> Layout:
    """The training's layout with columns and cells of a sheet's own; statistics stand on the data sheet."""
    panel = {**contents.layout.panel, **places}
    for name in {n for column in contents.program.answer for n in names_in(column.expr)}:
        quantity = contents.quantity(name)
        if quantity.letter in STATISTIC_ROWS:
            of_feature = raw_by_feature(contents.template.model, BY_STATISTIC[quantity.letter])[quantity.indices[0]]
            raw = of_feature[0].sampled(names.rows(1)[0])
            panel[name] = Place("data", STATISTIC_ROWS[quantity.letter], contents.layout.panel[raw].column)
    return replace(contents.layout, columns=dict(columns), panel=panel, home=contents.title)
