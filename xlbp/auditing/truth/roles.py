"""What part a cell plays in a training step, told from how the formulas hang together, not from its heading."""

from __future__ import annotations

from enum import Enum, auto

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, reaches
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import Truth


class CellRole(Enum):
    """The part that a cell plays in one step."""

    PARAMETER = auto()
    OTHER_STEPS_PARAMETER = auto()
    INPUT = auto()
    TARGET = auto()
    PRE_ACTIVATION = auto()  # takes parameters directly
    ACTIVATION = auto()  # a function of one cell of the forward pass
    FORWARD = auto()  # any other cell of the forward pass
    LOSS = auto()
    GRADIENT = auto()  # claims to be a parameter's gradient
    BACKWARD = auto()  # any other cell that is made from parameters or gradients
    NONE = auto()


UNITS = frozenset({CellRole.ACTIVATION, CellRole.PRE_ACTIVATION, CellRole.FORWARD})
DATA = frozenset({CellRole.TARGET, CellRole.INPUT})
SOURCES = frozenset({CellRole.INPUT, CellRole.ACTIVATION, CellRole.PRE_ACTIVATION})  # what a weight multiplies


class Roles:
    """The roles of the cells of one step."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, step: int) -> None:
        self.cells, self.layout, self.step = cells, layout, step
        self.forward = truth.adjoints[step]
        self.parameters = layout.stops()
        self.of_this_step = {place.cell for _, place in layout.at(step)}  # the parameters' cells
        self.claims = layout.gradients()
        self.users: dict[Cell, list[Cell]] = {}
        for cell in self.forward:
            if cell not in self.parameters:
                for argument in dict.fromkeys(cells.arguments(cell)):
                    self.users.setdefault(argument, []).append(cell)
        for users in self.users.values():
            users.sort()
        self._roles: dict[Cell, CellRole] = {}

    def of(self, cell: Cell) -> CellRole:
        """The role of a cell."""
        if cell not in self._roles:
            self._roles[cell] = self._role(cell)
        return self._roles[cell]

    def _role(self, cell: Cell) -> CellRole:
        """The role, by the parameters and claims of the layout first."""
        if cell in self.of_this_step:
            return CellRole.PARAMETER
        if cell in self.parameters:
            return CellRole.OTHER_STEPS_PARAMETER
        if cell == self.layout.losses[self.step]:
            return CellRole.LOSS
        if cell in self.claims:
            return CellRole.GRADIENT
        if cell in self.forward:
            return self._forward_role(cell)
        return CellRole.BACKWARD if self._is_backward(cell) else CellRole.NONE

    def _forward_role(self, cell: Cell) -> CellRole:
        """The role of a cell of the forward pass, by what it is made from and who takes it."""
        trained = [argument for argument in dict.fromkeys(self.cells.arguments(cell)) if self._is_trained(argument)]
        if self.is_affine(cell):
            return CellRole.PRE_ACTIVATION
        if len(trained) == 1:
            return self.of(trained[0]) if self._is_copy(cell) else CellRole.ACTIVATION
        if trained:
            return CellRole.FORWARD
        users = self.users.get(cell, [])
        if any(self._takes_input(user) for user in users):
            return CellRole.INPUT
        return CellRole.TARGET if users else CellRole.NONE

    def _takes_input(self, user: Cell) -> bool:
        """Whether what a cell of the forward pass takes besides parameters is an input."""
        return self.is_affine(user) or (self._is_copy(user) and self.of(user) is CellRole.INPUT)

    def _is_trained(self, cell: Cell) -> bool:
        """Whether a cell, in a forward formula, is a parameter of the step or depends on one."""
        if cell in self.of_this_step:
            return True
        computed = cell in self.forward and self.cells.is_formula(cell)
        return computed and bool(reaches(self.cells, cell, self.of_this_step))

    def is_affine(self, cell: Cell) -> bool:
        """Whether a forward cell takes parameters directly."""
        if cell not in self.forward or cell in self.of_this_step:
            return False
        return any(argument in self.of_this_step for argument in self.cells.arguments(cell))

    def is_activation_of(self, cell: Cell, argument: Cell) -> bool:
        """Whether a cell is a function of just that one cell of the forward pass."""
        trained = {each for each in self.cells.arguments(cell) if self._is_trained(each)}
        return self.of(cell) is CellRole.ACTIVATION and trained == {argument} and not self._is_copy(cell)

    def _is_copy(self, cell: Cell) -> bool:
        compiled = self.cells.compiled(cell)
        return compiled is not None and compiled.expr.op == "ref"

    def _is_backward(self, cell: Cell) -> bool:
        return self.cells.is_formula(cell) and bool(reaches(self.cells, cell, {*self.of_this_step, *self.claims}))

    def unit_and_source(self, weight: Cell) -> tuple[Cell, Cell] | None:
        """The pre-activation that a weight goes into, and the activation or input that it multiplies."""
        for user in self.users.get(weight, []):
            for argument, slope in self.cells.slopes(user):
                if argument not in self.of_this_step and self.of(argument) in SOURCES:
                    weight_slope = dict(self.cells.slopes(user)).get(weight)
                    if weight_slope == self.cells.value(argument) and slope == self.cells.value(weight):
                        return user, argument
        return None
