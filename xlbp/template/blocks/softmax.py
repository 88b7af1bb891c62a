"""Softmax: the units' shares of a whole; on a sequence at each step, of maps over the channels at each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Softmax(Block):
    """a_i = exp(z_i) / sum of exp(z), computed from the largest z down."""

    kind: ClassVar[str] = "softmax"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The largest z, the powers above it, their sum, the log-sum-exp of z, and the shares."""
        each = Shape(inputs[0])
        once = each.without(*FEATURES)
        place = "{unit}" if once else "{layer}"
        return (
            Tensor("m", once, Role.HELPER, f"max{place}", word="m"),
            Tensor("u", each, Role.HELPER, "exp_{unit}", word="u"),
            Tensor("S", once, Role.HELPER, f"Σexp{place}", word="S"),
            Tensor("lse", once, Role.HELPER, f"lse{place}", word="lse", gradient_word="dlse"),
            Tensor("a", each, Role.ACTIVATION),
        )

    @property
    def activation(self) -> str:
        """Its own name."""
        return self.kind
