"""Tables spread over several sheets: the parameters on one, their gradients on another, the loss on any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import TOTAL, Named, claim, is_gain, is_loss, plain, shown
from xlbp.auditing.claims.layout import (
    Layout,
    LayoutKind,
    Parameter,
    Place,
    Table,
    is_numeric,
    is_signed_error,
    named_apart,
    reaches,
)
from xlbp.auditing.claims.tables import columns_that_compute
from xlbp.auditing.reading.syntax import Cell

BELOW = 5  # so many rows at most stand between a heading and its numbers
LEAST = 2


@dataclass(frozen=True)
class Column:
    """A heading and the numbers below it, from the first one to the first gap."""

    heading: Cell
    text: str
    first: int
    steps: int

    @property
    def sheet(self) -> str:
        """The sheet that it stands on."""
        return self.heading[0]

    def cell(self, step: int) -> Cell:
        """Its cell in a step, counted from 0."""
        return (self.heading[0], self.first + step, self.heading[2])


@dataclass(frozen=True)
class Pair:
    """A parameter's column, and that of its gradient on another sheet."""

    parameter: Column
    gradient: Column

    @property
    def steps(self) -> int:
        """How many steps both have."""
        return min(self.parameter.steps, self.gradient.steps)


def spread_over_sheets(cells: Cells, sheets: Iterable[str]) -> Layout | None:
    """The layout whose gradients stand on another sheet than the parameters; None if there is none."""
    columns = [column for sheet in sheets for column in _columns(cells, sheet)]
    pairs = list(_pairs(cells, columns))
    if not pairs:
        return None
    first = pairs[0].parameter
    pairs = [pair for pair in pairs if (pair.parameter.sheet, pair.parameter.first) == (first.sheet, first.first)]
    table = _table(cells, columns, first, min(pair.steps for pair in pairs))
    parameters: list[Parameter] = []
    for pair in pairs:
        places = (Place(step, pair.parameter.cell(step), pair.gradient.cell(step)) for step in range(table.steps))
        parameters.append(Parameter(shown(cells.contents.cells[pair.parameter.heading]), tuple(places)))
    layout = Layout(LayoutKind.TABLE, first.sheet, named_apart(parameters, first.sheet), table=table)
    loss = _loss(cells, columns, {parameter.places[0].cell for parameter in layout.parameters}, table.steps)
    if loss is None:
        return layout
    return replace(layout, losses=tuple(loss.cell(step) for step in range(table.steps)), loss_name=loss.text)


def _table(cells: Cells, columns: list[Column], first: Column, steps: int) -> Table:
    """The table of the first parameter's sheet, with the other sheets that have as many steps."""
    last = first.first + steps - 1
    headings = {column.heading[2]: column.text for column in columns if column.heading[:2] == first.heading[:2]}
    elsewhere: dict[str, int] = {}
    for column in columns:
        if column.sheet != first.sheet and column.steps >= steps:
            elsewhere.setdefault(column.sheet, column.first)
    computing = columns_that_compute(cells, first.sheet, (first.first, last))
    return Table(first.sheet, first.first, last, headings, computing, elsewhere)


def _columns(cells: Cells, sheet: str) -> Iterator[Column]:
    """The headed columns of a sheet that have several numbers."""
    for heading, value in sorted(cells.contents.texts(sheet).items()):
        text = plain(value)
        if not text:
            continue
        _, row, column = heading
        below = range(row + 1, row + 2 + BELOW)
        first = next((at for at in below if is_numeric(cells, (sheet, at, column))), None)
        steps = 0
        while first is not None and is_numeric(cells, (sheet, first + steps, column)):
            steps += 1
        if first is not None and steps >= LEAST:
            yield Column(heading, text, first, steps)


def _pairs(cells: Cells, columns: list[Column]) -> Iterator[Pair]:
    """Each parameter's column with that of its gradient on another sheet."""
    taken: set[Cell] = set()
    named = Named({number: column.text for number, column in enumerate(columns)})
    for gradient in columns:
        said = claim(gradient.text)
        if said is None:
            continue
        for column in (columns[number] for number in named.every(said.to)):
            is_free = column.sheet != gradient.sheet and column.heading not in taken
            if is_free and not cells.is_formula(column.cell(0)):
                taken.add(column.heading)
                yield Pair(column, gradient)
                break


def _loss(cells: Cells, columns: list[Column], parameters: set[Cell], steps: int) -> Column | None:
    """The column named as a loss that is computed from most parameters."""
    ranked: list[tuple[int, bool, Cell, Column]] = []
    for column in columns:
        if (is_loss(column.text) or is_gain(column.text)) and column.steps >= steps:
            reached = len(reaches(cells, column.cell(0), parameters))
            if reached and not is_signed_error(cells, column.cell(0)):
                ranked.append((reached, bool(TOTAL.fullmatch(column.text)), column.heading, column))
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None
