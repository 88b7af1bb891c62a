"""The losses a template may name, with all that is known of them besides their mathematics.

Conventions are PyTorch's, for hinge Keras's.  The mathematics stands in :mod:`xlbp.model.losses` and
:mod:`xlbp.reference.losses`.
"""

from __future__ import annotations

from dataclasses import dataclass

MEAN, SUM = "mean", "sum"
SAMPLES, OUTPUTS = "samples", "outputs"  # what class weights weigh


@dataclass(frozen=True)
class Loss:
    """``is_averaged`` says whether a sample's loss is the mean over its outputs, or their sum.

    ``logits_of`` names the activation of the last layer that the loss is computed together with, from the logits, so
    that no probability of 0 meets a logarithm; empty where it takes the outputs of any.  ``option`` is what a table may
    say besides the name, with what it is else.  ``targets`` are the only ones it is made for; none where any will do.
    """

    is_averaged: bool
    logits_of: str = ""
    option: str = ""
    default: float = 0.0
    targets: tuple[float, ...] = ()
    over_steps: str = ""  # how the losses of steps, or places, make one, whatever the template says
    weighs: str = ""  # what class weights weigh: the sample, by its class, or each output that is to be 1; or nothing


LOSSES: dict[str, Loss] = {
    "half_squared_error": Loss(is_averaged=False, over_steps=SUM),
    "half_mse": Loss(is_averaged=True),
    "mse": Loss(is_averaged=True),
    "mae": Loss(is_averaged=True),
    "huber": Loss(is_averaged=True, option="delta", default=1.0),
    "binary_cross_entropy": Loss(is_averaged=True, logits_of="sigmoid", weighs=OUTPUTS),
    "cross_entropy": Loss(is_averaged=False, logits_of="softmax", weighs=SAMPLES),
    "hinge": Loss(is_averaged=True, targets=(-1.0, 1.0)),
}
