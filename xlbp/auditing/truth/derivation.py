"""The derivative that should stand in a cell, written as a formula of the sheet's own cells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import ANSWER, Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.claims.layout import reaches
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.truth.roles import CellRole, Roles
from xlbp.symbols.derivatives import partials
from xlbp.symbols.expr import Expr, const, if_positive, ref
from xlbp.symbols.simplify import simplify

RTOL = 1e-9
ROUGHLY = 1e-7
DEEPEST = 12


@dataclass
class Derivation:
    """Writes derivatives for a formula that is to stand in ``home``."""

    cells: Cells
    roles: Roles
    home: Cell
    held: Collection[Cell] = ()  # cells to which references are held by ``$``
    holders: dict[Cell, Cell] = field(default_factory=dict)  # by forward cell: the cell that holds its derivative
    slots: dict[str, Ref] = field(default_factory=dict)
    _adjoints: dict[tuple[Cell, int], Expr] = field(default_factory=dict)  # many ways lead through one cell
    _slopes: dict[tuple[Cell, Cell], Expr] = field(default_factory=dict)

    def leaf(self, cell: Cell) -> Expr:
        """A reference to a cell."""
        table = self.roles.layout.table
        is_panel = cell in self.held or (table is not None and table.step(cell) is None)
        reference = Ref.held(cell, self.home) if is_panel else Ref.moving(cell, self.home)
        self.slots[slot(reference)] = reference
        return ref(slot(reference))

    def adjoint(self, cell: Cell, depth: int = 0) -> Expr:
        """The derivative of the loss with respect to a forward cell."""
        if cell == self.roles.layout.losses[self.roles.step]:
            return const(1)
        if depth and cell in self.holders:
            return self.leaf(self.holders[cell])
        if depth > DEEPEST:
            return self.leaf(cell)
        if (cell, depth) not in self._adjoints:
            self._adjoints[cell, depth] = self._summed_flows(cell, depth)
        return self._adjoints[cell, depth]

    def _summed_flows(self, cell: Cell, depth: int) -> Expr:
        """The chain rule's sum over those that take a cell."""
        total: Expr | None = None
        for user in self.roles.users.get(cell, []):
            flow = self.adjoint(user, depth + 1) * self.slope(user, cell)
            total = flow if total is None else total + flow
        return simplify(total) if total is not None else const(0)

    def activation(self, cell: Cell) -> Expr | None:
        """The derivative of an activation by its sum, as people write it; None for one that is not usual."""
        slope = self.cells.slope_of_activation(cell)
        if slope in (0.0, 1.0):
            is_on = self.cells.value(cell) > 0
            return if_positive(self.leaf(cell), 1, 0) if is_on == bool(slope) else None
        return self._by_own_value(cell, slope)

    def _by_own_value(self, cell: Cell, slope: float) -> Expr | None:
        """The slope of a sigmoid, a(1-a), or of a tanh, 1-a^2, where the slope has that value."""
        a, value = self.leaf(cell), self.cells.value(cell)
        for text, number in ((a * (1 - a), value * (1 - value)), (1 - a * a, 1 - value * value)):
            if abs(slope - number) <= RTOL * abs(number):
                return text
        return None

    def slope(self, user: Cell, cell: Cell) -> Expr:
        """The local derivative along one edge, as people write it for the usual activations."""
        if (user, cell) not in self._slopes:
            self._slopes[user, cell] = self._slope(user, cell)
        return self._slopes[user, cell]

    def _slope(self, user: Cell, cell: Cell) -> Expr:
        if self.roles.of(user) is CellRole.ACTIVATION:
            slope = dict(self.cells.slopes(user)).get(cell, 0.0)
            usual = self._usual_slope(user, cell, slope)
            if usual is not None:
                return usual
        return self._from_the_table(user, cell)

    def _usual_slope(self, user: Cell, cell: Cell, slope: float) -> Expr | None:
        """The derivative of an activation by its only argument; None for one that is not usual."""
        if slope not in (0.0, 1.0):
            return self._by_own_value(user, slope)
        compiled = self.cells.compiled(user)
        is_rectifier = compiled is not None and compiled.expr.op == "max"
        return if_positive(self.leaf(cell), 1, 0) if is_rectifier else None

    def _from_the_table(self, user: Cell, cell: Cell) -> Expr:
        """The local derivative by the table of derivatives, simplified."""
        compiled = self.cells.compiled(user)
        if compiled is None:
            return const(0)
        by_name = partials(compiled.expr, ref(ANSWER))
        total: Expr = const(0)
        for name, reference in compiled.slots:
            if reference.at(user) == cell:
                total = total + by_name[name]
        places = {name: reference.at(user) for name, reference in compiled.slots} | {ANSWER: user}
        return simplify(relabelled(total, lambda name: self.leaf(places[name])))


def known_derivatives(cells: Cells, roles: Roles, gradient: Cell) -> dict[Cell, Cell]:
    """By forward cell: the cell of a gradient's chain that holds its derivative, and of no other, by its value."""
    holders: dict[Cell, Cell] = {}
    for holder in cells.below((gradient,), roles.forward.__contains__):
        value = cells.value(holder)
        if holder in roles.forward or holder == gradient or not value:
            continue
        equal = [c for c, adjoint in roles.forward.items() if abs(adjoint.value - value) <= RTOL * abs(adjoint.value)]
        if len(equal) == 1:
            holders.setdefault(equal[0], holder)
    return holders


def first_wrong(cells: Cells, roles: Roles, gradient: Cell) -> Cell:
    """The first cell of the chain that is worth nothing a chain rule has, while all it is made from is."""
    numbers = sorted(_numbers_of_chain_rule(cells, roles))
    for cell in list(cells.below((gradient,), lambda each: each in roles.forward or each in roles.parameters)):
        if cell in roles.forward or not cells.is_formula(cell) or not cells.arguments(cell):
            continue
        if cell != gradient and not reaches(cells, cell, roles.of_this_step):
            continue  # made from data alone, as a mean of rewards, or by an older step
        value = abs(cells.value(cell))
        if not any(abs(value - number) <= ROUGHLY * max(value, number) for number in numbers):
            return cell
    return gradient


def _numbers_of_chain_rule(cells: Cells, roles: Roles) -> set[float]:
    """The sizes of all values, local derivatives, adjoints and their products in the forward pass."""
    numbers = {abs(adjoint.value) for adjoint in roles.forward.values()} | {abs(cells.value(c)) for c in roles.forward}
    for user, adjoint in roles.forward.items():
        if user not in roles.parameters:
            for cell, slope in cells.slopes(user):
                numbers |= {abs(slope), abs(slope * adjoint.value) if cell in roles.forward else 0.0}
    return numbers
