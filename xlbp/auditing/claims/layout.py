"""What a sheet claims: which cells are parameters, which are said to be their gradients, and of what loss."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.headings import Named, updated
from xlbp.auditing.reading.syntax import Cell, address


@dataclass(frozen=True)
class Place:
    """One element of a parameter in one step of the training, and the cell that claims to be its gradient.

    ``factor`` is what the claim is multiplied with: -eta where it is the step instead of the gradient.  Where no cell
    holds gradients, the claim is the new value itself, and the step is what that ``adds`` to the old one, besides a
    share of an earlier step that is ``carried`` on, as by momentum.
    """

    step: int
    cell: Cell
    gradient: Cell
    factor: float = 1.0
    adds: bool = False
    carried: tuple[tuple[Cell, float], ...] = ()

    def base(self, cells: Cells) -> float:
        """What the claim's cell is worth besides the claim: the old value, where it adds to that, and the carried."""
        before = sum(share * cells.value(cell) for cell, share in self.carried)
        return before + (cells.value(self.cell) if self.adds else 0.0)


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a matrix of them, wherever it stands."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Table:
    """A table with a row for each iteration, and what is written above its columns."""

    sheet: str
    first: int
    last: int
    headings: Mapping[int, str]
    computing: frozenset[int] = frozenset()  # columns with formulas, with or without a heading
    first_rows_elsewhere: Mapping[str, int] = field(default_factory=dict)  # by further sheet that it is spread over
    panel: frozenset[Cell] = frozenset()  # cells in its rows that are no part of it: all its rows take them alike

    def first_on(self, cell: Cell) -> int | None:
        """The first step's row in a cell's column; None where that is no column of the table."""
        if cell[0] != self.sheet:
            return self.first_rows_elsewhere.get(cell[0])
        return None if self.step(cell) is None else self.first

    def cell(self, column: int, step: int) -> Cell:
        """A column's cell in a step, counted from 0."""
        return (self.sheet, self.first + step, column)

    def step(self, cell: Cell) -> int | None:
        """The step in whose row a cell stands; None for a cell outside of the table."""
        sheet, row, column = cell
        if sheet != self.sheet or not self.first <= row <= self.last or cell in self.panel:
            return None
        return row - self.first if column in self.headings or column in self.computing else None

    def named(self, name: str) -> list[int]:
        """The columns whose headings name this."""
        return self._named.of(name)

    def named_new(self, name: str) -> list[int]:
        """The columns whose headings say that they hold the new value of this; V's not, where a column is headed V."""
        updated_names = self._named_new.headings
        return [column for column in self._named_new.of(name) if not self._is_anothers(updated_names[column], name)]

    def _is_anothers(self, other: str, name: str) -> bool:
        """Whether a name differs in letter case alone, and has a column of its own."""
        return other != name and other.casefold() == name.casefold() and other in self._texts

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(self.headings.values())

    @cached_property
    def _named(self) -> Named[int]:
        return Named(self.headings)

    @cached_property
    def _named_new(self) -> Named[int]:
        told = ((column, updated(text)) for column, text in self.headings.items())
        return Named({column: name for column, name in told if name})

    @property
    def steps(self) -> int:
        """How many rows the table has."""
        return self.last - self.first + 1


class LayoutKind(Enum):
    """How the claims are laid out, as reports name it."""

    TABLE = "table"  # an iteration in each row
    LABELS = "labels"  # one step, in labelled blocks or in a list
    RANGES = "ranges"  # as a person named them
    STEPS = "steps"  # steps wherever they stand, told by what trains


@dataclass(frozen=True)
class Layout:
    """The claims of a sheet; ``losses`` holds the loss of every step, and none where no loss is known yet."""

    kind: LayoutKind
    sheet: str
    parameters: tuple[Parameter, ...]
    losses: tuple[Cell, ...] = ()
    table: Table | None = None
    loss_name: str = ""
    assumed: str = ""  # the loss that was taken where no cell holds one
    new_values: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)  # without a table, by parameter
    rate: Cell | None = None  # the learning rate, where the claims are steps and not gradients
    downhill: bool = True  # whether such a step is to be added
    told_by: str = ""  # how sure the reading is, as audit.sure_<key>, where no headings say what is what

    @property
    def steps(self) -> int:
        """How many steps of training it shows."""
        return len(self.losses)

    def stops(self) -> set[Cell]:
        """All parameter cells: where a derivative ends, as a step takes them as given."""
        return self._stops

    def gradients(self) -> set[Cell]:
        """All cells that claim to be gradients."""
        return self._gradients

    @cached_property
    def _stops(self) -> set[Cell]:
        return {place.cell for parameter in self.parameters for place in parameter.places}

    @cached_property
    def _gradients(self) -> set[Cell]:
        return {place.gradient for parameter in self.parameters for place in parameter.places}

    def at(self, step: int) -> Iterator[tuple[Parameter, Place]]:
        """The parameters' elements in one step."""
        yield from self._by_step.get(step, ())

    @cached_property
    def _by_step(self) -> dict[int, list[tuple[Parameter, Place]]]:
        """Sorted once: looked through anew for every step, a table would take the square of its rows."""
        by_step: dict[int, list[tuple[Parameter, Place]]] = {}
        for parameter in self.parameters:
            for place in parameter.places:
                by_step.setdefault(place.step, []).append((parameter, place))
        return by_step


def named_apart(parameters: Iterable[Parameter], sheet: str) -> tuple[Parameter, ...]:
    """The parameters; of two with one name, the second is called by its first cell as well."""
    by_name: dict[str, Parameter] = {}
    named: list[Parameter] = []
    for parameter in parameters:
        name = parameter.name
        if name in by_name:
            name = f"{name} ({address(parameter.places[0].cell, sheet)})"
        by_name[name] = replace(parameter, name=name)
        named.append(by_name[name])
    return tuple(named)


def reaches(cells: Cells, root: Cell, targets: set[Cell]) -> set[Cell]:
    """Which of the ``targets`` the cell ``root`` is computed from, not looking behind these."""
    reached: set[Cell] = set()
    for cell in cells.below((root,), lambda cell: cell in targets and cell != root):
        if cell in targets:
            reached.add(cell)
            if len(reached) == len(targets):
                break
    return reached


def is_signed_error(cells: Cells, cell: Cell) -> bool:
    """Whether a cell is a prediction less a typed target, or the other way round: an error with its sign, no loss."""
    compiled = cells.compiled(cell)
    if compiled is None or compiled.expr.op != "sub":
        return False
    places = dict(zip(compiled.names, compiled.cells(cell), strict=True))
    sides = [places.get(str(side.payload)) if side.op == "ref" else None for side in compiled.expr.args]
    return sum(side is not None and not cells.is_formula(side) for side in sides) == 1


def is_numeric(cells: Cells, cell: Cell) -> bool:
    """Whether a cell holds a number or computes one."""
    return (cell in cells.contents.cells or cell in cells.contents.arrays) and cells.contents.is_number(cell)


def with_panel(cells: Cells, table: Table, of_table: Collection[int]) -> Table:
    """The table with the cells in its rows, in no column ``of_table``, that are held by ``$`` in every row."""
    panel: set[Cell] = set()
    for column in table.computing:
        held = [_held(cells, table, table.cell(column, step)) for step in (1, 2) if step < table.steps]
        if held:
            panel |= set.intersection(*held)
    return replace(table, panel=frozenset(cell for cell in panel if cell[2] not in of_table))


def _held(cells: Cells, table: Table, home: Cell) -> set[Cell]:
    """The plain cells in the table's rows whose rows a formula holds by ``$``."""
    compiled = cells.compiled(home)
    held = (reference.at(home) for _, reference in compiled.slots if reference.row_fixed) if compiled else ()
    return {cell for cell in held if table.step(cell) is not None and not cells.is_formula(cell)}


def alike_in_column(cells: Cells, table: Table, cell: Cell) -> list[Cell]:
    """The cells of a column that have the formula of one of them."""
    column = [table.cell(cell[2], step) for step in range(table.steps)]
    return [each for each in column if cells.compiled(each) == cells.compiled(cell)]


def is_filled(cells: Cells, table: Table, column: int) -> bool:
    """Whether a column has numbers in most steps: a panel's number beside a table on its side has not."""
    filled = sum(is_numeric(cells, table.cell(column, step)) for step in range(table.steps))
    return filled > table.steps / 2


def filled_headings(cells: Cells, table: Table) -> dict[int, str]:
    """The headings of the columns that are filled: beside those of a table on its side stand those of its panel."""
    return {column: text for column, text in table.headings.items() if is_filled(cells, table, column)}
