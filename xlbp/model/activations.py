"""Activations as expressions of the pre-activation z.

identity has no cell of its own (a is z), and softmax is a layer's affair: see compile_network.
"""

from __future__ import annotations

from collections.abc import Callable

from xlbp.graph.expr import Expr, leaky_relu, relu, sigmoid, softplus, tanh

LEAKY_SLOPE = 0.01  # PyTorch's default

ACTIVATIONS: dict[str, Callable[[Expr], Expr]] = {
    "sigmoid": sigmoid,  # 1 / (1 + exp(-z))
    "tanh": tanh,
    "relu": relu,  # max(z, 0)
    "leaky_relu": lambda z: leaky_relu(z, LEAKY_SLOPE),
    "softplus": softplus,  # log(1 + exp(z))
}
BY_LAYER = ("identity", "softmax")
