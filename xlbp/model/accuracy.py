"""Whether a sample is a hit: the predicted class is the target's.

Of several outputs the largest is predicted, of equal ones the first, as torch.argmax has it; so a network
whose outputs are all equal is right about the first class only.  A single output predicts by its threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.model.layers import Batch
from xlbp.symbols.expr import Expr, function, if_positive, ref
from xlbp.template import names
from xlbp.template.network import Network

largest = function("largest")


def hit(network: Network, mark: str, z: Batch, a: Batch, targets: Batch) -> Expr:
    """1 or 0 for the sample with this mark, from the last layer's z and a."""
    last = network.layers[-1]
    if last.units == 1:
        return _on_the_same_side(network, z[1, mark], a[1, mark], targets[1, mark])
    units = range(1, last.units + 1)
    shown = [(z if last.activation == "softmax" else a)[i, mark] for i in units]
    wanted = [targets[i, mark] for i in units]
    softmax = last.activation == "softmax"  # which has a cell for its largest z
    most = ref(names.of_layer("m", len(network.layers), mark)) if softmax else largest(*shown)
    return if_positive(largest(*wanted) - _at_the_first(most, shown, wanted), 0, 1)


def _at_the_first(most: Expr, shown: Sequence[Expr], wanted: Sequence[Expr]) -> Expr:
    """The target of the first output that is ``most``; halving keeps the nesting of IFs shallow."""
    if len(shown) == 1:
        return wanted[0]
    half = len(shown) // 2
    front = shown[0] if half == 1 else largest(*shown[:half])
    first, rest = (_at_the_first(most, shown[part], wanted[part]) for part in (slice(half), slice(half, None)))
    return if_positive(most - front, rest, first)


def _on_the_same_side(network: Network, z: Expr, a: Expr, target: Expr) -> Expr:
    """Output and target both above the threshold, or neither; the probability 1/2 is the logit 0."""
    sides = {"binary_cross_entropy": (z, target - 0.5), "hinge": (a, target)}
    value, wanted = sides.get(network.loss, (a - 0.5, target - 0.5))
    return if_positive(value, if_positive(wanted, 1, 0), if_positive(wanted, 0, 1))
