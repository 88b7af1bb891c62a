"""What part a cell plays in a training step, told from how the formulas hang together, not from its heading."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, reaches
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import Truth


class Roles:
    """The roles of the cells of one step: parameter, input, target, pre-activation, activation, and so on."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, step: int) -> None:
        self.cells, self.layout, self.step = cells, layout, step
        self.forward = truth.adjoints[step]
        self.parameters = layout.stops()
        self.mine = {place.cell for _, place in layout.at(step)}
        self.claims = {place.gradient for parameter in layout.parameters for place in parameter.places}
        self.users: dict[Cell, list[Cell]] = {}
        for cell in self.forward:
            if cell not in self.parameters:
                for argument in dict.fromkeys(cells.arguments(cell)):
                    self.users.setdefault(argument, []).append(cell)
        for found in self.users.values():
            found.sort()
        self._known: dict[Cell, str] = {}

    def __call__(self, cell: Cell) -> str:
        """The role's name; '' for a cell that plays none in this step."""
        if cell not in self._known:
            self._known[cell] = self._find(cell)
        return self._known[cell]

    def _find(self, cell: Cell) -> str:
        simple: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("parameter", lambda: cell in self.mine),
            ("other step's parameter", lambda: cell in self.parameters),
            ("loss", lambda: cell == self.layout.losses[self.step]),
            ("gradient", lambda: cell in self.claims),
            ("forward", lambda: cell in self.forward),
            ("backward", lambda: self._is_backward(cell)),
        )
        role = next((name for name, holds in simple if holds()), "")
        return self._forward_role(cell) if role == "forward" else role

    def _forward_role(self, cell: Cell) -> str:
        arguments = [c for c in dict.fromkeys(self.cells.arguments(cell)) if self._matters(c)]
        if self.is_affine(cell):
            return "pre-activation"
        if len(arguments) == 1:
            return self(arguments[0]) if self._is_copy(cell) else "activation"
        if arguments:
            return "forward"
        users = self.users.get(cell, [])
        if any(self.is_affine(user) or (self._is_copy(user) and self(user) == "input") for user in users):
            return "input"
        return "target" if users else ""

    def _matters(self, cell: Cell) -> bool:
        """Whether a cell, in a forward formula, depends on a parameter of the step."""
        return cell in self.mine or bool(
            cell in self.forward and self.cells.is_formula(cell) and reaches(self.cells, cell, self.mine)
        )

    def is_affine(self, cell: Cell) -> bool:
        """Whether a forward cell takes parameters directly."""
        return (
            cell in self.forward and any(c in self.mine for c in self.cells.arguments(cell)) and cell not in self.mine
        )

    def _is_copy(self, cell: Cell) -> bool:
        compiled = self.cells.compiled(cell)
        return compiled is not None and compiled.expr.op == "ref"

    def _is_backward(self, cell: Cell) -> bool:
        return self.cells.is_formula(cell) and bool(reaches(self.cells, cell, {*self.mine, *self.claims}))

    def unit_and_source(self, weight: Cell) -> tuple[Cell, Cell] | None:
        """The pre-activation that a weight goes into, and the activation or input that it multiplies."""
        for user in self.users.get(weight, []):
            for argument, slope in self.cells.slopes(user):
                if argument not in self.mine and self(argument) in ("input", "activation", "pre-activation"):
                    weight_slope = dict(self.cells.slopes(user)).get(weight)
                    if weight_slope == self.cells.value(argument) and slope == self.cells.value(weight):
                        return user, argument
        return None
