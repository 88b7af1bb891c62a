"""A table of what the network answers to inputs that are no samples: a row each, by the training's own formulas.

The sheet of the learned function is made of such tables.  Above each stand the parameters it is computed with, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.answering import Moment, local_layout, plain_symbol, put_parameters

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
    local = put_parameters(page, contents, facts, (row + 1, column), moment)
    places = {name: column + offset for offset, name in enumerate(columns_of_answer(contents))}
    for name, number in places.items():
        page.text(row + HEIGHT - 1, number, plain_symbol(contents, name), "column")
    answers, sizes = facts.reference.answers([[value for _, value in p] for p in points], moment.iteration)
    given = contents.network.given
    write = local_layout(contents, places, local).writer()
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
