"""Whether a sample is a hit: the predicted class is the target's.

Of several outputs the largest is predicted, of equal ones the first, as torch.argmax has it; so a network
whose outputs are all equal is right about the first class only.  A single output predicts by its threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlbp.model.cells import Grid, Pass
from xlbp.model.forward import Outputs
from xlbp.symbols.expr import Expr, function, if_positive, ref
from xlbp.template import names
from xlbp.template.network import Network

largest = function("largest")


def hit(run: Pass, mark: str, outputs: Outputs, targets: Grid) -> Expr:
    """1 or 0 for the sample with this mark."""
    network = run.network
    values, logits, aimed = (list(grid[mark].flat) for grid in (outputs.values, outputs.logits, targets))
    if len(values) == 1:
        return _on_the_same_side(network, logits[0], values[0], aimed[0])
    if network.layers[-1].activation == "softmax":  # which has a cell for its largest z
        most, shown = ref(names.of_layer("m", network.last, mark)), logits
    else:
        most, shown = largest(*values), values
    return if_positive(largest(*aimed) - _at_the_first(most, shown, aimed), 0, 1)


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
