"""Each unit a weighted sum of all inputs, and a bias: z = W x + b; on a sequence, the same at each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.bias import EACH, biases, read_bias
from xlbp.template.blocks.block import FEATURES, Axis, Block, Parameter, Role, Shape, Tensor
from xlbp.template.table import Table

XAVIER = {"init": "xavier_uniform"}


@dataclass(frozen=True)
class Dense(Block):
    """``units`` sums, or that many for each of several ``pieces``, of which maxout takes the largest."""

    units: int
    pieces: int = 1
    bias: str = EACH

    kind: ClassVar[str] = "dense"

    @property
    def rows(self) -> int:
        """How many sums there are."""
        return self.units * self.pieces

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """W (rows, features), and b (rows) or a single number."""
        shape = Shape((self.rows, Shape(inputs[0]).extent(*FEATURES)))
        weights = Parameter("W", shape, Role.WEIGHT, key="weights", fallback=XAVIER, pieces=self.pieces)
        return weights, *biases(self.bias, self.rows)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z (rows), at each step of a sequence (steps, rows)."""
        steps = Shape(inputs[0]).without(*FEATURES)
        shape = Shape((*steps, self.rows), (*steps.axes, Axis.UNIT))
        return (Tensor("z", shape, Role.PRE_ACTIVATION, pieces=self.pieces),)

    def apart(self, *inputs: Shape) -> Shape:
        """The steps, or the places of the windows."""
        return self.shape(*inputs).without(*FEATURES)


def read_dense(table: Table, inputs: tuple[Shape, ...], pieces: int) -> Dense:
    """``units``; ``bias = false`` for none, ``bias_shared`` for a single one."""
    units = table.integer("units", minimum=1)
    steps = Shape(inputs[0]).without(*FEATURES)
    if any(axis is not Axis.STEP for axis in steps.axes):
        by = " x ".join(map(str, inputs[0]))
        table.fail("units", f"a dense layer takes features, not maps of {by}; put a flatten before it")
    return Dense(units, pieces, read_bias(table))
