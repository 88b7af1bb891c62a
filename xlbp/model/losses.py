"""Losses of one output, and how outputs make the loss of one sample.

Conventions are PyTorch's, for hinge Keras's: the loss of a batch is the mean over its samples.
``half_squared_error`` (the textbooks' own) and ``cross_entropy`` are summed over the outputs, the others
averaged over them.  Cross-entropies start from the logit z, so that no probability of 0 meets a logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlbp.symbols.expr import Expr, absolute, huber, log_loss, relu, square, total


@dataclass(frozen=True)
class Output:
    """What a loss may use of one output; ``log_sum_exp`` exists after softmax only."""

    error: Expr
    value: Expr
    logit: Expr
    target: Expr
    log_sum_exp: Expr
    shape: float  # Huber's delta


@dataclass(frozen=True)
class Loss:
    """``of_output`` gives E_i; ``averaged`` says whether a sample's loss is their mean or their sum."""

    of_output: Callable[[Output], Expr]
    averaged: bool
    from_error: bool  # whether it uses the error a - t, which then has a cell

    def of_sample(self, outputs: Sequence[Expr]) -> Expr:
        """E of one sample from the losses of its outputs."""
        return total(outputs) / len(outputs) if self.averaged else total(outputs)


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(lambda o: square(o.error) / 2, averaged=False, from_error=True),
    "mse": Loss(lambda o: square(o.error), averaged=True, from_error=True),
    "mae": Loss(lambda o: absolute(o.error), averaged=True, from_error=True),
    "huber": Loss(lambda o: huber(o.error, o.shape), averaged=True, from_error=True),
    "binary_cross_entropy": Loss(lambda o: log_loss(o.logit, o.target), averaged=True, from_error=False),
    "cross_entropy": Loss(lambda o: o.target * (o.log_sum_exp - o.logit), averaged=False, from_error=False),
    "hinge": Loss(lambda o: relu(1 - o.target * o.value), averaged=True, from_error=False),
}
