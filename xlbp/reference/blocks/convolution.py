"""Convolution by hand, a cross-correlation as in PyTorch's conv1d and conv2d.

z[f, q] = b[f] + sum over channels c and places p of K[f, c, p] x[c, place p of window q]; back, dE/dK[f, c, p] is the
sum of dE/dz[f, q] x[c, place p of window q] over the windows, and dE/dx the sum of dE/dz[f, q] K[f, c, p] over the
filters and all windows that lie on x.  K is (F, C, height, width) or (F, C, length), b (F,) or a single number, (1,).
(LeCun et al., Proceedings of the IEEE 86, 1998; Dumoulin and Visin, arXiv 1603.07285.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import by_place, down, in_order
from xlbp.reference.blocks.dense import of_bias
from xlbp.reference.blocks.windows import Laid, from_maps, gathered, seen_through, within
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.template.blocks.convolution import Convolution


class Kept(NamedTuple):
    """What the windows saw, (B, C, Q, P), and how they lie."""

    seen: Array
    laid: Laid


def forward(notes: LayerNotes, block: Convolution, p: Arrays, x: Array) -> tuple[Array, Kept]:
    """Z (B, F, windows along each axis)."""
    seen, laid = seen_through(block.windows, x, notes.shapes[0])
    samples, channels, windows, places = seen.shape
    kernels = p["K"].reshape(-1, channels, 1, places)
    terms = within(kernels * seen[:, None], laid)  # (B, F, C, Q, P)
    by_window = np.moveaxis(terms, 3, 2).reshape(samples, -1, windows, channels * places)
    z = in_order(by_window).reshape(samples, -1, *laid.counts)
    if "b" in p:
        z = z + p["b"].reshape(-1, *[1] * len(laid.counts))
    return notes.put("z", z), Kept(seen, laid)


def backward(notes: LayerNotes, block: Convolution, p: Arrays, kept: Kept, dz: Array) -> tuple[Arrays, Array]:
    """Window by window the sums over the samples of dE/dK (Q, F, C, ...) and dE/db (Q, F) or (Q, 1); and dE/dX."""
    seen, laid = kept
    samples, channels, windows, places = seen.shape
    flow = dz.reshape(samples, -1, windows)  # (B, F, Q)
    by_window = np.moveaxis(flow, 2, 1)  # (B, Q, F)
    terms = by_window[:, :, :, None, None] * np.moveaxis(seen, 2, 1)[:, :, None]  # (B, Q, F, C, P)
    inside = laid.inside[:, None, None, :]
    gradients = {
        "K": down(terms if laid.inside.all() else np.where(inside, terms, 0.0)).reshape(windows, *p["K"].shape)
    }
    if "b" in p:
        gradients["b"] = by_place([of_bias(by_window[:, q], block.bias) for q in range(windows)])
    kernels = np.moveaxis(p["K"].reshape(-1, channels, places), 0, 1)  # (C, F, P)
    products = flow[:, None, :, :, None] * kernels[:, :, None, :]  # (B, C, F, Q, P)
    return gradients, from_maps(gathered(products, laid), notes.shapes[0])
