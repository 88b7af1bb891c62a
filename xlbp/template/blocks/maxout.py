"""Maxout: the largest of a unit's pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Maxout(Block):
    """Takes ``pieces`` neighbouring sums, or channels, for each unit and passes the largest on."""

    pieces: int

    kind: ClassVar[str] = "maxout"
    output_letter: ClassVar[str] = "a"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The activations, and which piece wins, 1 or 0 each."""
        rows = Shape(inputs[0])
        units = rows.resized(rows.extent(*FEATURES) // self.pieces, *FEATURES)
        return (
            Tensor("a", units, Role.ACTIVATION),
            Tensor("k", rows, Role.HELPER, "win_{unit}", pieces=self.pieces, in_tests=False, word="win"),
        )

    @property
    def activation(self) -> str:
        """Its own name."""
        return self.kind
