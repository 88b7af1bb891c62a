"""Softmax: the units' shares of a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Softmax(Block):
    """a_i = exp(z_i) / sum of exp(z), computed from the largest z down."""

    kind: ClassVar[str] = "softmax"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The largest z, the powers above it, their sum, the log-sum-exp of z, and the shares."""
        return (
            Tensor("m", (), Role.HELPER, "max{layer}", word="m"),
            Tensor("u", inputs[0], Role.HELPER, "exp_{unit}", word="u"),
            Tensor("S", (), Role.HELPER, "Σexp{layer}", word="S"),
            Tensor("lse", (), Role.HELPER, "lse{layer}", word="lse", gradient_word="dlse"),
            Tensor("a", inputs[0], Role.ACTIVATION),
        )

    @property
    def activation(self) -> str:
        """Its own name."""
        return self.kind
