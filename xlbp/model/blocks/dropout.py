"""Dropout's masks, drawn in the row itself by a generator that any spreadsheet computes exactly.

r = 16807 r' mod (2^31 - 1) from mask to mask and from row to row (Lehmer; Park and Miller, CACM 31, 1988);
q = 1 / (1 - p) where r >= p (2^31 - 1), else 0   (inverted dropout, as in PyTorch; Srivastava et al., 2014).
"""

from __future__ import annotations

from xlbp.model.cells import Cells, Grid, Pass
from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, const, floor, if_positive, modulo, prev, ref
from xlbp.symbols.program import Column
from xlbp.template.blocks.dropout import Dropout
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

MULTIPLIER, MODULUS = 16807, 2147483647
FIRST_MULTIPLIER, OFFSET = 69621, 31337  # so that small seeds, too, start anywhere


def add_masks(run: Pass) -> None:
    """The random numbers and the masks of every node that leaves units out, before the forward pass."""
    nodes = [node for node in run.network.nodes if node.block.kind == Dropout.kind]
    numbers = [(node, name) for node in nodes for name in _each(run, node, "r")]
    if not numbers:
        return
    before: Expr = prev(numbers[-1][1])
    start: Expr | None = modulo(MULTIPLIER * _seed(), MODULUS)
    for node, name in numbers:
        value = modulo(MULTIPLIER * before, MODULUS)
        before = run.builder.add(Column(name, value, "dropout", node.layer, start))
        start = None
    for node in nodes:
        share = setting(f"drop{node.layer}")
        for mask, number in zip(_each(run, node, "q"), _each(run, node, "r"), strict=True):
            kept = if_positive(ref(number) + 1 - share * MODULUS, 1 / (1 - share), 0)
            run.builder.add(Column(mask, kept, "dropout", node.layer))


def _seed() -> Expr:
    """The number before the first one of the first row."""
    return modulo(const(FIRST_MULTIPLIER) * (floor(setting("seed")) + OFFSET), MODULUS)


def _each(run: Pass, node: Node, letter: str) -> list[Quantity]:
    """A tensor of a node: every element with every sample."""
    tensor = next(tensor for tensor in run.network.tensors_of(node) if tensor.letter == letter)
    elements = tensor.elements(node.layer)
    return [element.sampled(mark) for element in elements for mark in run.marks]


def forward(cells: Cells, block: Dropout, a: Grid) -> Grid:
    """h = a q in training; samples that are kept from it pass unchanged."""
    q = cells.references("q")
    return cells.fill("h", lambda s, *i: a[s][i] * q[s][i]) if cells.training else a
