"""How the next row's parameter comes from this row's: the update written in roles, so that columns can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.calculation.walks import Walk
from xlbp.auditing.claims.layout import Layout, Parameter, Table, is_numeric
from xlbp.auditing.reading.syntax import Cell, address, moved
from xlbp.auditing.updates.leaves import Leaf, LeafRole
from xlbp.symbols.expr import Expr, ref

MOST_FORMULAS = 40  # of one update
LONGEST_COPY = 3  # cells that take over each other's value between an update and its parameter


@dataclass(frozen=True)
class UpdateFormula:
    """One formula of an update: its cell and expression; by the names in that what is meant, and where it stands."""

    cell: Cell
    expr: Expr
    leaves: Mapping[str, Leaf]
    places: Mapping[Leaf, Cell]

    def leaf(self, expr: Expr) -> Leaf | None:
        """What a part of the expression refers to; None where it is no reference."""
        return self.leaves[str(expr.payload)] if expr.op == "ref" else None


@dataclass(frozen=True)
class Update:
    """One parameter's update in one step: the formula of the update, then those of the cells that it uses."""

    parameter: Parameter
    step: int
    formulas: tuple[UpdateFormula, ...]
    own_columns: tuple[int, ...]  # columns of this parameter alone, of which cells in other rows are used

    @cached_property
    def exprs(self) -> tuple[Expr, ...]:
        """What must be alike for all parameters."""
        return tuple(formula.expr for formula in self.formulas)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the formulas."""
        return tuple(formula.cell for formula in self.formulas)

    @property
    def cell(self) -> Cell:
        """The cell with the formula of the update."""
        return self.formulas[0].cell

    @property
    def old_value(self) -> Cell:
        """The parameter's cell in the row of the update."""
        return self.parameter.places[self.step].cell

    @property
    def gradient(self) -> Cell:
        """The gradient's cell in the row of the update."""
        return self.parameter.places[self.step].gradient

    @property
    def takes_own_gradient(self) -> bool:
        """Whether its parameter's own gradient is among what it is made from."""
        return any(leaf.role is LeafRole.GRADIENT and not leaf.is_of_another_parameter for leaf in self.leaves())

    @property
    def takes_others_gradients(self) -> bool:
        """Whether gradients of other parameters are among what it is made from."""
        return any(leaf.role is LeafRole.GRADIENT and leaf.is_of_another_parameter for leaf in self.leaves())

    def leaves(self) -> Iterator[Leaf]:
        """Everything that the formulas refer to."""
        for formula in self.formulas:
            yield from formula.leaves.values()


@dataclass(frozen=True)
class ClaimedCell:
    """A cell that holds a parameter's value or its gradient, in one step."""

    role: LeafRole
    parameter: str
    step: int


class UpdateReader:
    """Reads the updates of a table."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        assert layout.table is not None
        self.cells, self.layout = cells, layout
        self.table: Table = layout.table
        self._claimed: dict[Cell, ClaimedCell] = {}
        for parameter in layout.parameters:
            for place in parameter.places:
                self._claimed[place.cell] = ClaimedCell(LeafRole.PARAMETER, parameter.name, place.step)
                self._claimed[place.gradient] = ClaimedCell(LeafRole.GRADIENT, parameter.name, place.step)
        self._owners = {place.gradient: parameter.name for parameter in layout.parameters for place in parameter.places}
        self._shared: dict[Cell, bool] = {}
        self._takes_over: dict[str, bool] = {}
        self._gradients_behind: dict[Cell, frozenset[str]] = {}
        self._walk = Walk(cells, self._gradients_behind)
        self._in_roles: dict[tuple[object, ...], tuple[Expr, Mapping[str, Leaf]]] = {}
        self._outside: dict[Cell, Leaf] = {}
        self._by_shape: dict[int, dict[Expr, list[Cell]]] = {}  # of each step
        self._shapes: dict[Expr, Expr] = {}

    def is_claimed(self, cell: Cell) -> bool:
        """Whether a cell holds a parameter or a gradient."""
        return cell in self._claimed

    def takes_over(self, parameter: Parameter) -> bool:
        """Whether a parameter takes over what another column has made of it."""
        if parameter.name not in self._takes_over:
            self._takes_over[parameter.name] = self._mostly_copies(parameter)
        return self._takes_over[parameter.name]

    def _mostly_copies(self, parameter: Parameter) -> bool:
        later = [self.cells.compiled(place.cell) for place in parameter.places[1:]]
        formulas = [compiled for compiled in later if compiled is not None]
        return sum(compiled.expr.op == "ref" for compiled in formulas) > len(formulas) / 2

    def update_cell(self, parameter: Parameter, step: int) -> Cell | None:
        """The cell that computes the next row's parameter: its own, or the one that it copies."""
        if step + 1 >= len(parameter.places):
            return None
        cell = parameter.places[step + 1].cell
        for _ in range(LONGEST_COPY):
            compiled = self.cells.compiled(cell)
            if compiled is None or compiled.expr.op != "ref":
                break
            cell = compiled.cells(cell)[0]
            if self.is_claimed(cell):
                return None
        return cell if self.cells.compiled(cell) else None

    def read(self, parameter: Parameter, step: int, update_cell: Cell) -> Update:
        """The update of a parameter, written in roles."""
        naming = _LeafNaming(self, parameter, step, self._formula_cells(step, update_cell))
        formulas = tuple(self._formula(cell, naming) for cell in naming.formula_cells)
        return Update(parameter, step, formulas, tuple(naming.own_columns))

    def formula_as_in(self, row: int, update: Update, k: int) -> UpdateFormula:
        """Formula ``k`` of an update, as it would be in a row."""
        naming = _LeafNaming(self, update.parameter, update.step, list(update.cells))
        for cell in update.cells[:k]:
            self._formula(cell, naming)  # its own columns are numbered in order
        return self._formula(update.cells[k], naming, row)

    def shaped_alike(self, step: int, expr: Expr) -> list[Cell]:
        """The cells of a step's row, from left to right, whose formulas have the shape of an expression."""
        if step not in self._by_shape:
            shaped = self._by_shape[step] = {}
            for column in sorted(self.table.computing):
                cell = self.table.cell(column, step)
                compiled = self.cells.compiled(cell)
                if compiled is not None:
                    shaped.setdefault(self._shape(compiled.expr), []).append(cell)
        return self._by_shape[step].get(self._shape(expr), [])

    def is_update(self, parameter: Parameter, step: int, cell: Cell, exprs: tuple[Expr, ...]) -> bool:
        """Whether a cell updates a parameter by formulas with these expressions."""
        naming = _LeafNaming(self, parameter, step, self._formula_cells(step, cell))
        if len(naming.formula_cells) != len(exprs):
            return False
        own = (self._formula(each, naming).expr for each in naming.formula_cells)
        return all(expr is other for expr, other in zip(own, exprs, strict=True))

    def _shape(self, expr: Expr) -> Expr:
        """An expression with all its leaves made alike: where shapes differ, no naming makes expressions equal."""
        if expr not in self._shapes:
            self._shapes[expr] = relabelled(expr, lambda name: ref(""))
        return self._shapes[expr]

    def _formula_cells(self, step: int, update_cell: Cell) -> list[Cell]:
        """The cell of the update, then those of this row that belong to this parameter's update alone."""
        formula_cells: list[Cell] = []
        waiting = [update_cell]
        while waiting and len(formula_cells) < MOST_FORMULAS:
            cell = waiting.pop(0)
            if cell in formula_cells:
                continue
            formula_cells.append(cell)
            for argument in self.cells.arguments(cell):
                if argument not in formula_cells and self._is_part(argument, step):
                    waiting.append(argument)
        return formula_cells

    def _is_part(self, cell: Cell, step: int) -> bool:
        if self.is_claimed(cell) or self.table.step(cell) not in (step, step + 1):
            return False
        return self.cells.is_formula(cell) and len(self.gradients_behind(cell)) == 1

    def gradients_behind(self, cell: Cell) -> frozenset[str]:
        """The parameters whose gradients a cell is made from, not looking behind what several share.

        An average goes back through all rows: what is known of the row before is not gone through again.
        """
        known = self._gradients_behind
        if cell not in known:
            for member in self._walk.below((cell,), self._is_end):
                if member == cell or not self._is_end(member):
                    known[member] = self._owners_behind(member)
        return known[cell]

    def _owners_behind(self, cell: Cell) -> frozenset[str]:
        """The same of a cell whose arguments are known; in a circle, where they can't be, all is gone through."""
        own = [self._owners[cell]] if cell in self._owners else []
        behind = frozenset(own)
        for argument in self.cells.arguments(cell):
            if self._is_end(argument):
                behind |= {self._owners[argument]} if argument in self._owners else frozenset()
            elif argument in self._gradients_behind:
                behind |= self._gradients_behind[argument]
            else:
                return self._owners_in_circle(cell)
        return behind

    def _owners_in_circle(self, cell: Cell) -> frozenset[str]:
        every = self.cells.below((cell,), lambda other: other != cell and self._is_end(other))
        return frozenset(self._owners[other] for other in every if other in self._owners)

    def _is_end(self, cell: Cell) -> bool:
        """Whether nothing behind a cell belongs to one update."""
        return self.is_claimed(cell) or self._is_shared(cell)

    def _is_shared(self, cell: Cell) -> bool:
        """Whether a cell is made from several gradients, as their length is, and belongs to no one of them."""
        if cell not in self._shared:
            arguments = self.cells.arguments(cell)
            self._shared[cell] = len({self._owners[each] for each in arguments if each in self._owners}) > 1
        return self._shared[cell]

    def _formula(self, cell: Cell, naming: _LeafNaming, row: int | None = None) -> UpdateFormula:
        """The formula of one cell, as it is in a row, by default the first, with leaves for the cells that it takes."""
        compiled = self.cells.compiled_as_in(row or self.table.first, cell)
        assert compiled is not None
        places = compiled.cells(cell)
        leaves = tuple([naming.leaf(place) for place in places])
        key = (compiled.expr, compiled.names, leaves)  # alike in all rows, and so told once
        if key not in self._in_roles:
            by_name = dict(zip(compiled.names, leaves, strict=True))
            expr = relabelled(compiled.expr, lambda name: ref(str(by_name[name])))
            self._in_roles[key] = (expr, {str(leaf): leaf for leaf in leaves})
        expr, by_text = self._in_roles[key]
        return UpdateFormula(cell, expr, by_text, dict(zip(leaves, places, strict=True)))

    def outside(self, cell: Cell) -> Leaf:
        """A cell outside of the table."""
        if cell not in self._outside:
            self._outside[cell] = Leaf(LeafRole.OUTSIDE, address=address(cell))
        return self._outside[cell]

    def claim_at(self, cell: Cell) -> ClaimedCell | None:
        """Whose value or gradient a cell holds, and in which step."""
        return self._claimed.get(cell)

    def step(self, cell: Cell) -> int | None:
        """The step of a cell; the row above the table is that of what the first row starts from."""
        table = self.table
        if cell[0] == table.sheet and cell[1] == table.first - 1 and is_numeric(self.cells, cell):
            return -1 if cell[2] in table.computing else None
        return table.step(cell)


class _LeafNaming:
    """Says what cells are to one update."""

    def __init__(self, reader: UpdateReader, parameter: Parameter, step: int, formula_cells: list[Cell]) -> None:
        self.reader, self.parameter, self.step, self.formula_cells = reader, parameter, step, formula_cells
        self.own_columns: list[int] = []

    def leaf(self, cell: Cell) -> Leaf:
        """What a cell is to this update."""
        claimed = self.reader.claim_at(cell)
        if claimed is not None:
            other = None if claimed.parameter == self.parameter.name else claimed.parameter
            return Leaf(claimed.role, other, offset=claimed.step - self.step)
        if cell in self.formula_cells:
            return Leaf(LeafRole.FORMULA, number=self.formula_cells.index(cell))
        step = self.reader.step(cell)
        if step is None:
            return self.reader.outside(cell)
        return self._in_table(cell[2], step)

    def _in_table(self, column: int, step: int) -> Leaf:
        """What the table's cell in this column and step is, which is no formula of the update."""
        offset = step - self.step
        below = moved(self.reader.table.cell(column, step), 1, 0)
        if below in self.formula_cells:
            return Leaf(LeafRole.FORMULA_BEFORE, number=self.formula_cells.index(below))
        rows = {self.reader.table.cell(column, self.step), self.reader.table.cell(column, step)}
        if any(self.reader.gradients_behind(cell) == {self.parameter.name} for cell in rows):
            if column not in self.own_columns:
                self.own_columns.append(column)
            return Leaf(LeafRole.OWN_COLUMN, number=self.own_columns.index(column), offset=offset)
        return Leaf(LeafRole.TABLE_COLUMN, number=column, offset=offset)


def is_recurrent(cells: Cells, cell: Cell) -> bool:
    """Whether a cell carries on what stands above it: an optimizer's average."""
    return moved(cell, -1, 0) in cells.arguments(cell)
