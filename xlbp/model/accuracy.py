"""Whether a sample is a hit: the predicted class is the target's.

Of several outputs the largest is predicted, of equal ones the first, as torch.argmax has it; so a network
whose outputs are all equal is right about the first class only.  A single output predicts by its threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbp.model.cells import Array, Grid, Pass
from xlbp.model.forward import Outputs
from xlbp.symbols.expr import Expr, function, if_positive, ref, total
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, quantity

largest = function("largest")


def hit(run: Pass, mark: str, outputs: Outputs, targets: Grid, phase: str) -> Expr:
    """1 or 0 for the sample with this mark; of a sequence the share of its steps, which have cells."""
    network = run.network
    steps = network.each_apart(names.HITS, mark)
    feature = network.output_shape.place(*FEATURES) or 0
    grids = (np.moveaxis(grid[mark], feature, -1) for grid in (outputs.values, outputs.logits, targets))
    each = [grid.reshape(len(steps) or 1, -1) for grid in grids]
    places = steps or (quantity(names.HITS, sample=mark),)
    hits = [_hit(network, place, *parts) for place, *parts in zip(places, *each, strict=True)]
    if not steps:
        return hits[0]
    return total(run.builder.define(step, value, phase) for step, value in zip(steps, hits, strict=True)) / len(hits)


def _hit(network: Network, step: Quantity, values: Array, logits: Array, targets: Array) -> Expr:
    """1 or 0 for outputs that stand together, a sample's or those of a step."""
    if len(values) == 1:
        return _on_the_same_side(network, logits[0], values[0], targets[0])
    if network.layers[-1].activation == "softmax":  # which has a cell for its largest z
        most, shown = ref(quantity("m", network.last, step.indices, step.sample)), logits
    else:
        most, shown = largest(*values), values
    return if_positive(largest(*targets) - _at_the_first(most, shown, targets), 0, 1)


def _at_the_first(most: Expr, shown: Sequence[Expr], targets: Sequence[Expr]) -> Expr:
    """The target of the first output that is ``most``; halving keeps the nesting of IFs shallow."""
    if len(shown) == 1:
        return targets[0]
    half = len(shown) // 2
    front = shown[0] if half == 1 else largest(*shown[:half])
    first, rest = (_at_the_first(most, shown[part], targets[part]) for part in (slice(half), slice(half, None)))
    return if_positive(most - front, rest, first)


def _on_the_same_side(network: Network, z: Expr, a: Expr, target: Expr) -> Expr:
    """Output and target both above the threshold, or neither; the probability 1/2 is the logit 0."""
    sides = {"binary_cross_entropy": (z, target - 0.5), "hinge": (a, target)}
    value, targets = sides.get(network.loss, (a - 0.5, target - 0.5))
    return if_positive(value, if_positive(targets, 1, 0), if_positive(targets, 0, 1))
