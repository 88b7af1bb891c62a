"""Pooling by hand: of each window of each map the largest number, or the mean.

The largest has the whole slope, of equal ones the first, as PyTorch's max_pool2d; of the mean each has its share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import in_order
from xlbp.reference.blocks.windows import Laid, from_maps, gathered, seen_through
from xlbp.reference.blocks.winner import winners
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.pool import AveragePool, MaxPool


class Kept(NamedTuple):
    """Which number of each window wins, (B, C, Q, P), and how the windows lie."""

    won: Array
    laid: Laid


def largest(notes: LayerNotes, block: MaxPool, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """The largest of each window; the numbers that win are noted in training, 1 or 0 each."""
    seen, laid = seen_through(block.windows, x, notes.shapes[0])
    peak = np.max(seen, axis=-1)
    won = winners(notes, seen, peak)
    shape = (*seen.shape[:2], *laid.counts)
    if notes.training:
        notes.put("k", won.reshape(*shape, -1))
    return notes.put("p", peak.reshape(*shape)), Kept(won, laid)


def largest_backward(notes: LayerNotes, block: MaxPool, p: Arrays, kept: Kept, dp: Array) -> tuple[Arrays, Array]:
    """dE/dX goes to the winners alone."""
    flow = dp.reshape(*kept.won.shape[:3], 1) * kept.won
    return {}, from_maps(gathered(flow, kept.laid), notes.shapes[0])


def mean(notes: LayerNotes, block: AveragePool, p: Arrays, x: Array) -> tuple[Array, Laid]:
    """The mean of each window."""
    seen, laid = seen_through(block.windows, x, notes.shapes[0])
    means = in_order(seen) / laid.places.shape[1]
    return notes.put("p", means.reshape(*seen.shape[:2], *laid.counts)), laid


def mean_backward(notes: LayerNotes, block: AveragePool, p: Arrays, laid: Laid, dp: Array) -> tuple[Arrays, Array]:
    """Every number of a window gets an equal share."""
    windows, places = laid.places.shape
    each = dp.reshape(*dp.shape[:2], windows, 1) / places
    return {}, from_maps(gathered(each * np.ones(places), laid), notes.shapes[0])
