"""The derivative that should stand in a cell, written as a formula of the sheet's own cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlbp.auditing.calculation.cells import ANSWER, Cells
from xlbp.auditing.calculation.expressions import relabelled
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.derivatives import partials
from xlbp.symbols.expr import Expr, const, if_positive, ref
from xlbp.symbols.simplify import simplify

RTOL = 1e-9
DEEPEST = 12


@dataclass
class Derivation:
    """Writes derivatives for a formula that is to stand in ``home``; ``known`` are right backward cells by value."""

    cells: Cells
    roles: Roles
    home: Cell
    known: dict[Cell, Cell] = field(default_factory=dict)  # forward cell -> the cell that holds its derivative
    slots: dict[str, Ref] = field(default_factory=dict)

    def leaf(self, cell: Cell) -> Expr:
        """A reference to a cell."""
        table = self.roles.layout.table
        is_panel = table is not None and table.step(cell) is None
        reference = Ref.held(cell, self.home) if is_panel else Ref.moving(cell, self.home)
        self.slots[slot(reference)] = reference
        return ref(slot(reference))

    def adjoint(self, cell: Cell, depth: int = 0) -> Expr:
        """The derivative of the loss with respect to a forward cell."""
        if cell == self.roles.layout.losses[self.roles.step]:
            return const(1)
        if depth and cell in self.known:
            return self.leaf(self.known[cell])
        if depth > DEEPEST:
            return self.leaf(cell)
        total: Expr | None = None
        for user in self.roles.users.get(cell, []):
            flow = self.adjoint(user, depth + 1) * self.slope(user, cell)
            total = flow if total is None else total + flow
        return simplify(total) if total is not None else const(0)

    def activation(self, cell: Cell) -> Expr | None:
        """The derivative of an activation by its sum, as people write it; None for one that is not usual."""
        a, worth, slope = self.leaf(cell), self.cells.value(cell), self.cells.slope_of_activation(cell)
        if slope in (0.0, 1.0):
            return if_positive(a, 1, 0) if (worth > 0) == bool(slope) else None
        for text, value in ((a * (1 - a), worth * (1 - worth)), (1 - a * a, 1 - worth * worth)):
            if abs(slope - value) <= RTOL * abs(value):
                return text
        return None

    def slope(self, user: Cell, cell: Cell) -> Expr:
        """The local derivative along one edge, as people write it for the usual activations."""
        worth, slope = self.cells.value(user), dict(self.cells.slopes(user)).get(cell, 0.0)
        if self.roles(user) == "activation":
            a = self.leaf(user)
            for text, value in ((a * (1 - a), worth * (1 - worth)), (1 - a * a, 1 - worth * worth)):
                if slope not in (0.0, 1.0) and abs(slope - value) <= RTOL * abs(value):
                    return text
            compiled = self.cells.compiled(user)
            if slope in (0.0, 1.0) and compiled is not None and compiled.expr.op == "max":
                return if_positive(self.leaf(cell), 1, 0)
        return self._from_the_table(user, cell)

    def _from_the_table(self, user: Cell, cell: Cell) -> Expr:
        compiled = self.cells.compiled(user)
        if compiled is None:
            return const(0)
        found = partials(compiled.expr, ref(ANSWER))
        total: Expr = const(0)
        for name, reference in compiled.slots:
            if reference.at(user) == cell:
                total = total + found[name]
        places = {name: reference.at(user) for name, reference in compiled.slots} | {ANSWER: user}
        return simplify(relabelled(total, lambda name: self.leaf(places[name])))


def known_derivatives(cells: Cells, roles: Roles, gradient: Cell) -> dict[Cell, Cell]:
    """The cells of a gradient's chain that hold the derivative of just one forward cell, as their values tell."""
    found: dict[Cell, Cell] = {}
    for cell in cells.below((gradient,), lambda c: c in roles.forward):
        if cell in roles.forward or cell == gradient or not cells.value(cell):
            continue
        meant = [f for f, a in roles.forward.items() if abs(a.value - cells.value(cell)) <= RTOL * abs(a.value)]
        if len(meant) == 1:
            found.setdefault(meant[0], cell)
    return found


def first_wrong(cells: Cells, roles: Roles, gradient: Cell) -> Cell:
    """The first cell of the chain that is worth nothing a chain rule has, while all it is made from is."""
    worths = {abs(a.value) for a in roles.forward.values()} | {abs(cells.value(c)) for c in roles.forward}
    for user in roles.forward:
        if user not in roles.parameters:
            for cell, slope in cells.slopes(user):
                worths |= {abs(slope), abs(slope * roles.forward[user].value) if cell in roles.forward else 0.0}
    known = sorted(worths)
    backward = [c for c in cells.below((gradient,), lambda c: c in roles.forward) if c not in roles.forward]
    for cell in backward:
        if cells.is_formula(cell) and cells.arguments(cell) and not _among(abs(cells.value(cell)), known):
            return cell
    return gradient


def _among(value: float, known: list[float]) -> bool:
    return any(abs(value - other) <= 1e-7 * max(value, other) for other in known)
