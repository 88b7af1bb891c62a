"""The sum of several layers, element by element: what a residual arrow leads into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Block, Role, Shape, Tensor
from xlbp.template.table import Table


@dataclass(frozen=True)
class Add(Block):
    """z = x + y + ..."""

    kind: ClassVar[str] = "add"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z."""
        return (Tensor("z", inputs[0], Role.PRE_ACTIVATION, word="added"),)


def read_add(table: Table, inputs: tuple[Shape, ...], _: int) -> Add:
    """It adds the layers of ``from``, all of one shape."""
    if len({(tuple(shape), Shape(shape).axes) for shape in inputs}) > 1:
        met = ", ".join(" x ".join(map(str, shape)) for shape in inputs)
        table.fail("from", f"add needs inputs of one shape, but they are {met}")
    return Add()
