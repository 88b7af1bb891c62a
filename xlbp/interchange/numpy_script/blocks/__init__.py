"""How the lines of each block are written: a table, and a file for each kind.

``forward`` adds the lines of the forward pass and returns the name of what the block passes on.  ``backward`` adds
those of the way back, from ``at.flow``, the derivative by that, and gives the terms of the gradients and of the
derivatives by what the block takes.  Derivatives are those of each sample's own loss, as on the sheet; the mean over
the batch comes with the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xlbp.interchange.numpy_script.blocks import (
    activation,
    attention,
    dense,
    norms,
    rearranged,
    recurrent,
    windows,
)
from xlbp.interchange.numpy_script.node import At


class Rule(NamedTuple):
    """How a block is written, both ways."""

    forward: Callable[[At], str]
    backward: Callable[[At], None]


BLOCKS: dict[str, Rule] = {
    "dense": Rule(dense.dense, dense.dense_backward),
    "embedding": Rule(dense.embedding, dense.embedding_backward),
    "positions": Rule(dense.positions, dense.positions_backward),
    "pointwise": Rule(activation.pointwise, activation.pointwise_backward),
    "gated": Rule(activation.gated, activation.gated_backward),
    "softmax": Rule(activation.softmax, activation.softmax_backward),
    "maxout": Rule(activation.maxout, activation.maxout_backward),
    "dropout": Rule(rearranged.dropout, rearranged.dropout_backward),
    "flatten": Rule(rearranged.flatten, rearranged.flatten_backward),
    "concat": Rule(rearranged.concat, rearranged.concat_backward),
    "add": Rule(rearranged.add, rearranged.add_backward),
    "convolution": Rule(windows.convolution, windows.convolution_backward),
    "max_pool": Rule(windows.max_pool, windows.max_pool_backward),
    "avg_pool": Rule(windows.avg_pool, windows.avg_pool_backward),
    "rnn": Rule(recurrent.rnn, recurrent.rnn_backward),
    "lstm": Rule(recurrent.lstm, recurrent.lstm_backward),
    "gru": Rule(recurrent.gru, recurrent.gru_backward),
    "attention": Rule(attention.attention, attention.attention_backward),
    "layer_norm": Rule(norms.norm, norms.norm_backward),
    "batch_norm": Rule(norms.norm, norms.norm_backward),
}
