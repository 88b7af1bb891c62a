"""Convolution as deep learning has it, a cross-correlation: each filter a weighted sum of each window, and a bias.

z[f, i, j] = b[f] + sum over channels c and places p, q of K[f, c, p, q] x[c, s i + p - pad, s j + q - pad], counted
from 0; of a signal the same along its steps alone.  Windows that do not fit are dropped, as PyTorch does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from xlbp.template.blocks.bias import EACH, biases, read_bias
from xlbp.template.blocks.block import FEATURES, Axis, Block, Parameter, Role, Shape, Tensor
from xlbp.template.blocks.dense import XAVIER
from xlbp.template.blocks.windows import Windows, read_windows
from xlbp.template.table import Table


@dataclass(frozen=True)
class Convolution(Block):
    """``filters`` kernels, or that many for each of several ``pieces``, over all channels."""

    filters: int
    windows: Windows
    pieces: int = 1
    bias: str = EACH

    kind: ClassVar[str] = "convolution"
    conventions: ClassVar[tuple[str, ...]] = ("convolution",)

    @property
    def rows(self) -> int:
        """How many maps there are."""
        return self.filters * self.pieces

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """K (rows, channels, height, width), or (rows, channels, length); and b (rows) or a single number."""
        size = self.windows.size
        shape = (self.rows, self.windows.map_of(inputs[0])[0], *size)
        window = math.prod(size)
        kernels = Parameter("K", shape, Role.WEIGHT, key="weights", fallback=XAVIER, pieces=self.pieces, window=window)
        return kernels, *biases(self.bias, self.rows)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z (rows, height, width), or (rows, steps)."""
        seen = self.windows.map_of(inputs[0])
        shape = Shape((self.rows, *self.windows.counts(seen)), seen.axes)
        return (Tensor("z", shape, Role.PRE_ACTIVATION, pieces=self.pieces),)

    def apart(self, *inputs: Shape) -> Shape:
        """The steps, or the places of the windows."""
        return self.shape(*inputs).without(*FEATURES)


def read_convolution(axes: tuple[Axis, ...], table: Table, inputs: tuple[Shape, ...], pieces: int) -> Convolution:
    """``filters``, ``kernel``, ``stride``, ``padding``, and the biases."""
    filters = table.integer("filters", minimum=1)
    windows = read_windows(table, "kernel", axes, Shape(inputs[0]), stride=1)
    return Convolution(filters, windows, pieces, read_bias(table))
