"""What a sheet claims: which cells are parameters, which are said to be their gradients, and of what loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.reading.syntax import Cell, address


@dataclass(frozen=True)
class Place:
    """One element of a parameter in one step of the training, and the cell that claims to be its gradient.

    ``factor`` is what the claim is multiplied with: -eta where it is the step instead of the gradient.
    """

    step: int
    cell: Cell
    gradient: Cell
    factor: float = 1.0


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a matrix of them, wherever it stands."""

    name: str
    places: tuple[Place, ...]


@dataclass
class Table:
    """A table with a row for each iteration, and what is written above its columns."""

    sheet: str
    first: int
    last: int
    headings: dict[int, str]
    computing: set[int] = field(default_factory=set)  # columns with formulas, with or without a heading

    others: dict[str, int] = field(default_factory=dict)  # further sheets it is spread over, and their first rows

    def first_on(self, cell: Cell) -> int | None:
        """The first step's row in a cell's column; None where that is no column of the table."""
        if cell[0] != self.sheet:
            return self.others.get(cell[0])
        return None if self.step(cell) is None else self.first

    def cell(self, column: int, step: int) -> Cell:
        """A column's cell in a step, counted from 0."""
        return (self.sheet, self.first + step, column)

    def step(self, cell: Cell) -> int | None:
        """The step in whose row a cell stands."""
        known = cell[2] in self.headings or cell[2] in self.computing
        inside = cell[0] == self.sheet and self.first <= cell[1] <= self.last and known
        return cell[1] - self.first if inside else None

    @property
    def steps(self) -> int:
        """How many rows the table has."""
        return self.last - self.first + 1


@dataclass
class Layout:
    """``losses`` holds the loss of every step; ``kind`` is "table", "labels" or "ranges"."""

    kind: str
    sheet: str
    losses: list[Cell]
    parameters: list[Parameter]
    table: Table | None = None
    loss_name: str = ""
    assumed: str = ""  # the loss that was taken where no cell holds one
    new_values: dict[str, list[Cell]] = field(
        default_factory=dict
    )  # of a single step: the new values, element by element
    rate: Cell | None = None  # the learning rate, where the claims are steps and not gradients
    downhill: bool = True  # whether such a step is to be added

    @property
    def steps(self) -> int:
        """How many steps of training it shows."""
        return len(self.losses)

    def add(self, parameter: Parameter) -> None:
        """One more parameter; of two with one name, the second is called by its first cell as well."""
        if parameter.name in {known.name for known in self.parameters}:
            where = address(parameter.places[0].cell, self.sheet)
            parameter = replace(parameter, name=f"{parameter.name} ({where})")
        self.parameters.append(parameter)

    def stops(self) -> set[Cell]:
        """All parameter cells: where a derivative ends, as a step takes them as given."""
        return {place.cell for parameter in self.parameters for place in parameter.places}

    def at(self, step: int) -> Iterator[tuple[Parameter, Place]]:
        """The parameters' elements in one step."""
        yield from self._by_step.get(step, ())

    @cached_property
    def _by_step(self) -> dict[int, list[tuple[Parameter, Place]]]:
        """Sorted once: looked through anew for every step, a table would take the square of its rows."""
        found: dict[int, list[tuple[Parameter, Place]]] = {}
        for parameter in self.parameters:
            for place in parameter.places:
                found.setdefault(place.step, []).append((parameter, place))
        return found


def reaches(cells: Cells, root: Cell, wanted: set[Cell]) -> set[Cell]:
    """Which of the ``wanted`` cells ``root`` is computed from, not looking behind these."""
    return wanted.intersection(cells.below((root,), lambda cell: cell in wanted and cell != root))


def is_numeric(cells: Cells, cell: Cell) -> bool:
    """Whether a cell holds a number or computes one."""
    return (cell in cells.contents.cells or cell in cells.contents.arrays) and cells.contents.kind(cell) == "number"


def is_filled(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column has numbers in most steps: a panel's number beside a table on its side has not."""
    filled = sum(is_numeric(cells, table.cell(column, step)) for step in range(table.steps))
    return filled > table.steps / 2
