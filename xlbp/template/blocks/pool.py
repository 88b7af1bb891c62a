"""Pooling: of each window of each map its largest number, or its mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.block import Axis, Block, Role, Shape, Tensor
from xlbp.template.blocks.windows import IMAGE, SIGNAL, Windows, read_windows
from xlbp.template.table import Table


@dataclass(frozen=True)
class MaxPool(Block):
    """p = the largest of a window; of equal ones the first has the whole slope, as in PyTorch."""

    windows: Windows

    kind: ClassVar[str] = "max_pool"
    output_letter: ClassVar[str] = "p"
    conventions: ClassVar[tuple[str, ...]] = ("max_pool",)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The largest numbers p, and for each place of each window whether it wins, 1 or 0: (..., places)."""
        pooled = _pooled(self.windows, inputs[0])
        wins = Shape((*pooled, math.prod(self.windows.size)), (*pooled.axes, Axis.UNIT))
        return (
            Tensor("p", pooled, Role.ACTIVATION, word="pooled"),
            Tensor("k", wins, Role.HELPER, "win_{unit}", in_tests=False, word="place_wins"),
        )


@dataclass(frozen=True)
class AveragePool(Block):
    """p = the mean of a window."""

    windows: Windows

    kind: ClassVar[str] = "avg_pool"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The means p."""
        return (Tensor("p", _pooled(self.windows, inputs[0]), Role.ACTIVATION, word="averaged"),)


def _pooled(windows: Windows, shape: Shape) -> Shape:
    """As many channels as before, unless an image has none; a place for each window."""
    maps = windows.map_of(shape)
    return Shape((maps[0], *windows.counts(maps)), maps.axes)


def read_pool(block: type[MaxPool] | type[AveragePool], table: Table, inputs: tuple[Shape, ...], _: int) -> Block:
    """``size``, and ``stride`` if that is another; of an image a number stands for both directions."""
    shape = Shape(inputs[0])
    is_signal = Axis.STEP in shape.axes and not (isinstance(table.get("size"), list) and len(table.get("size")) > 1)
    return block(read_windows(table, "size", SIGNAL if is_signal else IMAGE, shape, padding=False))
