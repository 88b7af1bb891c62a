"""The forward pass of each block as symbols; the way back follows from it.  Nothing here knows NumPy's twin of it.

A block is a function of its :class:`~xlbp.model.cells.Cells`, of the block as the template has it, and of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xlbp.model.blocks import (
    activation,
    add,
    attention,
    convolution,
    dense,
    dropout,
    embedding,
    maxout,
    norms,
    pool,
    rearranged,
    recurrent,
    softmax,
)
from xlbp.model.cells import Grid

Forward: TypeAlias = Callable[..., Grid]

BLOCKS: dict[str, Forward] = {
    "dense": dense.forward,
    "pointwise": activation.pointwise,
    "gated": activation.gated,
    "softmax": softmax.forward,
    "maxout": maxout.forward,
    "dropout": dropout.forward,
    "convolution": convolution.forward,
    "max_pool": pool.largest_of,
    "avg_pool": pool.mean_of,
    "rnn": recurrent.rnn,
    "lstm": recurrent.lstm,
    "gru": recurrent.gru,
    "embedding": embedding.embedding,
    "positions": embedding.positions,
    "attention": attention.forward,
    "layer_norm": norms.layer_norm,
    "batch_norm": norms.batch_norm,
    "flatten": rearranged.flatten,
    "concat": rearranged.concat,
    "add": add.forward,
}
