"""Activations by hand: f(z), and the slope f'(z) from z and a = f(z).  Arrays of any shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from xlbp.reference.arithmetic import exp, log, tanh
from xlbp.reference.history import Array, Arrays
from xlbp.reference.notes import LayerNotes
from xlbp.reference.tape import by_element
from xlbp.template.blocks.activation import Gated as GatedBlock
from xlbp.template.blocks.activation import Pointwise


def _sigmoid(z: float) -> float:
    """1 / (1 + e^-z), with e^-|z| so that nothing overflows."""
    power = math.exp(-abs(z))
    return 1 / (1 + power) if z >= 0 else power / (1 + power)


sigmoid = by_element(_sigmoid)


def softplus(z: Array) -> Array:
    """log(1 + e^z)."""
    return np.maximum(z, 0) + log(1 + exp(-np.abs(z)))


def step(z: Array) -> Array:
    """1 where z > 0, else 0; NaN stays NaN."""
    return np.heaviside(z, 0.0)


def _step_or_nan(z: Array, above: Array | float, below: Array | float) -> Array:
    """``above`` where z > 0, else ``below``; NaN stays NaN."""
    return np.where(np.isnan(z), z, np.where(z > 0, above, below))


class Activation(NamedTuple):
    """``f(z, k)`` and ``slope(z, a, k)``, k being the number the shape depends on."""

    f: Callable[[Array, float], Array]
    slope: Callable[[Array, Array, float], Array]


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(lambda z, k: sigmoid(z), lambda z, a, k: a * (1 - a)),
    "tanh": Activation(lambda z, k: tanh(z), lambda z, a, k: (1 - a) * (1 + a)),
    "relu": Activation(lambda z, k: np.maximum(z, 0), lambda z, a, k: step(z)),
    "leaky_relu": Activation(lambda z, k: _step_or_nan(z, z, k * z), lambda z, a, k: _step_or_nan(z, 1.0, k)),
    "elu": Activation(
        lambda z, k: _step_or_nan(z, z, k * (exp(np.minimum(z, 0)) - 1)),
        lambda z, a, k: _step_or_nan(z, 1.0, a + k),
    ),
    "softplus": Activation(lambda z, k: softplus(z), lambda z, a, k: sigmoid(z)),
    "hard_sigmoid": Activation(
        lambda z, k: np.maximum(0, np.minimum(1, (z + 3) / 6)),
        lambda z, a, k: np.where(np.isnan(z), z, np.where(np.abs(z) < 3, 1 / 6, 0.0)),
    ),
}


class Gated(NamedTuple):
    """A gate g(z) that is recorded, a(z, g), and the slope of a by z."""

    gate: Callable[[Array], Array]
    f: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array, Array], Array]


ROOT = math.sqrt(2 / math.pi)


def _gelu_slope(z: Array, g: Array, _: Array) -> Array:
    return 0.5 * (1 + g) + 0.5 * z * (1 - g) * (1 + g) * (ROOT * (1 + 0.134145 * z * z))


GATED: dict[str, Gated] = {
    "gelu": Gated(lambda z: tanh(ROOT * (z + 0.044715 * z * z * z)), lambda z, g: 0.5 * z * (1 + g), _gelu_slope),
    "silu": Gated(sigmoid, lambda z, g: z * g, lambda z, g, a: g + a * (1 - g)),
}


class Kept(NamedTuple):
    """What an activation keeps for the way back; the gate ``g`` is z itself where there is none."""

    z: Array
    g: Array
    a: Array


def pointwise(notes: LayerNotes, block: Pointwise, p: Arrays, z: Array) -> tuple[Array, Kept]:
    """A = f(Z)."""
    a = notes.put("a", ACTIVATIONS[block.function].f(z, block.alpha))
    return a, Kept(z, z, a)


def pointwise_backward(notes: LayerNotes, block: Pointwise, p: Arrays, kept: Kept, da: Array) -> tuple[Arrays, Array]:
    """dE/dZ = dE/dA * f'(Z)."""
    slope = ACTIVATIONS[block.function].slope
    return {}, da * notes.put("f'", slope(kept.z, kept.a, block.alpha))


def gated(notes: LayerNotes, block: GatedBlock, p: Arrays, z: Array) -> tuple[Array, Kept]:
    """G = g(Z), A = a(Z, G)."""
    rule = GATED[block.function]
    g = notes.put("g", rule.gate(z))
    a = notes.put("a", rule.f(z, g))
    return a, Kept(z, g, a)


def gated_backward(notes: LayerNotes, block: GatedBlock, p: Arrays, kept: Kept, da: Array) -> tuple[Arrays, Array]:
    """dE/dZ = dE/dA * dA/dZ, of which the gate is a part."""
    return {}, da * notes.put("f'", GATED[block.function].slope(*kept))
