"""The kinds of layers a template may name, each with what reads its block from the template's table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from xlbp.template.blocks.add import read_add
from xlbp.template.blocks.attention import read_attention
from xlbp.template.blocks.block import Axis, Block, Shape
from xlbp.template.blocks.convolution import read_convolution
from xlbp.template.blocks.dense import read_dense
from xlbp.template.blocks.embedding import read_embedding, read_positions
from xlbp.template.blocks.norms import read_batch_norm, read_layer_norm
from xlbp.template.blocks.pool import AveragePool, MaxPool, read_pool
from xlbp.template.blocks.rearranged import read_concat, read_flatten
from xlbp.template.blocks.recurrent import read_gru, read_lstm, read_rnn
from xlbp.template.blocks.windows import IMAGE, SIGNAL
from xlbp.template.table import Table

# The table of the layer, the shapes of its inputs, and how many of its numbers make one unit of its activation.
Reader: TypeAlias = Callable[[Table, tuple[Shape, ...], int], Block]

EMBEDDING = "embedding"  # which takes tokens
KINDS: dict[str, Reader] = {
    "dense": read_dense,
    "conv1d": partial(read_convolution, SIGNAL),
    "conv2d": partial(read_convolution, IMAGE),
    "max_pool": partial(read_pool, MaxPool),
    "avg_pool": partial(read_pool, AveragePool),
    "rnn": read_rnn,
    "lstm": read_lstm,
    "gru": read_gru,
    EMBEDDING: read_embedding,
    "positions": read_positions,
    "attention": read_attention,
    "layer_norm": read_layer_norm,
    "batch_norm": read_batch_norm,
    "flatten": read_flatten,
    "add": read_add,
    "concat": read_concat,
}
WITHOUT_BLOCK = ("activation", "dropout")  # layers of their own that are no more than what any layer may have
OWN_ACTIVATION = ("rnn", "lstm", "gru", "attention")  # all others may have an activation, and dropout
JOINING = ("add", "concat")  # that take several layers

# What the numbers of a sample are, by how deep they are nested, where such a layer takes the data; else a sequence.
DATA_AXES: dict[str, dict[int, tuple[Axis, ...]]] = {
    "conv1d": {1: SIGNAL[1:], 2: SIGNAL},
    EMBEDDING: {1: (Axis.STEP,)},
    **{kind: {2: IMAGE[1:], 3: IMAGE} for kind in ("conv2d", "max_pool", "avg_pool")},
}
