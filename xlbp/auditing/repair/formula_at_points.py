"""A formula at several places at once, with the values of its parts and of whatever might stand in it instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlbp.auditing.calculation.expressions import substituted
from xlbp.auditing.calculation.formulas import Compiled
from xlbp.auditing.calculation.outside import BY_ENGINE, PointInterpreter
from xlbp.auditing.reading.algebra import slot
from xlbp.auditing.reading.syntax import Cell, Ref
from xlbp.auditing.repair.chain_table import ChainTable
from xlbp.auditing.repair.equations import PointValues, agree, agreeing
from xlbp.auditing.repair.search_context import SearchContext
from xlbp.auditing.truth.chains import Vector
from xlbp.auditing.truth.roles import CellRole
from xlbp.symbols.expr import Expr, names_in, ref, topological
from xlbp.symbols.interpret import Interpreter

KIN = frozenset({CellRole.PARAMETER, CellRole.INPUT, CellRole.TARGET, CellRole.ACTIVATION, CellRole.PRE_ACTIVATION})
KINSHIP, PER_COLUMN, PER_ROW, FAR = 0.07, 0.001, 0.0002, 100
MOST_FIXES = 12  # of one part of a formula


@dataclass(frozen=True)
class PartToRepair:
    """One part of the formula, and what it needs to be worth at every point; NaN where that does not matter."""

    expr: Expr
    needed: Vector
    depth: int = 0


class FormulaAtPoints:
    """The formula that stands at the points, ready to be changed; ``origins`` are their numbers in the context."""

    def __init__(
        self, context: SearchContext, points: tuple[Cell, ...], compiled: Compiled, origins: tuple[int, ...]
    ) -> None:
        self.context, self.points, self.origins = context, points, origins
        self.chains = [chain.seen_from(origins) for chain in context.chains]
        self.table = ChainTable(self.chains, len(points))
        self.slots: dict[str, Ref] = dict(compiled.slots)
        self.expr = compiled.expr
        self._leaves = PointValues(context.cells, points, self.slots)
        self._interpret = PointInterpreter(self._leaves, context.cells.outside)
        self.candidates = [(self._slot(reference), reference) for reference in context.candidates.of(points[0])]

    def _slot(self, reference: Ref) -> str:
        name = slot(reference)
        self.slots.setdefault(name, reference)
        return name

    def values(self, expr: Expr) -> Vector:
        """The value of an expression at every point."""
        with np.errstate(all="ignore"):
            values = self._interpret(expr)
        return np.broadcast_to(np.asarray(values, dtype=np.float64), (len(self.points),))

    def is_computed(self, reference: Expr) -> bool:
        """Whether all cells that a part refers to have formulas."""
        cells = map(self.slots[str(reference.payload)].at, self.points)
        return all(map(self.context.cells.is_formula, cells))

    def fits(self, expr: Expr, needed: Vector) -> bool:
        """Whether an expression is worth that at every point."""
        return agree(self.values(expr), needed)

    def _worth(self, needed: Vector) -> NDArray[np.intp]:
        """Which of the other cells are worth that at every point, looked up for all of them at once."""
        return agreeing(self._candidate_values, needed) if self.candidates else np.zeros(0, dtype=np.intp)

    def fitting_instead(self, expr: Expr, name: str, needed: Vector) -> list[tuple[str, Ref]]:
        """The other cells that make an expression worth that at every point, wherever it names ``name``."""
        if not self.candidates:
            return []
        if any(node.op in BY_ENGINE for node in topological(expr)):
            return [each for each in self.candidates if self.fits(substituted(expr, ref(name), ref(each[0])), needed)]
        leaves = {leaf: self._candidate_values if leaf == name else self._leaves[leaf] for leaf in names_in(expr)}
        with np.errstate(all="ignore"):
            values = Interpreter(leaves)(expr)
        rows = np.broadcast_to(np.asarray(values, dtype=np.float64), self._candidate_values.shape)
        return [self.candidates[int(k)] for k in agreeing(rows, needed)]

    @cached_property
    def _candidate_values(self) -> NDArray[np.float64]:
        """The values of each candidate at every point."""
        return np.array([self._leaves[name] for name, _ in self.candidates])

    def candidates_worth(self, needed: Vector, old: Ref, counts_kin: bool) -> list[tuple[float, str]]:
        """The other cells that are worth that at every point, and what each costs more instead of ``old``.

        No more of them than there are fixes of one part, the cheapest.
        """
        found = self._worth(needed)
        if not len(found):
            return []
        sheet, row, column = old.at(self.points[0])
        places = self._candidate_places[found]
        more = PER_COLUMN * np.minimum(FAR, np.abs(places[:, 1] - column)) + PER_ROW * np.minimum(
            FAR, np.abs(places[:, 0] - row)
        )
        role = self.context.role((sheet, row, column))
        if counts_kin and role in KIN:
            more -= KINSHIP * np.array([self._candidate_roles[int(k)] is role for k in found])
        cheapest = np.argsort(more, kind="stable")[: MOST_FIXES + 1]  # one of them may be what stands there
        return [(float(more[k]), self.candidates[int(found[k])][0]) for k in cheapest]

    @cached_property
    def _candidate_places(self) -> NDArray[np.int64]:
        """Row and column of each candidate."""
        return np.array([reference.at(self.points[0])[1:] for _, reference in self.candidates], dtype=np.int64)

    @cached_property
    def _candidate_roles(self) -> list[CellRole]:
        return [self.context.role(reference.at(self.points[0])) for _, reference in self.candidates]

    def cell_worth(self, needed: Vector) -> Expr | None:
        """A cell of the row that is worth just that."""
        found = self._worth(needed)
        return ref(self.candidates[int(found[0])][0]) if len(found) else None

    def slope_text(self, cell: Cell, user: Cell) -> Expr:
        """One factor of the chain rule as people write it: a(1-a), 1-a^2, IF(z>0,1,0), a weight, or from the table."""
        derivation = self.context.derivation(self.points[0])
        slope = derivation.slope(user, cell)
        self.add_slots(derivation.slots)
        return slope

    def activation_text(self, cell: Cell) -> Expr | None:
        """The derivative of an activation by its sum, where it is a usual one."""
        derivation = self.context.derivation(self.points[0])
        slope = derivation.activation(cell)
        self.add_slots(derivation.slots)
        return slope

    def add_slots(self, slots: Mapping[str, Ref]) -> None:
        """Let expressions refer to these cells, too."""
        for name, reference in slots.items():
            self.slots.setdefault(name, reference)

    def kinship(self, old: Ref, new: Ref) -> float:
        """A cell is mistaken for one of its own kind: a target for a target, a weight for a weight."""
        old_role, new_role = (self.context.role(reference.at(self.points[0])) for reference in (old, new))
        return KINSHIP if old_role is new_role and old_role in KIN else 0.0

    def distance(self, old: Ref, new: Ref) -> float:
        """A slip to a cell nearby is likelier than one far away."""
        (_, old_row, old_column), (_, new_row, new_column) = old.at(self.points[0]), new.at(self.points[0])
        return PER_COLUMN * min(FAR, abs(old_column - new_column)) + PER_ROW * min(FAR, abs(old_row - new_row))
