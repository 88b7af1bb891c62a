"""PyTorch's losses by the names of a template, of outputs that may have steps or places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from xlbp.template.blocks.block import FEATURES
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network

# Of logits, outputs, targets (the features along the first axis but one, as torch.nn.CrossEntropyLoss has them),
# Huber's delta, and PyTorch's reduction; the mean is that over samples, and over the outputs unless they are summed.
LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor, float, str], Tensor]] = {
    "mse": lambda z, a, t, d, how: functional.mse_loss(a, t, reduction=how),
    "half_mse": lambda z, a, t, d, how: functional.mse_loss(a, t, reduction=how) / 2,
    "mae": lambda z, a, t, d, how: functional.l1_loss(a, t, reduction=how),
    "huber": lambda z, a, t, d, how: functional.huber_loss(a, t, reduction=how, delta=d),
    "binary_cross_entropy": lambda z, a, t, d, how: functional.binary_cross_entropy_with_logits(z, t, reduction=how),
    # PyTorch has none of these three by output
    "cross_entropy": lambda z, a, t, d, how: (
        -t * functional.log_softmax(z, 1) if how == "none" else functional.cross_entropy(z, t)
    ),
    "half_squared_error": lambda z, a, t, d, how: (
        (a - t) ** 2 / 2 if how == "none" else functional.mse_loss(a, t, reduction="sum") / (2 * len(a))
    ),
    "hinge": lambda z, a, t, d, how: functional.relu(1 - t * a) if how == "none" else functional.relu(1 - t * a).mean(),
}
SUMMED = ("cross_entropy", "half_squared_error")  # over the outputs that stand together


@dataclass(frozen=True)
class Outputs:
    """What a network's loss takes: logits, outputs and targets, (samples, ...) in the outputs' shape."""

    network: Network
    logits: Tensor
    values: Tensor
    targets: Tensor

    @property
    def _features(self) -> int:
        place = self.network.output_shape.place(*FEATURES)
        assert place is not None
        return place + 1

    def _features_second(self) -> tuple[Tensor, Tensor, Tensor]:
        z, a, t = (tensor.movedim(self._features, 1) for tensor in (self.logits, self.values, self.targets))
        return z, a, t

    @property
    def _places(self) -> int:
        """How many steps, or places, add their losses; 1 where these are averaged, or where PyTorch's is a sum."""
        apart = self.network.outputs_apart
        is_summed = self.network.sums_steps and self.network.loss != "half_squared_error"
        return torch.Size(apart).numel() if is_summed else 1

    def mean(self) -> Tensor:
        """PyTorch's own loss of these samples; a sum over steps is their mean so many times."""
        z, a, t = self._features_second()
        if self.network.weighs == SAMPLES:
            mean = functional.cross_entropy(z, t.argmax(1), weight=self.weights)
        elif self.network.weighs == OUTPUTS:
            mean = functional.binary_cross_entropy_with_logits(z, t, pos_weight=self._beside(z))
        else:
            mean = LOSSES[self.network.loss](z, a, t, self.network.loss_shape, "mean")
        return mean * self._places

    @property
    def weights(self) -> Tensor:
        """Of the classes, or the outputs."""
        return torch.tensor(self.network.class_weights)

    def _beside(self, values: Tensor) -> Tensor:
        """The weights along the second axis of (samples, features, ...)."""
        return self.weights.reshape(-1, *[1] * (values.dim() - 2))

    def class_weights(self) -> Tensor:
        """That of the class of each step, or place: (samples, ...) without the features."""
        return self.weights[self.targets.argmax(self._features)]

    def relative_weights(self) -> Tensor:
        """What each step, or place, counts for: (samples, ...) without the features; or each output, with them."""
        if self.network.weighs == OUTPUTS:
            _, _, t = self._features_second()
            return torch.where(t == 1, self._beside(t), torch.ones(())).movedim(1, self._features)
        weights = self.class_weights()
        return weights / weights.mean()

    def by_sample(self) -> Tensor:
        """(samples,)."""
        if self.network.weighs == SAMPLES:  # alone, a sample would count in full
            each = self.by_place().reshape(len(self.values), -1)
            return each.sum(1) if self.network.sums_steps else each.mean(1)
        return torch.stack([self._of(slice(k, k + 1)).mean() for k in range(len(self.values))])

    def _of(self, samples: slice) -> Outputs:
        parts = (tensor[samples] for tensor in (self.logits, self.values, self.targets))
        return Outputs(self.network, *parts)

    def by_output(self) -> Tensor:
        """(samples, ...) in the outputs' shape."""
        z, a, t = self._features_second()
        if self.network.weighs == OUTPUTS:
            each = functional.binary_cross_entropy_with_logits(z, t, pos_weight=self._beside(z), reduction="none")
        else:
            each = LOSSES[self.network.loss](z, a, t, self.network.loss_shape, "none")
        return each.movedim(1, self._features)

    def by_place(self) -> Tensor:
        """Of each step, or place: (samples, ...) without the features."""
        each = self.by_output()
        if self.network.weighs == SAMPLES:
            return each.sum(self._features) * self.relative_weights()
        return each.sum(self._features) if self.network.loss in SUMMED else each.mean(self._features)

    def hits(self) -> Tensor:
        """Whether each step's, or place's, predicted class is the target's: (samples, ...) without the features."""
        z, a, target = self._features_second()
        if target.shape[1] > 1:
            # target.argmax(1) where one target is largest
            predicted = target.gather(1, a.argmax(1, keepdim=True))[:, 0]
            return (predicted == target.max(1).values).double()
        if self.network.loss == "hinge":
            return ((a > 0) == (target > 0)).double()[:, 0]
        shown, middle = (z, 0.0) if self.network.loss == "binary_cross_entropy" else (a, 0.5)
        return ((shown > middle) == (target > 0.5)).double()[:, 0]

    def log_sum_exp_flow(self) -> Tensor:
        """The derivative of a sample's loss by the log-sum-exp of its logits, where the loss takes these."""
        apart = torch.Size(self.network.outputs_apart).numel()
        flow = self.targets.sum(self._features) * self._places / apart
        return flow * self.relative_weights() if self.network.weighs == SAMPLES else flow
