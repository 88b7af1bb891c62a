"""The forward pass of each block as symbols; the way back follows from it.  Nothing here knows NumPy's twin of it.

A block is a function of its :class:`~xlbp.model.cells.Cells`, of the block as the template has it, and of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xlbp.model.blocks import activation, dense, dropout, maxout, softmax
from xlbp.model.cells import Grid

Forward: TypeAlias = Callable[..., Grid]

BLOCKS: dict[str, Forward] = {
    "dense": dense.forward,
    "pointwise": activation.pointwise,
    "gated": activation.gated,
    "softmax": softmax.forward,
    "maxout": maxout.forward,
    "dropout": dropout.forward,
}
