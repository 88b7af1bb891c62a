"""Activations as expressions of the pre-activation z.

identity has no cell of its own (a is z); softmax and maxout are a layer's affair: see layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from xlbp.symbols.expr import Expr, Number, const, elu, hard_sigmoid, leaky_relu, relu, sigmoid, softplus, sqrt, tanh

GELU_CUBIC, GELU_SQUARE = 0.044715, 0.134145

ACTIVATIONS: dict[str, Callable[[Expr, Number], Expr]] = {  # of z, and of the number the shape depends on
    "sigmoid": lambda z, _: sigmoid(z),  # 1 / (1 + exp(-z))
    "tanh": lambda z, _: tanh(z),
    "relu": lambda z, _: relu(z),  # max(z, 0)
    "leaky_relu": leaky_relu,
    "elu": elu,  # Clevert, Unterthiner and Hochreiter, 2016
    "softplus": lambda z, _: softplus(z),  # log(1 + exp(z))
    "hard_sigmoid": lambda z, _: hard_sigmoid(z),  # PyTorch's: relu6(z + 3) / 6
}


def _gelu_gate(z: Expr) -> Expr:
    """tanh(sqrt(2/pi) (z + 0.044715 z^3))  (Hendrycks and Gimpel, 2016)."""
    return tanh(sqrt(2 / const(math.pi)) * (z + GELU_CUBIC * z * z * z))


def _gelu_slope(z: Expr, g: Expr, _: Expr) -> Expr:
    inner = sqrt(2 / const(math.pi)) * (1 + GELU_SQUARE * z * z)
    return 0.5 * (1 + g) + 0.5 * z * (1 - g) * (1 + g) * inner


# A gate g(z) with a cell of its own, the activation a(z, g), and its slope da/dz.
GATED: dict[str, tuple[Callable[[Expr], Expr], Callable[[Expr, Expr], Expr], Callable[[Expr, Expr, Expr], Expr]]] = {
    "gelu": (_gelu_gate, lambda z, g: 0.5 * z * (1 + g), _gelu_slope),
    "silu": (sigmoid, lambda z, g: z * g, lambda z, g, a: g + a * (1 - g)),
}
BY_LAYER = ("identity", "maxout", "softmax")
