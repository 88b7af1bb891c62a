"""A formula at several places at once, with the values of its parts and of whatever might stand in it instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.equations import PointValues, agree, near
from xlbp.auditing.repair.search_context import SearchContext
from xlbp.auditing.truth.chains import Vector
from xlbp.symbols.expr import Expr, if_positive, ref
from xlbp.symbols.interpret import Interpreter

KIN = ("parameter", "input", "target", "activation", "pre-activation")
KINSHIP, PER_COLUMN, PER_ROW, FAR = 0.07, 0.001, 0.0002, 100


@dataclass(frozen=True)
class PartToRepair:
    """One part of the formula, and what it would have to be worth at every point; NaN where that does not matter."""

    node: Expr
    wanted: Vector
    depth: int = 0


class FormulaAtPoints:
    """The formula that stands at the points, ready to be changed."""

    def __init__(
        self, scene: SearchContext, points: tuple[Cell, ...], compiled: Compiled, origins: tuple[int, ...]
    ) -> None:
        self.scene, self.points, self.origins = scene, points, origins
        self.chains = [chain.seen_from(origins) for chain in scene.chains]
        self.slots: dict[str, Ref] = dict(compiled.slots)
        self.expr = compiled.expr
        self.value = Interpreter(PointValues(scene.cells, points, self.slots))
        self._matrix: NDArray[np.float64] | None = None
        self.others = [(self._slot(r), r) for r in scene.candidates(points[0])]

    def _slot(self, reference: Ref) -> str:
        name = slot(reference)
        self.slots.setdefault(name, reference)
        return name

    def of(self, expr: Expr) -> Vector:
        """The value of an expression at every point."""
        with np.errstate(all="ignore"):
            found = self.value(expr)
        return np.broadcast_to(np.asarray(found, dtype=np.float64), (len(self.points),))

    def fits(self, expr: Expr, wanted: Vector) -> bool:
        """Whether an expression is worth that at every point."""
        return agree(self.of(expr), wanted)

    def worth(self, wanted: Vector) -> list[int]:
        """Which of the other cells are worth that at every point, looked up for all of them at once."""
        cares = ~np.isnan(wanted)
        if not cares.any() or not self.others:
            return []
        if self._matrix is None:
            self._matrix = np.array([self.of(ref(name)) for name, _ in self.others])
        with np.errstate(all="ignore"):
            same = near(self._matrix[:, cares], wanted[cares])
        return [int(k) for k in np.flatnonzero(same.all(axis=1))]

    def known_as(self, wanted: Vector) -> Expr | None:
        """A cell of the row that is worth just that."""
        return next((ref(self.others[k][0]) for k in self.worth(wanted)), None)

    def slope_text(self, cell: Cell, user: Cell) -> Expr:
        """One factor of the chain rule as people write it: a(1-a), 1-a^2, IF(z>0,1,0), a weight, or from the table."""
        derived = self.scene.slope(self.points[0], user, cell)
        if derived is None:
            return if_positive(ref(self._slot(Ref.moving(cell, self.points[0]))), 1, 0)
        for name, reference in derived[1].items():
            self.slots.setdefault(name, reference)
        return derived[0]

    def activation_text(self, cell: Cell) -> Expr | None:
        """The derivative of an activation by its sum, where it is a usual one."""
        slope, slots = self.scene.activation(self.points[0], cell)
        for name, reference in slots.items():
            self.slots.setdefault(name, reference)
        return slope

    def kinship(self, old: Ref, new: Ref) -> float:
        """A cell is mistaken for one of its own kind: a target for a target, a weight for a weight."""
        was, meant = (self.scene.role(reference.at(self.points[0])) for reference in (old, new))
        return KINSHIP if was == meant and was in KIN else 0.0

    def distance(self, old: Ref, new: Ref) -> float:
        """A slip to a cell nearby is likelier than one far away."""
        a, b = old.at(self.points[0]), new.at(self.points[0])
        return PER_COLUMN * min(FAR, abs(a[2] - b[2])) + PER_ROW * min(FAR, abs(a[1] - b[1]))
