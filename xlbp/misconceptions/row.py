"""A row whose cells are others: the way back is taken again from them, by the one rule of the chain.

dE/dx of a cell x is the sum over its users u of dE/du * du/dx; a parameter's gradient is the mean of these sums over
the samples.  Only what a mistake touches is derived again: all other columns stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from xlbp.misconceptions.misconception import Change, Edge, Misconception
from xlbp.symbols.derivatives import RULES, partials
from xlbp.symbols.expr import Expr, const, ref, topological, total
from xlbp.symbols.program import Column, Program
from xlbp.template import names
from xlbp.template.model import Model
from xlbp.template.quantity import GRADIENT, PART, Quantity

WRITTEN = ("forward", "loss")  # the phases that derivatives flow through
ZERO = const(0)
Columns = dict[str, Column]


class Row:
    """The columns of a training, and how derivatives flow between them."""

    def __init__(self, model: Model, program: Program) -> None:
        self.model, self.program = model, program
        self.columns: Columns = {column.name: column for column in program.columns}

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """What the names of all columns and of the panel say."""
        return {name: self.model.quantity(name) for name in (*self.columns, *self.program.panel)}

    @cached_property
    def rewritten(self) -> dict[tuple[str, Expr], dict[str, Expr]]:
        """By a cell and what mistakes make of it: its local derivatives.  Chains of mistakes have these in common."""
        return {}

    @cached_property
    def slopes(self) -> dict[str, dict[str, Expr]]:
        """By each cell of the forward pass and the loss: its local derivatives, by what it uses."""
        written = (column for column in self.columns.values() if column.phase in WRITTEN)
        return {column.name: slopes_of(column) for column in written}

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """By each name: the cells that use it, in their order."""
        return users_in(self.slopes)

    @cached_property
    def local_cells(self) -> dict[Edge, str]:
        """By a cell and what it uses: the cell that holds the local derivative, where there is one."""
        locals_of = ((name, self.model.local(quantity)) for name, quantity in self.quantities.items())
        return {(local.of, local.by): name for name, local in locals_of if local is not None}

    @cached_property
    def gradients(self) -> dict[str, str]:
        """By each quantity whose derivative has a cell: that cell."""
        derived = ((quantity.of, name) for name, quantity in self.quantities.items() if quantity.relation == GRADIENT)
        return {of: name for of, name in derived if of is not None}

    @cached_property
    def parts(self) -> dict[str, list[Quantity]]:
        """By each gradient: the cells of what the steps, or places, add to it."""
        parts: dict[str, list[Quantity]] = {}
        for quantity in self.quantities.values():
            if quantity.relation == PART and quantity.of is not None:
                parts.setdefault(quantity.of, []).append(quantity)
        return parts

    @cached_property
    def parameters(self) -> frozenset[str]:
        """What training moves."""
        return frozenset(self.model.parameters())

    @cached_property
    def seeds(self) -> frozenset[str]:
        """What derivatives are of: the loss of each sample."""
        return frozenset(self.model.loss_of(mark) for mark in self.model.marks)

    def altered(self, misconceptions: Sequence[Misconception]) -> Row:
        """The row with mistakes in it, one after the other."""
        back = _WayBack(self)
        for each in misconceptions:
            back.write(each.cells, each.slopes)
        back.derive()
        columns = back.columns
        for each in misconceptions:
            for name in columns.keys() & each.columns.keys():  # another optimizer has other columns
                columns[name] = changed(columns[name], each.columns[name])
        return Row(self.model, replace(self.program, columns=tuple(columns.values())))


def slopes_of(column: Column) -> dict[str, Expr]:
    """The local derivatives of a column: those in closed form, or by the table of rules; none where it has no rule."""
    if column.jacobian:
        return dict(column.jacobian)
    has_rules = all(not node.args or node.op in RULES for node in topological(column.expr))
    return partials(column.expr, ref(column.name)) if has_rules else {}


def users_in(slopes: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """By each name: the cells that have a local derivative by it."""
    users: dict[str, list[str]] = {}
    for user, used in slopes.items():
        for name in used:
            users.setdefault(name, []).append(user)
    return users


def changed(column: Column, change: Change) -> Column:
    """A column that stands otherwise in every row, in the first one too."""
    start = None if column.start is None else change(column.start)
    return replace(column, expr=change(column.expr), start=start)


class _WayBack:
    """The columns of a row as they change, and the derivatives that have to be taken again."""

    def __init__(self, row: Row) -> None:
        self.row, self.columns = row, dict(row.columns)
        self.slopes: dict[str, dict[str, Expr]] = dict(row.slopes)
        self.users: Mapping[str, list[str]] = row.users
        self.stale: dict[str, None] = {}  # what derivatives are by that are others now
        self.adjoints: dict[str, Expr | None] = {}

    def write(self, cells: Mapping[str, Change], slopes: Mapping[Edge, Change]) -> None:
        """Cells that are written otherwise, with the slopes that follow from them; then slopes taken otherwise."""
        for name, change in cells.items():
            column = replace(self.columns[name], expr=change(self.columns[name].expr), jacobian=())
            self.columns[name] = column
            self.stale |= dict.fromkeys(self.slopes[name])
            self.slopes[name] = self._slopes_of(column)
            self.stale |= dict.fromkeys(self.slopes[name])
        for (user, name), change in slopes.items():
            self.slopes[user] = {**self.slopes[user], name: change(self.slopes[user].get(name, ZERO))}
            self.stale[name] = None

    def _slopes_of(self, column: Column) -> dict[str, Expr]:
        """The local derivatives of a cell that is written otherwise."""
        key, known = (column.name, column.expr), self.row.rewritten
        if key not in known:
            known[key] = slopes_of(column)
        return known[key]

    def derive(self) -> None:
        """Every cell of a local derivative, or of a derivative, that is another now."""
        if self.stale:
            self.users = users_in(self.slopes)
        for name in self._reached(self.stale):
            for user in self.users.get(name, ()):
                local = self.row.local_cells.get((user, name))
                if local in self.columns:
                    self._put(local, self.slopes[user][name])
            if name in self.row.gradients:
                self._put_gradient(name, self.row.gradients[name])

    def _reached(self, stale: Iterable[str]) -> dict[str, None]:
        """These, and what those use of them whose derivative has no cell of its own."""
        reached: dict[str, None] = {}
        waiting = list(stale)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = None
                waiting += () if name in self.row.gradients else self.slopes.get(name, ())
        return reached

    def _put(self, name: str, expr: Expr) -> None:
        self.columns[name] = replace(self.columns[name], expr=expr)

    def _put_gradient(self, name: str, gradient: str) -> None:
        """dE/dname; of a parameter the mean over the samples, by its parts where these have cells."""
        if name not in self.row.parameters:
            self._put(gradient, total(term for _, term in self._flows(name)))
            return
        samples = len(self.row.model.marks)
        parts = self.row.parts.get(gradient, [])
        for part in parts:
            at = (term for user, term in self._flows(name) if self._part_of(name, user) == part.part_number)
            self._put(part, total(at))
        flowing = total(map(ref, parts)) if parts else total(term for _, term in self._flows(name))
        self._put(gradient, total([flowing / samples, *self._of_penalties(name)]))

    def _part_of(self, name: str, user: str) -> int:
        quantities = self.row.quantities
        return self.row.model.network.part_at(quantities[name], quantities[user])

    def _of_penalties(self, name: str) -> list[Expr]:
        """What the penalties add to a parameter's gradient."""
        penalties = (str(names.penalty(kind)) for kind in ("l1", "l2"))
        return [self.slopes[each][name] for each in penalties if name in self.slopes.get(each, {})]

    def _flows(self, name: str) -> list[tuple[str, Expr]]:
        """What reaches a name from each of its users."""
        flows = []
        for user in self.users.get(name, ()):
            adjoint, slope = self._adjoint(user), self._slope(user, name)
            if adjoint is not None and slope is not ZERO:
                flows.append((user, adjoint * slope))
        return flows

    def _slope(self, user: str, name: str) -> Expr:
        """The local derivative: its cell, or what it is."""
        local = self.row.local_cells.get((user, name))
        return ref(local) if local in self.columns else self.slopes[user][name]

    def _adjoint(self, name: str) -> Expr | None:
        """dE/dname: 1 for the loss, a cell, or what it is where it has none; None where the loss does not depend."""
        if name not in self.adjoints:
            self.adjoints[name] = self._adjoint_of(name)
        return self.adjoints[name]

    def _adjoint_of(self, name: str) -> Expr | None:
        if name in self.row.seeds:
            return const(1)
        if name in self.row.gradients:
            return ref(self.row.gradients[name])
        flows = self._flows(name)
        return total(term for _, term in flows) if flows else None
