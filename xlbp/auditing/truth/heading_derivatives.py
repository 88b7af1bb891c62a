"""What the headings between the loss and the gradients promise: that a column is the derivative of one by another.

A batch may keep the derivatives of each sample's own loss and take the mean at the end; a column is then as many
times larger as there are samples, and that is no mistake.
"""

from __future__ import annotations

from collections import Counter

from xlbp.auditing.calculation.cells import Adjoint, Cells
from xlbp.auditing.claims.headings import claim, same
from xlbp.auditing.claims.layout import Layout
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import RTOL, Truth, relative
from xlbp.symbols.expr import topological


class HeadingDerivatives:
    """The promised derivative of a table's cells, by heading."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth) -> None:
        self.cells, self.layout, self.truth = cells, layout, truth
        self.scales = (1.0, *_divisors(cells, truth))
        self.claims = {p.places[0].gradient[2] for p in layout.parameters}
        self.columns: dict[int, tuple[int | None, int]] = dict(self._columns())
        self._usual: dict[int, float] = {}
        self._local: dict[Cell, dict[Cell, Adjoint]] = {}

    def _columns(self) -> list[tuple[int, tuple[int | None, int]]]:
        table, losses = self.layout.table, self.layout.losses
        if table is None:
            return []
        found: list[tuple[int, tuple[int | None, int]]] = []
        for column, text in table.headings.items():
            said = claim(text)
            if said is None or not said.of or column in self.claims:
                continue
            to = [c for c, t in table.headings.items() if same(t, said.to) and c != column]
            of = [c for c, t in table.headings.items() if same(t, said.of)]
            is_loss = same(said.of, self.layout.loss_name) or (not of and losses)
            if to and (is_loss or of):
                found.append((column, (None if is_loss else of[0], to[0])))
        return found

    def promised(self, cell: Cell) -> float | None:
        """What the heading above a cell promises it to be; None where it promises nothing."""
        table = self.layout.table
        step = table.step(cell) if table else None
        if table is None or step is None or cell[2] not in self.columns or step >= self.layout.steps:
            return None
        of, to = self.columns[cell[2]]
        if of is None:
            adjoint = self.truth.adjoints[step].get(table.cell(to, step))
            return None if adjoint is None else adjoint.value * self.usual(step)
        start = table.cell(of, step)
        if start not in self._local:
            self._local[start] = self.cells.adjoints(start, self.layout.stops())
        found = self._local[start].get(table.cell(to, step))
        return None if found is None else found.value

    def usual(self, step: int) -> float:
        """By how much the derivatives of the loss are larger than they are promised to be, in most columns."""
        if step not in self._usual:
            table, votes = self.layout.table, Counter[float]()
            assert table is not None
            for column, (of, to) in self.columns.items():
                adjoint = self.truth.adjoints[step].get(table.cell(to, step))
                if of is None and adjoint is not None and adjoint.value:
                    value = self.cells.value(table.cell(column, step))
                    votes.update(s for s in self.scales if relative(value, adjoint.value * s) <= RTOL)
            self._usual[step] = max(votes, key=lambda s: (votes[s], s == 1.0)) if votes else 1.0
        return self._usual[step]

    def holds(self, cell: Cell) -> bool | None:
        """Whether a cell is what its heading promises; None where that is not known."""
        promised = self.promised(cell)
        return None if promised is None else relative(self.cells.value(cell), promised) <= RTOL


def _divisors(cells: Cells, truth: Truth) -> list[float]:
    """What the loss divides a sum by: the number of samples, where it is a mean."""
    found: dict[float, None] = {}
    for cell in truth.adjoints.get(0, {}):
        compiled = cells.compiled(cell)
        for node in topological(compiled.expr) if compiled else ():
            if node.op == "div" and node.args[0].op == "add" and node.args[1].op == "const":
                found[float(str(node.args[1].payload))] = None
    return list(found)
