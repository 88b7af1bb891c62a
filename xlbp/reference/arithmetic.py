"""Sums as cells take them: one term after the other, from left to right, so that the last bit is the same.

Where the features, or channels, of an array stand among its axes, its :class:`~xlbp.template.blocks.block.Shape` tells:
that of one sample, before which the array has an axis of samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from xlbp.reference.history import Array
from xlbp.reference.tape import by_element
from xlbp.template.blocks.block import FEATURES, Shape

# the C library's own functions, which spreadsheets call; NumPy's may differ in the last bit
exp, log, tanh, sin, cos = map(by_element, (math.exp, math.log, math.tanh, math.sin, math.cos))


def in_order(terms: Array) -> Array:
    """The sum along the last axis, from left to right, as a person or a chain of + would do it."""
    if terms.shape[-1] == 1:
        return terms[..., 0]
    return cast(Array, np.add.accumulate(terms, axis=-1)[..., -1])


def samples_in_order(value: Array) -> Array:
    """The sums over the first axis, that of the samples, one after the other."""
    return in_order(np.moveaxis(value, 0, -1))


def shared_out(sums: Array, count: int) -> Array:
    """The mean, from sums of so many; of one it is the sum."""
    return sums if count == 1 else sums / count


def matmul(x: Array, y: Array) -> Array:
    """``x @ y``, each sum taken from left to right."""
    if x.shape[1] == 1:  # sums of one term
        return x * y
    if len(x) == 1:  # one sample needs no third axis, which takes NumPy longer
        return down(x.T * y)[None, :]
    return down(x.T[:, :, None] * y[:, None, :])  # (m, B, n)


def down(terms: Array) -> Array:
    """The sums over the first axis, where NumPy adds one after the other, unless there is no other axis."""
    sums = np.add.reduce(terms, axis=0) if terms[0].size > 1 else np.add.accumulate(terms, axis=0)[-1]
    return cast(Array, sums)


def matmul_by_step(x: Array, y: Array) -> Array:
    """``x @ y`` at each step: x is (B, S, m), y (m, n), and the products (B, S, n)."""
    samples, steps, _ = x.shape
    return matmul(x.reshape(samples * steps, -1), y).reshape(samples, steps, -1)


def by_place(parts: Sequence[Array]) -> Array:
    """What several steps, or places, have each, with a first axis for these."""
    return parts[0][None] if len(parts) == 1 else np.stack(parts)


def total_of_places(parts: Array) -> Array:
    """The sum over the first axis, that of the steps or places."""
    return parts[0] if len(parts) == 1 else in_order(np.moveaxis(parts, 0, -1))


def features_last(value: Array, shape: Shape) -> Array:
    """The same numbers with the features as the last axis; what has no features gets one."""
    place = shape.place(*FEATURES)
    if place is None:
        return value[..., None]
    return value if place == len(shape) - 1 else np.moveaxis(value, place + 1, -1)


def features_back(value: Array, shape: Shape) -> Array:
    """What has its features last, as the shape has them: the way back from :func:`features_last`."""
    place = shape.place(*FEATURES)
    if place is None:
        return value[..., 0]
    return value if place == len(shape) - 1 else np.moveaxis(value, -1, place + 1)
