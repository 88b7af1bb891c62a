"""A softmax differentiated by the diagonal of its Jacobian alone: p(1-p), as if no output hung on another's sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing import findings as kinds
from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import Layout, alike_in_column
from xlbp.auditing.explanations import said
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.reading.writing import formula
from xlbp.auditing.truth.derivation import Derivation
from xlbp.auditing.truth.gradients import RTOL, ComparedGradient, Truth, relative
from xlbp.auditing.truth.roles import CellRole, Roles
from xlbp.symbols.expr import Expr, total

MOST_CELLS = 300


@dataclass(frozen=True)
class Output:
    """An output of a softmax, and the sum whose exponential it is."""

    cell: Cell
    sum: Cell


class SoftmaxDiagonal:
    """Looks for the slip in one step."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth, roles: Roles, names: dict[Cell, str]) -> None:
        self.cells, self.layout, self.truth, self.roles, self.names = cells, layout, truth, roles, names

    def finding(self, wrong: list[ComparedGradient]) -> Finding | None:
        """The finding, where the right derivatives by the sums make all wrong claims of the step right."""
        of_step = [gradient for gradient in wrong if gradient.place.step == self.roles.step]
        outputs = list(self._outputs()) if of_step else []
        slipped = dict(self._slipped(of_step, outputs))
        changes = {cell: self.roles.forward[output.sum].value for cell, output in slipped.items()}
        if not changes or not all(self._is_right(gradient, changes) for gradient in of_step):
            return None
        first = min(slipped)
        table = self.layout.table
        every = {alike for cell in slipped for alike in (alike_in_column(self.cells, table, cell) if table else [cell])}
        text = self._expected(first, slipped[first], outputs, slipped)
        error = max(gradient.error for gradient in of_step)
        reason = said(kinds.DIAGONAL, "softmax_diagonal")
        return Finding(kinds.DIAGONAL, first, self.cells.shown(first), text, reason, error, sorted(every))

    def _is_right(self, gradient: ComparedGradient, changes: dict[Cell, float]) -> bool:
        worth = self.cells.changed(gradient.place.gradient, changes, self.roles.forward.keys())
        return relative(worth - gradient.base, gradient.true, gradient.size) <= RTOL

    def _outputs(self) -> Iterator[Output]:
        """The outputs of softmaxes: numbers p whose derivatives are p(1-p) by one sum, and not 0 by another."""
        for cell in sorted(self.roles.forward)[:MOST_CELLS]:
            p = self.cells.value(cell)
            if not 0 < p < 1 or not self.cells.is_formula(cell):
                continue
            slopes = self.cells.adjoints(cell, self.roles.parameters)
            sums = {c: each.value for c, each in slopes.items() if self.roles.of(c) is CellRole.PRE_ACTIVATION}
            own = [c for c, slope in sums.items() if relative(slope, p * (1 - p)) <= RTOL]
            if len(own) == 1 and any(slope < 0 for c, slope in sums.items() if c not in own):
                yield Output(cell, own[0])

    def _slipped(self, wrong: list[ComparedGradient], outputs: list[Output]) -> Iterator[tuple[Cell, Output]]:
        """The cells behind wrong claims that are worth the diagonal's part of a sum's derivative."""
        roots = [gradient.place.gradient for gradient in wrong]
        for cell in self.cells.below(roots, self.roles.forward.__contains__):
            for output in outputs if cell not in self.roles.forward and self.cells.is_formula(cell) else ():
                p = self.cells.value(output.cell)
                diagonal = self.roles.forward[output.cell].value * p * (1 - p)
                is_it = relative(self.cells.value(cell), diagonal) <= RTOL
                if is_it and relative(diagonal, self.roles.forward[output.sum].value) > RTOL:
                    yield cell, output
                    break

    def _expected(self, cell: Cell, output: Output, outputs: list[Output], slipped: dict[Cell, Output]) -> str:
        """The derivative by a sum in the sheet's own cells: p (dp - the sum of all dp p)."""
        derivation = Derivation(self.cells, self.roles, cell)
        holders = {each.cell: self._holder(each.cell, slipped) for each in outputs}
        if None in holders.values():
            return formula(derivation.adjoint(output.sum), derivation.slots, cell, self.names)
        terms: list[Expr] = []
        for each, holder in holders.items():
            terms.append(derivation.leaf(holder or each) * derivation.leaf(each))
        own = derivation.leaf(holders[output.cell] or output.cell)
        text = derivation.leaf(output.cell) * (own - total(terms))
        return formula(text, derivation.slots, cell, self.names)

    def _holder(self, output: Cell, slipped: dict[Cell, Output]) -> Cell | None:
        """The cell behind the slipped ones that holds the derivative by an output."""
        true = self.roles.forward[output].value
        behind = self.cells.below(sorted(slipped), self.roles.forward.__contains__)
        candidates = (cell for cell in behind if cell not in self.roles.forward and cell not in slipped)
        return next((cell for cell in candidates if relative(self.cells.value(cell), true) <= RTOL), None)
