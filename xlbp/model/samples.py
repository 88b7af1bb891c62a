"""The samples of a row: those on the panel, or those it picks from the table, and those kept for testing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from xlbp.model.cells import Grid
from xlbp.symbols.expr import Expr, floor, modulo, pick, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.blocks.block import Elements, Shape
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, quantity

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

    def cell(number: Quantity, mark: str) -> Expr:
        value = ref(number.sampled(row_of[mark]))
        if network.stored or (mark and letter == "x"):
            return builder.add(Column(_in_row(number, mark), value, "batch"))
        return value

    return _grid(network, letter, cell)


def _grid(network: Network, letter: str, cell: Callable[[Quantity, str], Expr]) -> Grid:
    """Inputs or targets from what makes the cell of each number of a sample; the samples of a number side by side."""
    called, shape = _called(network, letter)
    grid: Grid = {mark: np.empty(shape, dtype=object) for mark in network.marks}
    for number, mark in product(called, network.marks):
        grid[mark][tuple(i - 1 for i in number.indices)] = cell(number, mark)
    return grid


def _called(network: Network, letter: str) -> tuple[Elements, Shape]:
    """What the numbers of a sample are called, and their shape."""
    if letter == "x":
        return network.each_input(), network.input_shape
    return network.each_target(), network.target_shape


def _in_row(number: Quantity, mark: str) -> Quantity:
    """What a number of a sample is called in the row: ``a0[1]@2``, or ``t[1]@2``."""
    return quantity("a", 0, number.indices, mark) if number.letter == "x" else number.sampled(mark)


def _picked(builder: Builder, network: Network) -> tuple[Grid, Grid]:
    """Row t takes the draws t B + 1 to t B + B: of the shuffled order, or one sample after the other."""
    batch, samples, order = network.batch, network.samples, network.data.order
    builder.add(Column(names.EPOCH, floor(T * batch / samples) + 1, "batch"))
    for k, mark in enumerate(network.marks):
        draw = T * batch + k if k else T * batch
        number = pick(names.ORDER, draw + 1, len(order)) if order else modulo(draw, samples) + 1
        builder.add(Column(names.of_input(names.SAMPLE, 0, mark), number, "batch"))

    def picked(letter: str) -> Grid:
        def cell(number: Quantity, mark: str) -> Expr:
            value = pick(number, ref(names.of_input(names.SAMPLE, 0, mark)), samples)
            return builder.add(Column(_in_row(number, mark), value, "batch"))

        return _grid(network, letter, cell)

    return picked("x"), picked("t")


def tested(network: Network, place: int, mark: str) -> tuple[Grid, Grid]:
    """Inputs and targets of a sample that is kept from training, straight from the table."""
    row = f"#{network.samples + place + 1}"

    def cells(letter: str) -> Grid:
        called, shape = _called(network, letter)
        return {mark: np.array([ref(number.sampled(row)) for number in called], dtype=object).reshape(shape)}

    return cells("x"), cells("t")
