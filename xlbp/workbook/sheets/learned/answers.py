"""A table of what the network answers to inputs that are no samples: a row each, by the training's own formulas.

The sheet of the learned function is made of such tables.  Above each stand the parameters it is computed with, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from xlbp.symbols.expr import names_in
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import HERE, Layout, Place
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.data import FIRST_STATISTIC, SECOND_STATISTIC

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


def network_of(contents: Contents) -> Network:
    """The network; a graph has no answers."""
    assert isinstance(contents.template.model, Network)
    return contents.template.model


def output_names(network: Network) -> list[str]:
    """What the last layer's outputs are called."""
    last, number = network.layers[-1], len(network.layers)
    letter = "z" if last.activation == "identity" else "a"
    return [names.of_unit(letter, number, i) for i in range(1, last.units + 1)]


def mark_of(network: Network, name: str) -> str:
    """The mark of the first sample, in the table for what stands there."""
    return "#1" if network.stored and name.startswith(("x[", "raw[", "t[")) else network.marks[0]


def plain_symbol(contents: Contents, name: str) -> str:
    """The symbol of a quantity of the pass, as it is for any sample."""
    return contents.bare_symbol(name + mark_of(network_of(contents), name)).removesuffix("#1")


def columns_of_answer(contents: Contents) -> list[str]:
    """The columns of the table, in order: the point, then the forward pass."""
    return [*network_of(contents).given, *(column.name for column in contents.program.answer)]


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
    found, sizes = facts.reference.answers([[value for _, value in p] for p in points], moment.iteration)
    given = network_of(contents).given
    write = _local_layout(contents, places, local).writer()
    patterns = [(c.name, write(c.expr)) for c in contents.program.answer]
    for place, point in enumerate(points):
        here = row + HEIGHT + place
        for name, (formula, value) in zip(given, point, strict=True):
            page.live(here, places[name], formula, value, "small", float(sizes[name][place]))
        for name, pattern in patterns:
            value, size = float(found[name][place]), float(sizes[name][place])
            page.live(here, places[name], pattern.replace("{r}", str(here)), value, "small", size)
    outputs = output_names(network_of(contents))
    return [Output(row + HEIGHT, places[n], found[n].tolist(), sizes[n].tolist()) for n in outputs]


def _put_parameters(
    page: Page, contents: Contents, facts: Facts, at: tuple[int, int], moment: Moment
) -> dict[str, Place]:
    """The parameters of the iteration side by side: symbols over values."""
    row, column = at
    lens, places = Lens(contents, facts), {}
    for number, name in enumerate(contents.template.parameter_order, start=column):
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
        letter, bracket, index = name.partition("[")
        if letter in ("shift", "size") and bracket:
            row = FIRST_STATISTIC if letter == "shift" else SECOND_STATISTIC
            panel[name] = Place("data", row, contents.layout.panel[f"raw[{index}#1"].column)
    return replace(contents.layout, columns=places, panel=panel, home=contents.title)
