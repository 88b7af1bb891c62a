"""The samples of a row: those on the panel, or those it picks from the table, and those kept for testing."""

from __future__ import annotations

from itertools import product

from xlbp.model.layers import Batch
from xlbp.symbols.expr import Expr, floor, modulo, pick, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.network import Network

T = ref(names.ITERATION)


def add_batch(builder: Builder, network: Network) -> tuple[Batch, Batch]:
    """The inputs and targets of the row; a batch's inputs stand side by side in it."""
    if network.picks:
        return _picked(builder, network)
    return _column(builder, network, "x"), _column(builder, network, "t")


def _column(builder: Builder, network: Network, letter: str) -> Batch:
    """All samples, from the panel or from the table."""
    rows = names.rows(network.samples) if network.stored else network.marks
    width = len((network.inputs if letter == "x" else network.targets)[0])
    found: Batch = {}
    for i, (mark, row) in product(range(1, width + 1), zip(network.marks, rows, strict=True)):
        cell = ref(names.of_input(letter, i, row))
        if network.stored or (mark and letter == "x"):
            cell = builder.add(Column(_in_row(letter, i, mark), cell, "batch"))
        found[i, mark] = cell
    return found


def _in_row(letter: str, i: int, mark: str) -> str:
    return names.of_unit("a", 0, i, mark) if letter == "x" else names.of_input("t", i, mark)


def _picked(builder: Builder, network: Network) -> tuple[Batch, Batch]:
    """Row t takes the draws t B + 1 to t B + B: of the shuffled order, or one sample after the other."""
    batch, samples, order = network.batch, network.samples, network.data.order
    builder.add(Column(names.EPOCH, floor(T * batch / samples) + 1, "batch"))
    for k, mark in enumerate(network.marks):
        draw = T * batch + k if k else T * batch
        number = pick(names.ORDER, draw + 1, len(order)) if order else modulo(draw, samples) + 1
        builder.add(Column(names.of_input(names.SAMPLE, 0, mark), number, "batch"))
    found: list[Batch] = []
    for letter, width in (("x", len(network.inputs[0])), ("t", len(network.targets[0]))):
        cells: Batch = {}
        for i, mark in product(range(1, width + 1), network.marks):
            number = ref(names.of_input(names.SAMPLE, 0, mark))
            value = pick(names.of_input(letter, i), number, samples)
            cells[i, mark] = builder.add(Column(_in_row(letter, i, mark), value, "batch"))
        found.append(cells)
    return found[0], found[1]


def tested(network: Network, place: int, mark: str) -> tuple[Batch, Batch]:
    """Inputs and targets of a sample that is kept from training, straight from the table."""
    row = f"#{network.samples + place + 1}"

    def cells(letter: str, width: int) -> dict[tuple[int, str], Expr]:
        return {(i, mark): ref(names.of_input(letter, i, row)) for i in range(1, width + 1)}

    return cells("x", len(network.inputs[0])), cells("t", len(network.targets[0]))
