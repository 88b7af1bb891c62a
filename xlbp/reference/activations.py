"""Activations by hand: f(z), and the slope f'(z) from z and a = f(z).  Shapes: (B, units)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from xlbp.reference.history import Array

LEAKY_SLOPE = 0.01


def _by_element(f: Callable[[float], float]) -> Callable[[Array], Array]:
    """The C library's own function, which spreadsheets call; NumPy's may differ in the last bit."""
    return lambda z: np.array([f(v) for v in z.ravel().tolist()]).reshape(z.shape)


exp, log, tanh = map(_by_element, (math.exp, math.log, math.tanh))


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), with e^-|z| so that nothing overflows."""
    power = exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + power), power / (1 + power))


def softplus(z: Array) -> Array:
    """log(1 + e^z)."""
    return np.maximum(z, 0) + log(1 + exp(-np.abs(z)))


def step(z: Array) -> Array:
    """1 where z > 0, else 0; NaN stays NaN."""
    return np.heaviside(z, 0.0)


class Activation(NamedTuple):
    """``f(z)`` and ``slope(z, a)``."""

    f: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": Activation(sigmoid, lambda z, a: a * (1 - a)),
    "tanh": Activation(tanh, lambda z, a: (1 - a) * (1 + a)),
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z, a: step(z)),
    "leaky_relu": Activation(
        lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
        lambda z, a: np.where(np.isnan(z), z, np.where(z > 0, 1.0, LEAKY_SLOPE)),
    ),
    "softplus": Activation(softplus, lambda z, a: sigmoid(z)),
}
BY_LAYER = ("softmax",)
