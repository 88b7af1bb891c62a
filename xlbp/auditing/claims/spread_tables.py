"""Tables spread over several sheets: the parameters on one, their gradients on another, the loss on any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import TOTAL, claim, is_gain, is_loss, plain, same, shown
from xlbp.auditing.claims.layout import Layout, Parameter, Place, Table, is_numeric, reaches
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

    def cell(self, step: int) -> Cell:
        """Its cell in a step, counted from 0."""
        return (self.heading[0], self.first + step, self.heading[2])


def spread_over_sheets(cells: Cells, sheets: Iterable[str]) -> Layout | None:
    """The layout whose gradients stand on another sheet than the parameters; None if there is none."""
    columns = [column for sheet in sheets for column in _columns(cells, sheet)]
    pairs = list(_pairs(cells, columns))
    if not pairs:
        return None
    first = pairs[0][0]
    home = first.heading
    pairs = [(p, g) for p, g in pairs if (p.heading[0], p.first) == (home[0], first.first)]
    steps = min(min(p.steps, g.steps) for p, g in pairs)
    table = Table(home[0], first.first, first.first + steps - 1, _headings(columns, home))
    table.computing = {c for (s, r, c) in cells.contents.formulas if s == home[0] and 0 <= r - first.first < 2}
    layout = Layout("table", home[0], [], [], table)
    for parameter, gradient in pairs:
        places = tuple(Place(t, parameter.cell(t), gradient.cell(t)) for t in range(steps))
        layout.add(Parameter(shown(cells.contents.cells[parameter.heading]), places))
    long = [column for column in columns if column.heading[0] != home[0] and column.steps >= steps]
    table.others = {column.heading[0]: column.first for column in reversed(long)}
    loss = _loss(cells, columns, {p.places[0].cell for p in layout.parameters}, steps)
    if loss is not None:
        layout.losses, layout.loss_name = [loss.cell(t) for t in range(steps)], loss.text
    return layout


def _headings(columns: list[Column], home: Cell) -> dict[int, str]:
    return {c.heading[2]: c.text for c in columns if c.heading[:2] == home[:2]}


def _columns(cells: Cells, sheet: str) -> Iterator[Column]:
    """The headed columns of a sheet that have several numbers."""
    for cell, value in sorted((c, v) for c, v in cells.contents.cells.items() if c[0] == sheet and isinstance(v, str)):
        text = plain(value)
        if not text or cells.is_formula(cell):
            continue
        _, row, column = cell
        below = range(row + 1, row + 2 + BELOW)
        first = next((at for at in below if is_numeric(cells, (sheet, at, column))), None)
        steps = 0
        while first is not None and is_numeric(cells, (sheet, first + steps, column)):
            steps += 1
        if first is not None and steps >= LEAST:
            yield Column(cell, text, first, steps)


def _pairs(cells: Cells, columns: list[Column]) -> Iterator[tuple[Column, Column]]:
    """Each parameter's column with that of its gradient on another sheet."""
    taken: set[Cell] = set()
    for gradient in columns:
        said = claim(gradient.text)
        for column in columns if said else ():
            other = column.heading[0] != gradient.heading[0] and column.heading not in taken
            if other and said and same(column.text, said.to) and not cells.is_formula(column.cell(0)):
                taken.add(column.heading)
                yield column, gradient
                break


def _loss(cells: Cells, columns: list[Column], parameters: set[Cell], steps: int) -> Column | None:
    ranked: list[tuple[int, bool, Cell, Column]] = []
    for column in columns:
        if (is_loss(column.text) or is_gain(column.text)) and column.steps >= steps:
            reached = len(reaches(cells, column.cell(0), parameters))
            if reached:
                ranked.append((reached, bool(TOTAL.fullmatch(column.text)), column.heading, column))
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None
