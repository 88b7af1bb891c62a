"""The forward pass of an input that is no sample: what the network answers anywhere, as in testing.

It stands in no row of the training.  The input is ``x[1]``, ``x[2]``; where features are scaled, ``raw[1]`` and so
on, and x = (raw - shift) / size by the data sheet's statistics.  There is no dropout, as when testing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlbp.model.cells import Pass
from xlbp.model.forward import forward
from xlbp.symbols.expr import Expr, names_in, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.layer import INPUT
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity

MOST_INPUTS = 2  # of a network whose answers can be drawn: a curve or a plane


def answer_columns(network: Network) -> tuple[Column, ...]:
    """The columns from the input to the last layer's outputs; none where it is no amount, or too many to be drawn."""
    takes_tokens = any(node.block.kind == Embedding.kind and INPUT in node.inputs for node in network.nodes)
    if takes_tokens or len(network.inputs[0]) > MOST_INPUTS or len(network.input_shape) > 1:
        return ()
    builder = Builder()
    run = Pass(builder, network, ("",), training=False)
    inputs = np.array([_input(builder, network, number) for number in network.each_input()], dtype=object)
    return _needed(builder, forward(run, {"": inputs}).values[""].flat)


def _needed(builder: Builder, outputs: Iterable[Expr]) -> tuple[Column, ...]:
    """What the outputs are made from: not the log-sum-exp, which a loss needs."""
    waiting = [name for cell in outputs for name in names_in(cell)]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in builder.columns and name not in needed:
            needed.add(name)
            waiting += names_in(builder.columns[name].expr)
    return tuple(column for column in builder.columns.values() if column.name in needed)


def _input(builder: Builder, network: Network, number: Quantity) -> Expr:
    """An input as the first layer sees it."""
    if network.data.scale == "none":
        return ref(number)
    shift, size = (ref(network.statistic(letter, number)) for letter in ("shift", "size"))
    return builder.define(number, (ref(number.lettered("raw")) - shift) / size, "forward")
