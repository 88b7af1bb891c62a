"""PyTorch's activations by the names of a template, of numbers whose features stand along an axis."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

# of pre-activations, and of the number that the shape depends on
POINTWISE: dict[str, Callable[[Tensor, float], Tensor]] = {
    "sigmoid": lambda z, _: torch.sigmoid(z),
    "tanh": lambda z, _: torch.tanh(z),
    "relu": lambda z, _: functional.relu(z),
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    # above 20 PyTorch's default takes z itself, 2e-9 off
    "softplus": lambda z, _: functional.softplus(z, threshold=700),
    # functional.hardsigmoid has the slope 1/6 in single precision only
    "hard_sigmoid": lambda z, _: functional.relu6(z + 3) / 6,
    "gelu": lambda z, _: functional.gelu(z, approximate="tanh"),
    "silu": lambda z, _: functional.silu(z),
}
GATES: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": lambda z: torch.tanh((2 / torch.pi) ** 0.5 * (z + 0.044715 * z**3)),
    "silu": torch.sigmoid,
}
