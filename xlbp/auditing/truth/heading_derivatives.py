"""What the headings between the loss and the gradients promise: that a column is the derivative of one by another.

A batch may keep the derivatives of each sample's own loss and take the mean at the end; a column is then as many
times larger as there are samples, and that is no mistake.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Adjoint, Cells
from xlbp.auditing.claims.headings import claim, same
from xlbp.auditing.claims.layout import Layout, Table
from xlbp.auditing.reading.syntax import Cell
from xlbp.auditing.truth.gradients import RTOL, Truth, relative
from xlbp.symbols.expr import topological


@dataclass(frozen=True)
class PromisedDerivative:
    """What the heading of a column says that it is: the derivative of one column by another."""

    of: int | None  # None for the loss
    by: int


class HeadingDerivatives:
    """The promised derivatives of a table's cells."""

    def __init__(self, cells: Cells, layout: Layout, truth: Truth) -> None:
        self.cells, self.layout, self.truth = cells, layout, truth
        self.scales = (1.0, *_divisors(cells, truth))
        self.columns: dict[int, PromisedDerivative] = {}
        if layout.table is not None:
            claims = {parameter.places[0].gradient[2] for parameter in layout.parameters}
            for column, text in layout.table.headings.items():
                promise = self._promise(layout.table, column, text) if column not in claims else None
                if promise is not None:
                    self.columns[column] = promise
        self._holding_in: dict[int, dict[Cell, Cell]] = {}
        self._usual_scales: dict[int, float] = {}
        self._adjoints: dict[Cell, dict[Cell, Adjoint]] = {}

    def _promise(self, table: Table, column: int, text: str) -> PromisedDerivative | None:
        """What a heading says of its column; None where it says nothing, or names what the table has not."""
        said = claim(text)
        if said is None or not said.of:
            return None
        by = [other for other in table.named(said.to) if other != column]
        of = table.named(said.of)
        is_loss = same(said.of, self.layout.loss_name) or (not of and bool(self.layout.losses))
        if not by or not (is_loss or of):
            return None
        return PromisedDerivative(None if is_loss else of[0], by[0])

    def promised(self, cell: Cell) -> float | None:
        """What the heading above a cell promises it to be; None where it promises nothing."""
        table = self.layout.table
        step = table.step(cell) if table else None
        if table is None or step is None or cell[2] not in self.columns or step >= self.layout.steps:
            return None
        promise = self.columns[cell[2]]
        by = table.cell(promise.by, step)
        if promise.of is None:
            adjoint = self.truth.adjoints[step].get(by)
            return None if adjoint is None else adjoint.value * self.usual_scale(table, step)
        adjoint = self._adjoints_of(table.cell(promise.of, step)).get(by)
        return None if adjoint is None else adjoint.value

    def _adjoints_of(self, start: Cell) -> dict[Cell, Adjoint]:
        """The derivatives of a cell by all that it is made from."""
        if start not in self._adjoints:
            self._adjoints[start] = self.cells.adjoints(start, self.layout.stops())
        return self._adjoints[start]

    def usual_scale(self, table: Table, step: int) -> float:
        """By how much the derivatives of the loss are larger than they are promised to be, in most columns."""
        if step not in self._usual_scales:
            votes = Counter[float]()
            for column, promise in self.columns.items():
                adjoint = self.truth.adjoints[step].get(table.cell(promise.by, step))
                if promise.of is None and adjoint is not None and adjoint.value:
                    value = self.cells.value(table.cell(column, step))
                    votes.update(scale for scale in self.scales if relative(value, adjoint.value * scale) <= RTOL)
            best = max(votes, key=lambda scale: (votes[scale], scale == 1.0), default=1.0)
            self._usual_scales[step] = best
        return self._usual_scales[step]

    def holds(self, cell: Cell) -> bool | None:
        """Whether a cell is what its heading promises; None where that is not known."""
        promised = self.promised(cell)
        return None if promised is None else relative(self.cells.value(cell), promised) <= RTOL

    def first_broken(self, step: int, gradient: Cell) -> list[Cell]:
        """The cells behind a gradient that are first not what their headings promise, and what these are made from.

        Empty where most headings of the step do not hold: they mean something else then.
        """
        table = self.layout.table
        if table is None:
            return []
        kept = [self.holds(table.cell(column, step)) for column in self.columns]
        if kept.count(False) > kept.count(True):
            return []
        forward = self.truth.adjoints[step]
        behind = [cell for cell in self.cells.below((gradient,), forward.__contains__) if cell not in forward]
        broken = {cell for cell in behind if cell != gradient and self.holds(cell) is False}

        def is_first(cell: Cell) -> bool:
            return not broken & {*self.cells.below((cell,), forward.__contains__)} - {cell}

        first = sorted(cell for cell in broken if is_first(cell))
        unnamed = {made for cell in first for made in self.cells.arguments(cell) if self.holds(made) is None}
        return [*first, *(cell for cell in behind if cell in unnamed and cell not in first)]

    def holders(self, step: int, home: Cell) -> dict[Cell, Cell]:
        """By forward cell: the cell that holds the loss's derivative by it, as promised, and is not made from home."""
        holding = self._holding(step)
        made = self.cells.made_from({home}, list(holding.values()), self.truth.adjoints[step]) if holding else set()
        return {by: cell for by, cell in holding.items() if cell not in made}

    def _holding(self, step: int) -> dict[Cell, Cell]:
        """The same, whatever they are made from."""
        if step not in self._holding_in:
            table = self.layout.table
            columns = self.columns if table is not None and self.usual_scale(table, step) == 1.0 else {}
            self._holding_in[step] = {
                table.cell(promise.by, step): table.cell(column, step)
                for column, promise in columns.items()
                if table is not None and promise.of is None and self.holds(table.cell(column, step))
            }
        return self._holding_in[step]


def _divisors(cells: Cells, truth: Truth) -> list[float]:
    """What the loss divides a sum by: the number of samples, where it is a mean."""
    divisors: dict[float, None] = {}
    for cell in truth.adjoints.get(0, {}):
        compiled = cells.compiled(cell)
        for node in topological(compiled.expr) if compiled else ():
            if node.op == "div" and node.args[0].op == "add" and node.args[1].op == "const":
                divisors[float(str(node.args[1].payload))] = None
    return list(divisors)
