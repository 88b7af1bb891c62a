"""Each unit a weighted sum of all inputs, and a bias: z = W x + b."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.table import Table

XAVIER = {"init": "xavier_uniform"}


@dataclass(frozen=True)
class Dense(Block):
    """``units`` sums, or that many for each of several ``pieces``, of which maxout takes the largest.

    ``bias`` is ``"each"`` for one per sum, ``"shared"`` for a single one, ``"none"``.
    """

    units: int
    pieces: int = 1
    bias: str = "each"

    kind: ClassVar[str] = "dense"

    @property
    def rows(self) -> int:
        """How many sums there are."""
        return self.units * self.pieces

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """W (rows, inputs), and b (rows) or a single number."""
        weights = Parameter(
            "W", (self.rows, *inputs[0]), Role.WEIGHT, key="weights", fallback=XAVIER, pieces=self.pieces
        )
        if self.bias == "none":
            return (weights,)
        shape = () if self.bias == "shared" else (self.rows,)
        return weights, Parameter("b", shape, Role.BIAS, key="bias", fallback=0)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z."""
        return (Tensor("z", (self.rows,), Role.PRE_ACTIVATION, pieces=self.pieces),)


def read_dense(table: Table, inputs: tuple[Shape, ...], pieces: int) -> Dense:
    """``units``; ``bias = false`` for none, ``bias_shared`` for a single one."""
    units, is_shared = table.integer("units", minimum=1), table.boolean("bias_shared", False)
    if table.get("bias", 0) is False:
        return Dense(units, pieces, "none")
    return Dense(units, pieces, "shared" if is_shared else "each")
