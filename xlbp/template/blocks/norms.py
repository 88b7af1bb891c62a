"""Normalisation: numbers less their mean, divided by their standard deviation, then stretched and shifted by training.

A layer norm takes together the features of one step of one sample, a batch norm one feature of all samples of a row,
at all their steps or places; so it couples the samples, and what it computes of all of them belongs to none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Axis, Block, Parameter, Role, Shape, Tensor
from xlbp.template.table import Table

EPSILON = 1e-5
MOMENTUM = 0.1
RUNNING_START = "running_start"


@dataclass(frozen=True)
class Norm(Block):
    """c = x - mu;  s = sqrt(v + eps), v the mean of c^2;  n = c / s;  z = gamma n + beta."""

    eps: float = EPSILON

    of_batch: ClassVar[bool] = False  # whether what it takes together is a batch

    @property
    def settings(self) -> dict[str, float]:
        """What is added to the variance."""
        return {"normeps": self.eps}

    @property
    def conventions(self) -> tuple[str, ...]:
        """How it is computed."""
        return (self.kind,)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """Gamma and beta, one for each feature, or channel."""
        features = (Shape(inputs[0]).extent(*FEATURES),)
        return (
            Parameter("G", features, Role.BIAS, "γ{unit}", key="gamma", fallback=1, word="gamma"),
            Parameter("B", features, Role.BIAS, "β{unit}", key="beta", fallback=0, word="beta"),
        )

    def together(self, shape: Shape) -> Shape:
        """The shape of what has one mean each: the steps or places, or of a batch the features."""
        return shape.without(*FEATURES)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The mean, the distances from it, the variance, the deviation, the normalised numbers, and z."""
        each = Shape(inputs[0])
        once = self.together(each)
        place = "{unit}" if once else "{layer}"

        def statistic(letter: str, symbol: str, word: str) -> Tensor:
            shown = f"{symbol}{place}"
            in_tests = not self.of_batch
            return Tensor(letter, once, Role.HELPER, shown, in_tests=in_tests, word=word, of_batch=self.of_batch)

        return (
            statistic("mu", "μ", "mean"),
            Tensor("c", each, Role.HELPER, "c{unit}", word="centred"),
            statistic("v", "σ²", "variance"),
            statistic("s", "σ", "deviation"),
            Tensor("n", each, Role.HELPER, "n{unit}", word="normalised"),
            Tensor("z", each, Role.PRE_ACTIVATION, word="scaled_shifted"),
        )

    def apart(self, *inputs: Shape) -> Shape:
        """The steps, or places: at each of them gamma and beta are used."""
        return Shape(inputs[0]).without(*FEATURES)


@dataclass(frozen=True)
class LayerNorm(Norm):
    """Over the features of each step  (Ba, Kiros and Hinton, Layer normalization, 2016)."""

    kind: ClassVar[str] = "layer_norm"


@dataclass(frozen=True)
class BatchNorm(Norm):
    """Over the batch, for each feature, or channel  (Ioffe and Szegedy, Batch normalization, 2015).

    Samples that are kept from training are normalised by running statistics: in each row these keep 1 - momentum of
    what they were in the row above, and take ``momentum`` of that row's mean, and of its variance by n - 1.
    """

    momentum: float = MOMENTUM

    kind: ClassVar[str] = "batch_norm"
    of_batch: ClassVar[bool] = True
    couples: ClassVar[bool] = True

    @property
    def settings(self) -> dict[str, float]:
        """What is added to the variance, and the share of the new in the running statistics."""
        return {"normeps": self.eps, "running": self.momentum}

    def together(self, shape: Shape) -> Shape:
        """A mean for each feature."""
        return Shape((shape.extent(*FEATURES),))

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """Gamma and beta, and what the running statistics start from."""
        features = (Shape(inputs[0]).extent(*FEATURES),)

        def start(letter: str, symbol: str, key: str, fallback: float) -> Parameter:
            shown = f"{symbol}{{unit}}"
            return Parameter(letter, features, Role.START, shown, key=key, fallback=fallback, word=RUNNING_START)

        means = start("rmstart", "μ_start", "running_mean", 0)
        return (*super().parameters(*inputs), means, start("rvstart", "σ²_start", "running_var", 1))

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The running statistics, then what every norm has."""
        features = self.together(Shape(inputs[0]))

        def running(letter: str, symbol: str, word: str) -> Tensor:
            shown = f"{symbol}{{unit}}"
            return Tensor(letter, features, Role.RUNNING, shown, in_tests=False, word=word, of_batch=True)

        means, variances = running("rm", "μ_run", "running_mean"), running("rv", "σ²_run", "running_var")
        return (means, variances, *super().tensors(*inputs))

    @property
    def running(self) -> dict[str, str]:
        """The running statistics."""
        return {"rm": "rmstart", "rv": "rvstart"}

    def count(self, shape: Shape, samples: int) -> int:
        """How many numbers a mean is of: those of a feature at all steps, or places, of all samples."""
        return samples * math.prod(Shape(shape).without(*FEATURES))


def read_layer_norm(table: Table, inputs: tuple[Shape, ...], _: int) -> LayerNorm:
    """``eps``; it takes features, or a sequence of them."""
    shape = Shape(inputs[0])
    if shape.without(*FEATURES).axes not in ((), (Axis.STEP,)) or shape.place(*FEATURES) is None:
        met = " x ".join(map(str, shape))
        table.fail("kind", f"layer_norm takes features, or a sequence of them, not maps of {met}; take batch_norm")
    if shape.extent(*FEATURES) == 1:
        table.fail("kind", "layer_norm takes the features of a step together, but a single one comes in")
    return LayerNorm(_epsilon(table))


def read_batch_norm(table: Table, inputs: tuple[Shape, ...], _: int) -> BatchNorm:
    """``eps`` and ``momentum``."""
    momentum = table.number("momentum", MOMENTUM)
    if not 0 <= momentum <= 1:
        table.fail("momentum", f"momentum is {momentum:g}, but must be from 0 to 1: the share of the new statistics")
    return BatchNorm(_epsilon(table), momentum)


def _epsilon(table: Table) -> float:
    eps = table.number("eps", EPSILON)
    if eps < 0:
        table.fail("eps", f"eps is {eps:g}, but must not be below 0: it is added to the variance")
    return eps
