"""The forward pass of an input that is no sample: what the network answers anywhere, as in testing.

It stands in no row of the training.  The input is ``x[1]``, ``x[2]``; where features are scaled, ``raw[1]`` and so
on, and x = (raw - shift) / size by the data sheet's statistics.  Where targets are scaled, an output a comes back to
the units of the data as y = a size + shift.  There is no dropout, as when testing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import mul

import numpy as np

from xlbp.model.cells import Pass
from xlbp.model.forward import forward
from xlbp.symbols.expr import Expr, cos, names_in, ref, sin
from xlbp.symbols.program import Builder, Column
from xlbp.template.features import PRODUCT, Feature
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.template.scaling import INPUTS, TARGETS

FUNCTIONS = {"sin": sin, "cos": cos}


def answer_columns(network: Network) -> tuple[Column, ...]:
    """The columns from the input to the last layer's outputs."""
    builder = Builder()
    run = Pass(builder, network, ("",), training=False)
    given = [ref(name) for name in network.given]
    for name, feature in zip(network.derived, network.data.features, strict=True):
        builder.add(Column(name, _computed(feature, given), "forward"))
    cells = [_input(builder, network, number) for number in network.each_input()]
    inputs = np.array(cells, dtype=object).reshape(network.input_shape)
    outputs = list(forward(run, {"": inputs}).values[""].flat)
    if TARGETS in network.scalings:
        outputs = [_predicted(builder, network, *each) for each in zip(network.predicted, outputs, strict=True)]
    return _needed(builder, outputs)


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
    if INPUTS not in network.scalings:
        return ref(number)
    shift, size = (ref(network.statistic(letter, number)) for letter in INPUTS.statistics)
    return builder.define(number, (ref(number.lettered(INPUTS.raw)) - shift) / size, "forward")


def _computed(feature: Feature, inputs: Sequence[Expr]) -> Expr:
    """A feature of the inputs."""
    first, *others = (inputs[place] for place in feature.of)
    return reduce(mul, others, first) if feature.function == PRODUCT else FUNCTIONS[feature.function](first)


def _predicted(builder: Builder, network: Network, number: Quantity, output: Expr) -> Expr:
    """An output in the units of the targets."""
    shift, size = (ref(network.statistic(letter, number)) for letter in TARGETS.statistics)
    return builder.define(number, output * size + shift, "forward")
