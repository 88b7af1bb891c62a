"""How the lines of each block are written: a table, and a file for each kind.

``forward`` adds the lines of the forward pass and returns the name of what the block passes on.  ``backward`` adds
those of the way back, from ``at.flow``, the derivative by that, and gives the terms of the gradients and of the
derivatives by what the block takes.  Derivatives are those of each sample's own loss, as on the sheet; the mean over
the batch comes with the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xlbp.errors import UsageError
from xlbp.interchange.numpy_script.blocks import (
    activation,
    attention,
    dense,
    norms,
    rearranged,
    recurrent,
    softmax,
    windows,
)
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import Block


class Rule(NamedTuple):
    """How a block is written, both ways; comments above its lines where their equations help."""

    forward: Callable[[At], str]
    backward: Callable[[At], None]
    title: str = ""
    title_back: str = ""


def rule_of(block: Block) -> Rule:
    """How a block is written.  Raises UsageError for one that has no lines."""
    if block.kind not in BLOCKS:
        raise UsageError(
            f"a block of kind {block.kind!r} can't be written for NumPy; add its lines to {__name__}.BLOCKS"
        )
    return BLOCKS[block.kind]


BLOCKS: dict[str, Rule] = {
    "dense": Rule(dense.dense, dense.dense_backward),
    "embedding": Rule(dense.embedding, dense.embedding_backward),
    "positions": Rule(dense.positions, dense.positions_backward),
    "pointwise": Rule(activation.pointwise, activation.pointwise_backward),
    "gated": Rule(activation.gated, activation.gated_backward),
    "softmax": Rule(softmax.softmax, softmax.softmax_backward),
    "maxout": Rule(softmax.maxout, softmax.maxout_backward),
    "dropout": Rule(rearranged.dropout, rearranged.dropout_backward),
    "flatten": Rule(rearranged.flatten, rearranged.flatten_backward),
    "concat": Rule(rearranged.concat, rearranged.concat_backward),
    "add": Rule(rearranged.add, rearranged.add_backward),
    "convolution": Rule(
        *(windows.convolution, windows.convolution_backward),
        *("convolution: each window times each kernel, summed", "each window's share of the kernels"),
    ),
    "max_pool": Rule(
        *(windows.max_pool, windows.max_pool_backward),
        *("max pooling: the largest number of each window", "all to the largest number of each window"),
    ),
    "avg_pool": Rule(
        *(windows.avg_pool, windows.avg_pool_backward),
        *("average pooling: the mean of each window", "an equal share to each number of a window"),
    ),
    "rnn": Rule(
        *(recurrent.recurrent, recurrent.recurrent_backward),
        *("Elman layer: z_t = W x_t + U h_(t-1) + b, h_t = f(z_t)", "back through time"),
    ),
    "lstm": Rule(
        *(recurrent.recurrent, recurrent.recurrent_backward),
        *("LSTM: c_t = f c_(t-1) + i g, h_t = o tanh(c_t)", "back through time"),
    ),
    "gru": Rule(
        *(recurrent.recurrent, recurrent.recurrent_backward),
        *("GRU: h_t = (1 - z) n + z h_(t-1)", "back through time"),
    ),
    "attention": Rule(
        *(attention.attention, attention.attention_backward),
        *("attention: p = softmax(q k^T / sqrt(d_k)), and each step takes p v", "back through the attention"),
    ),
    "layer_norm": Rule(
        *(norms.norm, norms.norm_backward),
        *("layer norm: n = (x - mu) / s over the features", "back by three paths: n, s and mu"),
    ),
    "batch_norm": Rule(
        *(norms.norm, norms.norm_backward),
        *("batch norm: n = (x - mu) / s over the batch", "back by three paths: n, s and mu"),
    ),
}
