"""Cells of the backward pass that hold no derivative, though the one that belongs there mends the gradients.

Where no small change makes a formula right, the derivative by a cell that it refers to may: that of the loss, or that of
what takes the cell alone.  It is tried in all cells with the formula at once, one for each sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.diagnosis.repaired_sheet import RepairedSheet
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.fixes import ChangedFormula, Edit, Fix
from xlbp.auditing.repair.hypotheses import DERIVED
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import ComparedGradient
from xlbp.auditing.truth.roles import Roles
from xlbp.symbols.expr import Expr, const

MOST_FAMILIES, MOST_MEMBERS = 40, 400
Values = list[float]


@dataclass(frozen=True)
class Derivative:
    """What may belong into a family of cells: the values there, and how its first cell would write it."""

    values: Values
    written: Expr
    slots: dict[str, Ref]


class DerivedFormulas:
    """Searches the chain of wrong claims for cells in which another derivative belongs."""

    def __init__(self, cells: Cells, layout: Layout, repaired: RepairedSheet) -> None:
        self.cells, self.layout, self.repaired = cells, layout, repaired

    def fixes(self, wrong: Sequence[ComparedGradient], roles: Roles, scales: Sequence[float]) -> Iterator[Fix]:
        """The changes that make the claims at these points right, all of one step."""
        points = [point for point in wrong if point.place.step == roles.step]
        for family in self._families(points, roles):
            compiled = self.cells.compiled(family[0])
            references = compiled.slots if compiled else ()
            for _, reference in references:
                for derivative in self._derivatives(family, reference, roles, scales):
                    fix = self._fix(family, derivative)
                    if self._mends(fix, points):
                        yield fix

    def _families(self, points: Sequence[ComparedGradient], roles: Roles) -> list[list[Cell]]:
        """The cells of the chain, those of one formula together, each only if it refers to the forward pass."""
        changed = self.repaired.changes(roles.step)
        families: dict[Compiled, list[Cell]] = {}
        gradients = [point.place.gradient for point in points]
        for cell in self.cells.below(gradients, roles.forward.__contains__):
            compiled = self.cells.compiled(cell) if cell not in roles.forward and cell not in changed else None
            if compiled is not None and any(c in roles.forward for c in self.cells.arguments(cell)):
                families.setdefault(compiled, []).append(cell)
        return [sorted(family) for family in families.values() if len(family) <= MOST_MEMBERS][:MOST_FAMILIES]

    def _derivatives(
        self, family: list[Cell], reference: Ref, roles: Roles, scales: Sequence[float]
    ) -> Iterator[Derivative]:
        """The derivatives by the cells that one reference of the formula means."""
        of_cells = [reference.at(member) for member in family]
        if any(cell not in roles.forward or cell in roles.parameters for cell in of_cells):
            return
        derivation = Derivation(self.cells, roles, family[0])
        for scale in scales:
            values = [roles.forward[cell].value * scale for cell in of_cells]
            written = derivation.adjoint(of_cells[0])
            yield Derivative(values, written if scale == 1 else written * const(scale), derivation.slots)
        users = [roles.users.get(cell, []) for cell in of_cells]
        if all(len(several) == 1 for several in users):
            slopes = [dict(self.cells.slopes(user)).get(c, 0.0) for (user,), c in zip(users, of_cells, strict=True)]
            yield Derivative(slopes, derivation.slope(users[0][0], of_cells[0]), derivation.slots)
        activation = derivation.activation(of_cells[0])
        if activation is not None:
            slopes = [self.cells.slope_of_activation(cell) for cell in of_cells]
            yield Derivative(slopes, activation, derivation.slots)

    def _fix(self, family: list[Cell], derivative: Derivative) -> Fix:
        """The fix that gives all cells of a family another formula."""
        before = self.cells.compiled(family[0])
        assert before is not None
        slots = {**dict(before.slots), **derivative.slots}
        edit = Edit(DERIVED.sort, before.expr, derivative.written)
        in_table = self.layout.table is not None
        members = [(cell, value) for cell, value in zip(family, derivative.values, strict=True)]
        groups = [[each] for each in members] if in_table else [members]
        formulas = tuple(
            ChangedFormula(
                tuple(cell for cell, _ in group),
                derivative.written,
                slots,
                np.array([value for _, value in group]),
                (edit,),
            )
            for group in groups
        )
        return Fix(DERIVED.cost, derivative.written, (), formulas)

    def _mends(self, fix: Fix, points: Sequence[ComparedGradient]) -> bool:
        """Whether a fix changes numbers to numbers, and makes these claims right."""
        values = np.concatenate([formula.values for formula in fix.formulas])
        if not np.isfinite(values).all():
            return False
        return all(self.repaired.is_right_with(fix, point) for point in points)
