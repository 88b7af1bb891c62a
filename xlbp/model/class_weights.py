"""What a sample, or an output, counts for by the weight of its class.

PyTorch's: the loss of a batch is the weighted mean over its samples, and the weight of an output is that of its ones
(pos_weight).  A sample's weight is put beside the mean weight of the row, so that the loss is a plain mean again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlbp.model.cells import Grid, Pass
from xlbp.symbols.expr import Expr, ref, total
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, quantity

FEWEST = 2  # samples, or steps, of which one may count for more than another


def relative_weights(run: Pass, targets: Grid) -> Mapping[Quantity, Expr]:
    """By its name the cell of what each output, or each sample, or step of one, counts for; none where all do alike."""
    phase = "loss" if run.training else run.phase
    if run.network.weighs == OUTPUTS:
        return _of_outputs(run, targets, phase)
    return _of_samples(run, targets, phase) if run.network.weighs == SAMPLES else {}


def _of_outputs(run: Pass, targets: Grid, phase: str) -> dict[Quantity, Expr]:
    """1 for a target of 0, the weight of the output for one of 1."""
    network, cells = run.network, {}
    for name in network.each_target(names.RELATIVE_WEIGHT):
        weight = ref(network.weights_of_classes[network.feature_of(name) - 1])
        for mark in run.marks:
            target = targets[mark][tuple(i - 1 for i in name.indices)]
            cells[name.sampled(mark)] = run.builder.define(name.sampled(mark), 1 + (weight - 1) * target, phase)
    return cells


def _of_samples(run: Pass, targets: Grid, phase: str) -> dict[Quantity, Expr]:
    """The weight of each sample's class, or of each step's, as a share of their mean in the row."""
    network, weights = run.network, [ref(name) for name in run.network.weights_of_classes]
    cells: dict[Quantity, Expr] = {}
    for mark in run.marks:
        features_last = np.moveaxis(targets[mark], network.output_shape.place(*FEATURES) or 0, -1)
        rows = features_last.reshape(-1, len(weights))
        for name, row in zip(places_of(network, names.CLASS_WEIGHT, mark), rows, strict=True):
            value = total(weight * target for weight, target in zip(weights, row, strict=True))
            cells[name] = run.builder.define(name, value, phase)
    if len(cells) < FEWEST:  # a single sample counts for all
        return {}
    whole = names.CLASS_WEIGHT + ("" if run.training else names.TEST)
    mean = run.builder.define(whole, total(cells.values()) / len(cells), phase)
    shares = {name.lettered(names.RELATIVE_WEIGHT): cell / mean for name, cell in cells.items()}
    return {name: run.builder.define(name, share, phase) for name, share in shares.items()}


def places_of(network: Network, letter: str, mark: str) -> tuple[Quantity, ...]:
    """What a sample, or each of its steps, has under a letter."""
    return network.each_apart(letter, mark) or (quantity(letter, sample=mark),)
