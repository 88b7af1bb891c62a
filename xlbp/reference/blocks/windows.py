"""Windows over maps: which numbers each window lies on, and back from the windows to the numbers.

Maps are (B, C, N), the N places of a map row by row; with Q windows of P places each, patches are (B, C, Q, P).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.reference.arithmetic import in_order
from xlbp.reference.history import Array
from xlbp.reference.notes import Flags
from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows

Indices = NDArray[np.intp]


class Laid(NamedTuple):
    """The windows on a map of one size: ``counts`` of them along each of its axes.

    ``places`` (Q, P) are those of the map that they lie on, ``inside`` says where that is no padding.  The other way
    round, ``users`` (N, L) are the numbers of a map's places in all patches, window after window, that lie on a place
    of the map, as far as ``used`` says.
    """

    counts: tuple[int, ...]
    places: Indices
    inside: Flags
    users: Indices
    used: Flags


def lay(windows: Windows, extents: tuple[int, ...]) -> Laid:
    """Lay windows over maps of this height and width, or length; those that do not fit are dropped."""
    counts: list[int] = []
    places: Indices = np.zeros((1, 1), dtype=np.intp)
    inside: Flags = np.ones((1, 1), dtype=bool)
    for extent, size, stride, pad in zip(extents, windows.size, windows.stride, windows.padding, strict=True):
        counts.append((extent + 2 * pad - size) // stride + 1)
        at = stride * np.arange(counts[-1])[:, None] + np.arange(size) - pad  # (windows, places) along this axis
        pairs = (len(places) * len(at), -1)  # every window, and every place, with those along the axes before
        places = (places[:, None, :, None] * extent + at[None, :, None, :]).reshape(*pairs)
        inside = (inside[:, None, :, None] & ((at >= 0) & (at < extent))[None, :, None, :]).reshape(*pairs)
    places = np.where(inside, places, 0)
    seen = [np.flatnonzero((places == n).ravel() & inside.ravel()) for n in range(math.prod(extents))]
    longest = max(1, *map(len, seen))  # 1 where every window lies on padding alone
    users = np.array([[*s, *[0] * (longest - len(s))] for s in seen], dtype=np.intp).reshape(len(seen), longest)
    used = np.array([np.arange(longest) < len(s) for s in seen])
    return Laid(tuple(counts), places, inside, users, used)


def seen_through(windows: Windows, x: Array, shape: Shape) -> tuple[Array, Laid]:
    """What each window lies on of what comes in, (B, C, Q, P), and how the windows lie."""
    maps, extents = as_maps(x, shape, windows)
    laid = lay(windows, extents)
    return patches(maps, laid), laid


def patches(maps: Array, laid: Laid) -> Array:
    """What each window lies on, (B, C, Q, P); 0 in the padding."""
    return within(np.take(maps, laid.places, axis=2), laid)


def within(terms: Array, laid: Laid) -> Array:
    """Terms (..., Q, P) of the places of all windows, without those of the padding: these add nothing."""
    return terms if laid.inside.all() else np.where(laid.inside, terms, 0.0)


def gathered(flow: Array, laid: Laid) -> Array:
    """From what each place of each window gives, (B, C, ..., Q, P): what each place of the maps gets, (B, C, N)."""
    samples, channels = flow.shape[:2]
    each = flow.reshape(samples, channels, -1, laid.places.size)  # (B, C, filters, Q P)
    terms = np.take(each, laid.users, axis=3)  # (B, C, filters, N, L)
    terms = terms if laid.used.all() else np.where(laid.used, terms, 0.0)
    by_number = np.moveaxis(terms, 2, 3)
    return in_order(by_number.reshape(*by_number.shape[:3], -1))


def reached(block: Convolution | MaxPool | AveragePool, shape: Shape, windows: Flags) -> Flags:
    """The places that some of these windows lie on; ``windows`` tells which, as they stand along each axis."""
    apart = shape.without(*FEATURES)
    laid = lay(block.windows, apart)
    seen = laid.places[windows.ravel()][laid.inside[windows.ravel()]]
    return np.isin(np.arange(math.prod(apart)), seen).reshape(apart)


def as_maps(value: Array, shape: Shape, windows: Windows) -> tuple[Array, tuple[int, ...]]:
    """What comes in as maps (B, C, N), and their height and width, or length; a sequence's features are channels."""
    if shape.axes == (Axis.STEP, Axis.UNIT):
        value, shape = np.moveaxis(value, 2, 1), Shape(shape[::-1], (Axis.UNIT, Axis.STEP))
    extents = tuple(shape[-len(windows.size) :])
    return value.reshape(len(value), -1, math.prod(extents)), extents


def from_maps(value: Array, shape: Shape) -> Array:
    """Maps (B, C, N) in the shape of what came in: the way back from :func:`as_maps`."""
    if shape.axes == (Axis.STEP, Axis.UNIT):
        return np.moveaxis(value, 1, 2)
    return value.reshape(len(value), *shape)
