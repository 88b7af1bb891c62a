"""Tokens as vectors: an embedding has one for each token, and positions add one for each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Axis, Block, Parameter, Role, Shape, Tensor
from xlbp.template.table import Table

NORMAL = {"init": "normal"}


@dataclass(frozen=True)
class Embedding(Block):
    """z_t = the row of W that belongs to the token at step t, which is a one-hot vector k_t times W."""

    rows: int
    size: int

    kind: ClassVar[str] = "embedding"
    conventions: ClassVar[tuple[str, ...]] = ("embedding",)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """W (rows, size), a row for each token."""
        return (Parameter("W", (self.rows, self.size), Role.WEIGHT, key="weights", fallback=NORMAL),)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """Which token stands at each step, as 1 and 0, (steps, rows), and its vector z, (steps, size)."""
        steps = inputs[0][0]
        axes = (Axis.STEP, Axis.UNIT)
        return (
            Tensor("k", Shape((steps, self.rows), axes), Role.HELPER, "is_{unit}", word="is_token"),
            Tensor("z", Shape((steps, self.size), axes), Role.PRE_ACTIVATION, word="embedded"),
        )

    def apart(self, *inputs: Shape) -> Shape:
        """The steps."""
        return Shape(inputs[0])


@dataclass(frozen=True)
class Positions(Block):
    """z_t = x_t + P_t: each step has a vector of its own, which tells it from the others."""

    kind: ClassVar[str] = "positions"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """P (steps, features)."""
        return (Parameter("P", tuple(by_step(inputs[0])), Role.BIAS, key="weights", fallback=NORMAL),)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z, (steps, features)."""
        return (Tensor("z", by_step(inputs[0]), Role.PRE_ACTIVATION, word="positioned"),)


def by_step(shape: Shape) -> Shape:
    """(steps, features) of a sequence or of a signal."""
    shape = Shape(shape)
    return Shape((shape.extent(Axis.STEP), shape.extent(*FEATURES)), (Axis.STEP, Axis.UNIT))


def read_embedding(table: Table, inputs: tuple[Shape, ...], _: int) -> Embedding:
    """``rows``, how many tokens there are, and ``size``, how long the vectors are."""
    rows, size = table.integer("rows", minimum=1), table.integer("size", minimum=1)
    if Shape(inputs[0]).axes != (Axis.STEP,):
        met = " x ".join(map(str, inputs[0]))
        table.fail("kind", f"an embedding takes tokens (steps), whole numbers from 0, but what comes in is {met}")
    return Embedding(rows, size)


def read_positions(table: Table, inputs: tuple[Shape, ...], _: int) -> Positions:
    """It has no keys but its ``weights``."""
    must_be_sequence(table, "positions", inputs[0])
    return Positions()


def must_be_sequence(table: Table, kind: str, shape: Shape) -> None:
    """Refuse what is no sequence of features, nor a signal, whose channels are such."""
    if Axis.STEP not in Shape(shape).axes or len(shape) != len((Axis.STEP, Axis.UNIT)):
        met = " x ".join(map(str, shape))
        table.fail("kind", f"{kind} takes a sequence (steps, features), but what comes in is {met}")
