"""What has no mathematics: the numbers of the layers before, in another order; none has a cell of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import FEATURES, Axis, Block, Elements, Shape, Tensor
from xlbp.template.table import Table


@dataclass(frozen=True)
class Flatten(Block):
    """All numbers in a row: channel after channel, row after row, column after column."""

    kind: ClassVar[str] = "flatten"
    is_view: ClassVar[bool] = True

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """None."""
        return ()

    def shape(self, *inputs: Shape) -> Shape:
        """As many units as there are numbers."""
        return Shape((math.prod(inputs[0]),))

    def passed(self, own: Mapping[str, Elements], inputs: tuple[Elements, ...], shapes: tuple[Shape, ...]) -> Elements:
        """What comes in, whose last index runs fastest."""
        return inputs[0]


@dataclass(frozen=True)
class Concat(Block):
    """The features, or the channels, of several layers side by side."""

    kind: ClassVar[str] = "concat"
    is_view: ClassVar[bool] = True

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """None."""
        return ()

    def shape(self, *inputs: Shape) -> Shape:
        """As many features as all have together."""
        first = Shape(inputs[0])
        return first.resized(sum(Shape(shape).extent(*FEATURES) for shape in inputs), *FEATURES)

    def passed(self, own: Mapping[str, Elements], inputs: tuple[Elements, ...], shapes: tuple[Shape, ...]) -> Elements:
        """At each step those of the first, then those of the next; of maps, all of the first, then all of the next."""
        if Axis.STEP not in shapes[0].axes or shapes[0].axes[0] is not Axis.STEP:
            return tuple(element for elements in inputs for element in elements)
        return tuple(
            element
            for step in range(shapes[0][0])
            for elements, shape in zip(inputs, shapes, strict=True)
            for element in elements[step * shape[1] : (step + 1) * shape[1]]
        )


def read_flatten(table: Table, inputs: tuple[Shape, ...], _: int) -> Flatten:
    """It has no keys of its own."""
    return Flatten()


def read_concat(table: Table, inputs: tuple[Shape, ...], _: int) -> Concat:
    """It joins the layers of ``from``, which may differ in their features alone."""
    others = {(shape.without(*FEATURES), shape.axes) for shape in map(Shape, inputs)}
    if len(others) > 1:
        met = ", ".join(" x ".join(map(str, shape)) for shape in inputs)
        table.fail("from", f"concat joins what differs in its features alone, but its inputs are {met}")
    return Concat()
