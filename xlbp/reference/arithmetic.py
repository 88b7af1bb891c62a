"""Sums as cells take them: one term after the other, from left to right, so that the last bit is the same."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from xlbp.reference.history import Array
from xlbp.reference.tape import by_element

# the C library's own functions, which spreadsheets call; NumPy's may differ in the last bit
exp, log, tanh = map(by_element, (math.exp, math.log, math.tanh))


def in_order(terms: Array) -> Array:
    """The sum along the last axis, from left to right, as a person or a chain of + would do it."""
    if terms.shape[-1] == 1:
        return terms[..., 0]
    return cast(Array, np.add.accumulate(terms, axis=-1)[..., -1])


def shared_out(sums: Array, count: int) -> Array:
    """The mean, from sums of so many; of one it is the sum."""
    return sums if count == 1 else sums / count


def matmul(x: Array, y: Array) -> Array:
    """``x @ y``, each sum taken from left to right."""
    if x.shape[1] == 1:  # sums of one term
        return x * y
    if len(x) == 1:  # one sample needs no third axis, which takes NumPy longer
        return _down(x.T * y)[None, :]
    return _down(x.T[:, :, None] * y[:, None, :])  # (m, B, n)


def _down(terms: Array) -> Array:
    """The sums over the first axis, where NumPy adds one after the other, unless there is no other axis."""
    sums = np.add.reduce(terms, axis=0) if terms[0].size > 1 else np.add.accumulate(terms, axis=0)[-1]
    return cast(Array, sums)
