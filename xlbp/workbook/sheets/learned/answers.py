"""A table of what the network answers to inputs that are no samples: a row each, by the training's own formulas.

The sheet of the learned function is made of such tables.  Above each stand the parameters it is computed with, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import names_in
from xlbp.template import names
from xlbp.template.notation import IN_TABLE
from xlbp.template.scaling import BY_STATISTIC
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Layout, Place
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data import STATISTIC_ROWS, raw_by_feature

Coordinate = tuple[str, float]  # a formula, and its value
HEIGHT = 5  # rows above the first point: a title, the parameters' symbols and values, an empty one, the headings


@dataclass(frozen=True)
class Output:
    """The answers of one output unit: where the first stands, with values and sizes, point by point."""

    row: int
    column: int
    values: list[float]
    sizes: list[float]

    def address(self, point: int) -> str:
        """The cell of a point, counted from 0."""
        return f"{get_column_letter(self.column)}{self.row + point}"


@dataclass(frozen=True)
class Moment:
    """An iteration whose parameters are taken; ``live`` where it is the chosen one."""

    iteration: int
    live: bool = False


def plain_symbol(contents: Contents, name: str) -> str:
    """The symbol of a quantity of the pass, as it is for any sample."""
    network, quantity = contents.network, contents.quantity(name)
    if network.stored and quantity.letter in IN_TABLE:
        return contents.column_symbol(quantity)
    if quantity.letter == names.PREDICTED:
        return contents.symbol(quantity)
    return contents.bare_symbol(quantity.sampled(network.marks[0]))


def columns_of_answer(contents: Contents) -> list[str]:
    """The columns of the table, in order: the point, then the forward pass."""
    return [*contents.network.given, *(column.name for column in contents.program.answer)]


def put_answers(
    page: Page,
    contents: Contents,
    facts: Facts,
    at: tuple[int, int],
    moment: Moment,
    points: Sequence[Sequence[Coordinate]],
) -> list[Output]:
    """Write the table from the cell ``at`` on; returns each output's column."""
    row, column = at
    page.text(row, column, contents.texts("learned.answers"), "heading")
    local = _put_parameters(page, contents, facts, (row + 1, column), moment)
    places = {name: column + offset for offset, name in enumerate(columns_of_answer(contents))}
    for name, number in places.items():
        page.text(row + HEIGHT - 1, number, plain_symbol(contents, name), "column")
    answers, sizes = facts.reference.answers([[value for _, value in p] for p in points], moment.iteration)
    given = contents.network.given
    write = _local_layout(contents, places, local).writer()
    patterns = [(c.name, write(c.expr)) for c in contents.program.answer]
    for place, point in enumerate(points):
        here = row + HEIGHT + place
        for name, (formula, value) in zip(given, point, strict=True):
            page.live(here, places[name], formula, value, "small", float(sizes[name][place]))
        for name, pattern in patterns:
            value, size = float(answers[name][place]), float(sizes[name][place])
            page.live(here, places[name], pattern.replace("{r}", str(here)), value, "small", size)
    outputs = contents.network.predicted
    return [Output(row + HEIGHT, places[n], answers[n].tolist(), sizes[n].tolist()) for n in outputs]


def _put_parameters(
    page: Page, contents: Contents, facts: Facts, at: tuple[int, int], moment: Moment
) -> dict[str, Place]:
    """The parameters of the iteration side by side: symbols over values."""
    row, column = at
    lens, places = Lens(contents, facts), {}
    for number, name in enumerate(contents.template.entered_with, start=column):
        fixed = f"{contents.training}!{contents.layout.cell(name, moment.iteration)}"
        value, size = (float(of[name][moment.iteration]) for of in (facts.history, facts.sizes))
        page.text(row, number, contents.symbol(name), "column")
        page.live(row + 1, number, lens.in_row(name) if moment.live else fixed, value, "small", size)
        places[name] = Place(HERE, row + 1, number)
    return places


def _local_layout(contents: Contents, places: dict[str, int], parameters: dict[str, Place]) -> Layout:
    """The training's layout with the table's own columns and parameters; statistics stand on the data sheet."""
    panel = {**contents.layout.panel, **parameters}
    for name in {n for column in contents.program.answer for n in names_in(column.expr)}:
        quantity = contents.quantity(name)
        if quantity.letter in STATISTIC_ROWS:
            of_feature = raw_by_feature(contents.template.model, BY_STATISTIC[quantity.letter])[quantity.indices[0]]
            raw = of_feature[0].sampled(names.rows(1)[0])
            panel[name] = Place("data", STATISTIC_ROWS[quantity.letter], contents.layout.panel[raw].column)
    return replace(contents.layout, columns=places, panel=panel, home=contents.title)
