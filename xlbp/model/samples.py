"""The samples of a row: those on the panel, or those it picks from the table, and those kept for testing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from xlbp.model.cells import Grid
from xlbp.symbols.expr import Expr, floor, modulo, pick, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.network import Network

T = ref(names.ITERATION)


def add_batch(builder: Builder, network: Network) -> tuple[Grid, Grid]:
    """The inputs and targets of the row; a batch's inputs stand side by side in it."""
    if network.picks:
        return _picked(builder, network)
    return _all(builder, network, "x"), _all(builder, network, "t")


def _all(builder: Builder, network: Network, letter: str) -> Grid:
    """All samples, from the panel or from the table."""
    rows = names.rows(network.samples) if network.stored else network.marks
    row_of = dict(zip(network.marks, rows, strict=True))

    def cell(i: int, mark: str) -> Expr:
        value = ref(names.of_input(letter, i, row_of[mark]))
        if network.stored or (mark and letter == "x"):
            return builder.add(Column(_in_row(letter, i, mark), value, "batch"))
        return value

    return _grid(network, letter, cell)


def _grid(network: Network, letter: str, cell: Callable[[int, str], Expr]) -> Grid:
    """Inputs or targets from what makes the cell of each number of a sample; the samples of a number side by side."""
    width = len((network.inputs if letter == "x" else network.targets)[0])
    grid: Grid = {mark: np.empty(width, dtype=object) for mark in network.marks}
    for i, mark in product(range(width), network.marks):
        grid[mark][i] = cell(i + 1, mark)
    return grid


def _in_row(letter: str, i: int, mark: str) -> str:
    return names.of_unit("a", 0, i, mark) if letter == "x" else names.of_input("t", i, mark)


def _picked(builder: Builder, network: Network) -> tuple[Grid, Grid]:
    """Row t takes the draws t B + 1 to t B + B: of the shuffled order, or one sample after the other."""
    batch, samples, order = network.batch, network.samples, network.data.order
    builder.add(Column(names.EPOCH, floor(T * batch / samples) + 1, "batch"))
    for k, mark in enumerate(network.marks):
        draw = T * batch + k if k else T * batch
        number = pick(names.ORDER, draw + 1, len(order)) if order else modulo(draw, samples) + 1
        builder.add(Column(names.of_input(names.SAMPLE, 0, mark), number, "batch"))

    def picked(letter: str) -> Grid:
        def cell(i: int, mark: str) -> Expr:
            value = pick(names.of_input(letter, i), ref(names.of_input(names.SAMPLE, 0, mark)), samples)
            return builder.add(Column(_in_row(letter, i, mark), value, "batch"))

        return _grid(network, letter, cell)

    return picked("x"), picked("t")


def tested(network: Network, place: int, mark: str) -> tuple[Grid, Grid]:
    """Inputs and targets of a sample that is kept from training, straight from the table."""
    row = f"#{network.samples + place + 1}"

    def cells(letter: str, width: int) -> Grid:
        return {mark: np.array([ref(names.of_input(letter, i, row)) for i in range(1, width + 1)], dtype=object)}

    return cells("x", len(network.inputs[0])), cells("t", len(network.targets[0]))
