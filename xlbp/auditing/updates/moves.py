"""How the next row's parameter comes from this row's: the update written in roles, so that columns can be compared.

A move is a list of formulas, the update's first, then those of the cells it uses (Adam's averages).  Leaves are
``P`` and ``G``, the parameter and its own gradient; ``G:w2``, that of another; ``X1``, a formula of the list;
``S1``, what formula 1 was a row before; ``O1-1``, a row before, of a column that is this parameter's own;
``@H3``, a cell elsewhere; ``@col5-1``, one of the table's row before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.claims.layout import Layout, Parameter, Table, is_numeric
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.symbols.expr import Expr, ref

MOST = 40  # formulas of one update


@dataclass
class Move:
    """One parameter's update in one step."""

    parameter: Parameter
    step: int
    cells: list[Cell] = field(default_factory=list)
    forms: list[Expr] = field(default_factory=list)
    places: list[dict[str, Cell]] = field(default_factory=list)
    others: list[int] = field(default_factory=list)  # columns of its own that only other rows' cells are used of

    @property
    def form(self) -> tuple[Expr, ...]:
        """What must be alike for all parameters."""
        return tuple(self.forms)

    @property
    def update(self) -> Cell:
        """The cell with the formula of the update."""
        return self.cells[0]


class Moves:
    """Reads the updates of a table."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        assert layout.table is not None
        self.cells, self.layout, self.table = cells, layout, layout.table
        self.labels: dict[Cell, tuple[str, int]] = {}
        self.owners: dict[Cell, str] = {}
        for parameter in layout.parameters:
            for place in parameter.places:
                self.labels[place.cell] = (f"P:{parameter.name}", place.step)
                self.labels[place.gradient] = (f"G:{parameter.name}", place.step)
                self.owners[place.gradient] = parameter.name
        self._reached: dict[Cell, set[str]] = {}

    def copies(self, parameter: Parameter) -> bool:
        """Whether a parameter takes over what another column has made of it."""
        later = [c for place in parameter.places[1:] if (c := self.cells.compiled(place.cell)) is not None]
        return sum(c.expr.op == "ref" for c in later) > len(later) / 2

    def source(self, parameter: Parameter, step: int) -> Cell | None:
        """The cell that computes the next row's parameter: its own, or the one that it copies."""
        if step + 1 >= len(parameter.places):
            return None
        cell = parameter.places[step + 1].cell
        for _ in range(3):
            compiled = self.cells.compiled(cell)
            if compiled is None or compiled.expr.op != "ref":
                break
            cell = compiled.cells(cell)[0]
            if cell in self.labels:
                return None
        return cell if self.cells.compiled(cell) else None

    def read(self, parameter: Parameter, step: int, update: Cell) -> Move:
        """The update of a parameter, written in roles."""
        move = Move(parameter, step)
        waiting = [update]
        while waiting and len(move.cells) < MOST:
            cell = waiting.pop(0)
            if cell not in move.cells:
                move.cells.append(cell)
                waiting += [c for c in self.cells.arguments(cell) if self._is_part(c, move, step)]
        for cell in move.cells:
            form, places = self._form(cell, move)
            move.forms.append(form)
            move.places.append(places)
        return move

    def _is_part(self, cell: Cell, move: Move, step: int) -> bool:
        """Whether a cell of this row belongs to this parameter's update alone."""
        if cell in self.labels or cell in move.cells or self.table.step(cell) != step:
            return False
        return bool(self.cells.is_formula(cell)) and len(self._gradients(cell)) == 1

    def _gradients(self, cell: Cell) -> set[str]:
        if cell not in self._reached:
            order = self.cells.below((cell,), lambda c: c != cell and (c in self.labels or self._is_common(c)))
            self._reached[cell] = {self.owners[c] for c in order if c in self.owners}
        return self._reached[cell]

    def _is_common(self, cell: Cell) -> bool:
        """Whether a cell is made from several gradients, as their length is, and belongs to no one of them."""
        return len({self.owners[c] for c in self.cells.arguments(cell) if c in self.owners}) > 1

    def _form(self, cell: Cell, move: Move) -> tuple[Expr, dict[str, Cell]]:
        compiled = self.cells.compiled(cell)
        assert compiled is not None
        names = {name: self.label(move, reference.at(cell)) for name, reference in compiled.slots}
        places = {names[name]: reference.at(cell) for name, reference in compiled.slots}
        return relabelled(compiled.expr, lambda name: ref(names[name])), places

    def label(self, move: Move, cell: Cell) -> str:
        """What a cell is to this update."""
        if cell in self.labels:
            name, step = self.labels[cell]
            own = name.partition(":")[2] == move.parameter.name
            when = "" if step == move.step else f"@{step - move.step:+d}"
            return (name[0] if own else name) + when
        if cell in move.cells:
            return f"X{move.cells.index(cell)}"
        step_of = self.step(cell)
        if step_of is None:
            return "@" + address(cell)
        for index, mine in enumerate(move.cells):
            if mine[2] == cell[2] and step_of == move.step - 1:
                return f"S{index}"
        if self._gradients(self.table.cell(cell[2], move.step)) == {move.parameter.name}:
            if cell[2] not in move.others:
                move.others.append(cell[2])
            return f"O{move.others.index(cell[2])}{step_of - move.step:+d}"
        return f"@col{cell[2]}{step_of - move.step:+d}"

    def step(self, cell: Cell) -> int | None:
        """The step of a cell; the row above the table is that of what the first row starts from."""
        table = self.table
        if cell[0] == table.sheet and cell[1] == table.first - 1 and is_numeric(self.cells, cell):
            return -1 if cell[2] in table.computing else None
        return table.step(cell)


def is_recurrent(cells: Cells, table: Table, column: int, step: int) -> bool:
    """Whether a column carries something on from row to row: an optimizer's average."""
    return step > 0 and table.cell(column, step - 1) in cells.arguments(table.cell(column, step))
