"""What has no mathematics: numbers in another order.  The derivatives come back in the order of the inputs."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np

from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.rearranged import Concat, Flatten


def flatten(notes: LayerNotes, block: Flatten, p: Arrays, x: Array) -> tuple[Array, tuple[int, ...]]:
    """(B, n), the last index running fastest; the shape of X is kept."""
    return x.reshape(len(x), -1), x.shape


def flatten_backward(
    notes: LayerNotes, block: Flatten, p: Arrays, shape: tuple[int, ...], flow: Array
) -> tuple[Arrays, Array]:
    """The derivatives in the shape of X."""
    return {}, flow.reshape(*shape)


def concat(notes: LayerNotes, block: Concat, p: Arrays, *inputs: Array) -> tuple[Array, None]:
    """The inputs one after the other along their features."""
    return np.concatenate(inputs, axis=_features_axis(notes)), None


def concat_backward(notes: LayerNotes, block: Concat, p: Arrays, _: None, flow: Array) -> tuple[Arrays | Array, ...]:
    """Each input's share of the derivatives."""
    axis = _features_axis(notes)
    ends = accumulate((shape.extent(*FEATURES) for shape in notes.shapes), initial=0)
    shares = (flow[(slice(None),) * axis + (slice(first, end),)] for first, end in pairwise(ends))
    return ({}, *shares)


def _features_axis(notes: LayerNotes) -> int:
    """Where the features of the inputs stand, after the samples."""
    return 1 + (notes.shapes[0].place(*FEATURES) or 0)
