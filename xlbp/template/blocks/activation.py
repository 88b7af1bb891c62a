"""Activations of one number each: a = f(z), some with a gate that has a cell of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Role, Shape, Tensor


@dataclass(frozen=True)
class Pointwise(Block):
    """a = f(z) for each number; ``alpha`` is the number that f's shape depends on, of leaky ReLU its slope."""

    function: str
    alpha: float = 0.0

    kind: ClassVar[str] = "pointwise"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The activations a."""
        return (Tensor("a", inputs[0], Role.ACTIVATION, slope="f'"),)

    @property
    def activation(self) -> str:
        """The function's name."""
        return self.function


@dataclass(frozen=True)
class Gated(Block):
    """a = z times a gate g of z; the gate stands in a cell of its own."""

    function: str

    kind: ClassVar[str] = "gated"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The gates g and the activations a."""
        return (
            Tensor("g", inputs[0], Role.HELPER, "gate_{unit}", word="gate"),
            Tensor("a", inputs[0], Role.ACTIVATION, slope="f'"),
        )

    @property
    def activation(self) -> str:
        """The function's name."""
        return self.function
