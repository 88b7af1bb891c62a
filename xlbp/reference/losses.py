"""Losses by hand: E_i of one output, and where the backward pass starts.

Conventions are PyTorch's: ``half_squared_error`` and ``cross_entropy`` are sums over the n outputs, the others
means; ``half_mse`` is half of ``mse``.  Shapes: (B, n); of a sequence (B, steps, n), of maps (B, n, height, width),
whose n outputs at each step, or place, have a loss together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import exp, features_back, features_last, in_order, log, shared_out
from xlbp.reference.history import Array
from xlbp.template.blocks.block import Shape
from xlbp.template.losses import OUTPUTS, SAMPLES


class Outputs(NamedTuple):
    """The last layer: ``e`` is a - t, ``lse`` the log-sum-exp of a softmax layer, for each output that shares it.

    ``shape`` is that of the outputs of one sample.  ``rho`` is what each sample, or step of one, counts for by its
    class, (B, ...), or each output; 1 where all count alike.
    """

    z: Array
    a: Array
    t: Array
    e: Array
    lse: Array
    delta: float
    shape: Shape
    rho: Array
    weighs: str = ""


class Loss(NamedTuple):
    """``each`` gives E_i; ``start`` gives dE/da, or dE/dz where the loss takes the logit, of n outputs together.

    ``is_linear`` in the targets, so that their shares in a mean over steps are taken where these come in.
    """

    each: Callable[[Outputs], Array]
    start: Callable[[Outputs, int], Array]
    is_linear: bool = False

    def start_over(self, outputs: Outputs, n: int, steps: int) -> Array:
        """The same of a mean over so many steps, or places; of one it is a sum."""
        if self.is_linear:
            return self.start(outputs._replace(t=counted_targets(outputs, steps)), n)
        return shared_out(self.start(outputs, n), steps)


def counted_targets(o: Outputs, steps: int) -> Array:
    """The targets, each sample's times what it counts for, shared out over so many steps."""
    if o.weighs != SAMPLES:
        return shared_out(o.t, steps)
    return features_back(shared_out(o.rho, steps)[..., None] * features_last(o.t, o.shape), o.shape)


def _log_loss(o: Outputs) -> Array:
    """-(t log p + (1 - t) log(1 - p)) with p = sigmoid(z), without a logarithm of p, times what the output counts."""
    return _weighed(o, np.maximum(o.z, 0) - o.z * o.t + log(1 + exp(-np.abs(o.z))))


def _weighed(o: Outputs, value: Array) -> Array:
    """What each output has, times what it counts for."""
    return o.rho * value if o.weighs == OUTPUTS else value


def _softmax_start(o: Outputs) -> Array:
    """p * sum(t) - t, which is p - t for targets that sum to 1."""
    sums = in_order(features_last(o.t, o.shape))[..., None]
    return features_back(sums * features_last(o.a, o.shape), o.shape) - o.t


def _huber(o: Outputs) -> Array:
    size = np.abs(o.e)
    return np.where(size <= o.delta, o.e * o.e / 2, o.delta * (size - o.delta / 2))


def _hinge_start(o: Outputs, n: int) -> Array:
    margin = 1 - o.t * o.a
    return np.where(np.isnan(margin), margin, np.where(margin > 0, -o.t, 0.0)) / n


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(lambda o: o.e * o.e / 2, lambda o, n: o.e),
    "half_mse": Loss(lambda o: o.e * o.e / 2, lambda o, n: o.e / n),
    "mse": Loss(lambda o: o.e * o.e, lambda o, n: 2 * o.e / n),
    "mae": Loss(lambda o: np.abs(o.e), lambda o, n: np.sign(o.e) / n),
    "huber": Loss(_huber, lambda o, n: np.maximum(-o.delta, np.minimum(o.e, o.delta)) / n),
    "binary_cross_entropy": Loss(_log_loss, lambda o, n: _weighed(o, o.a - o.t) / n),
    "cross_entropy": Loss(lambda o: o.t * (o.lse - o.z), lambda o, n: _softmax_start(o), is_linear=True),
    "hinge": Loss(lambda o: np.maximum(1 - o.t * o.a, 0), _hinge_start),
}
