"""Dropout: a share of the units is left out at random, and the others are made up for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Dropout(Block):
    """h = a q, with a mask q of 0 or 1 / (1 - share); nothing is left out of samples that are kept from training."""

    share: float

    kind: ClassVar[str] = "dropout"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The random numbers r, the masks q made of them, and what is left of the activations."""
        return (
            Tensor("r", inputs[0], Role.RANDOM, "rand_{unit}", in_tests=False, is_whole=True, word="random"),
            Tensor("q", inputs[0], Role.RANDOM, "mask_{unit}", in_tests=False, word="mask"),
            Tensor(
                *("h", inputs[0], Role.ACTIVATION, "drop_{unit}"),
                in_tests=False,
                word="dropped",
                gradient_word="dh",
            ),
        )

    @property
    def settings(self) -> dict[str, float]:
        """The share that is left out."""
        return {"drop": self.share}

    @property
    def conventions(self) -> tuple[str, ...]:
        """How what is left is made up for it."""
        return (self.kind,)
