"""Each block forward and backward by hand in NumPy.  Nothing here knows the symbols' twin of it.

Rows are samples.  ``forward`` gets the layer's notes, the block as the template has it, its parameters (and masks) by
letter, and what it takes, (B, ...) each; it returns its output and what it keeps for the way back.  ``backward`` gets
that and the derivative of the loss by the output; it returns the sums over the samples of the gradients by letter, and
the derivative by each of the inputs.  The derivative belongs to each sample's own loss.  What uses its parameters at
several steps, or places, gives a gradient a first axis for these, in the order of their indices.

Both note every tensor of the block and, as the sheets have cells for them, the derivatives by those on the way to its
output: dy, by the output, is noted already, unless the block is a view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from xlbp.reference.blocks import (
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
    windows,
)
from xlbp.reference.notes import Flags
from xlbp.template.blocks.block import FEATURES, Block, Shape


def same_places(block: Block, shape: Shape, reached: Flags) -> Flags:
    """A step, or place, of the input where there is one of the output; of any other input all of it."""
    apart = shape.without(*FEATURES)
    return reached if reached.shape == apart else np.ones(apart, dtype=bool)


class Entry(NamedTuple):
    """A block's two directions; and at which steps, or places, of its input the loss depends on it.

    ``reached`` gets the block, the shape of the input, and at which steps, or places, the loss depends on the output.
    """

    forward: Callable[..., tuple[Any, Any]]
    backward: Callable[..., tuple[Any, ...]]
    reached: Callable[[Any, Shape, Flags], Flags] = same_places


BLOCKS: dict[str, Entry] = {
    "dense": Entry(dense.forward, dense.backward),
    "pointwise": Entry(activation.pointwise, activation.pointwise_backward),
    "gated": Entry(activation.gated, activation.gated_backward),
    "softmax": Entry(softmax.forward, softmax.backward),
    "maxout": Entry(maxout.forward, maxout.backward),
    "dropout": Entry(dropout.forward, dropout.backward),
    "convolution": Entry(convolution.forward, convolution.backward, windows.reached),
    "max_pool": Entry(pool.largest, pool.largest_backward, windows.reached),
    "avg_pool": Entry(pool.mean, pool.mean_backward, windows.reached),
    "rnn": Entry(recurrent.rnn, recurrent.rnn_backward, recurrent.reached),
    "lstm": Entry(recurrent.lstm, recurrent.lstm_backward, recurrent.reached),
    "gru": Entry(recurrent.gru, recurrent.gru_backward, recurrent.reached),
    "embedding": Entry(embedding.embedding, embedding.embedding_backward),
    "positions": Entry(embedding.positions, embedding.positions_backward),
    "attention": Entry(attention.forward, attention.backward, attention.reached),
    "layer_norm": Entry(norms.forward, norms.backward),
    "batch_norm": Entry(norms.forward, norms.backward, norms.reached),
    "flatten": Entry(rearranged.flatten, rearranged.flatten_backward),
    "concat": Entry(rearranged.concat, rearranged.concat_backward),
    "add": Entry(add.forward, add.backward),
}
