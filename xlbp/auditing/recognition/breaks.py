"""Breaks: a parameter that does not go on from what the step before made of it, where the others do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.auditing.calculation.cells import Cells
from xlbp.auditing.claims.layout import is_numeric
from xlbp.auditing.reading.syntax import Cell, address
from xlbp.auditing.recognition.training import Training


@dataclass(frozen=True)
class Break:
    """The cell in which a later step's old value stands, and the new value that it should take over."""

    start: Cell  # of the parameter
    step: int
    cell: Cell
    new: Cell

    @property
    def expected(self) -> str:
        """The formula that belongs into the cell."""
        return f"={address(self.new, self.cell[0])}"


def breaks(cells: Cells, training: Training) -> Iterator[Break]:
    """The breaks of a training whose steps stand apart; in a table the column itself shows them."""
    for thread in training.threads:
        olds = list(thread.olds[1:])
        if len(thread.moves) < training.steps:
            olds.append(training.shift(len(thread.moves)).of(thread.start))
        for step, (old, before) in enumerate(zip(olds, thread.moves, strict=False), 1):
            is_taken_over = before.new in (old, training.graph.source(old))
            if not is_taken_over and is_numeric(cells, old) and training.graph.users(old):
                yield Break(thread.start, step, old, before.new)
