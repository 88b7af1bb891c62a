"""Maxout: the largest of a unit's pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Maxout(Block):
    """Takes ``pieces`` sums for each unit and passes the largest on."""

    pieces: int

    kind: ClassVar[str] = "maxout"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The activations, and which piece wins, 1 or 0 each."""
        (rows,) = inputs[0]
        return (
            Tensor("a", (rows // self.pieces,), Role.ACTIVATION),
            Tensor("k", (rows,), Role.HELPER, "win_{unit}", pieces=self.pieces, in_tests=False, word="win"),
        )

    def output(self, *inputs: Shape) -> Tensor:
        """The activations."""
        return self.tensors(*inputs)[0]

    @property
    def activation(self) -> str:
        """Its own name."""
        return self.kind
