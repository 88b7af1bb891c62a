"""A gate for each number: y = x * max(k x + c, 0), with a k and a c for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.table import Table


@dataclass(frozen=True)
class Gate(Block):
    """Lets a number through as far as it is itself large; has a kink where the gate begins to open."""

    kind: ClassVar[str] = "gate"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """k and c, in the shape of what comes in: a template that is silent of k means 1, of c it has to speak."""
        k = Parameter("k", inputs[0], Role.WEIGHT, key="slopes", fallback=1)
        return k, Parameter("c", inputs[0], Role.BIAS, key="bias")

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """How far each gate would open, how far it does, and what comes through."""
        return (
            Tensor("p", inputs[0], Role.PRE_ACTIVATION),
            Tensor("o", inputs[0], Role.HELPER, "open_{unit}"),
            Tensor("y", inputs[0], Role.ACTIVATION),
        )


def read_gate(table: Table, inputs: tuple[Shape, ...], pieces: int) -> Gate:
    """It has no keys of its own but its parameters."""
    return Gate()
