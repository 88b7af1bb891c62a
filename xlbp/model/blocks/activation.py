"""Activations of one number each, as expressions of the pre-activation z.

identity is no block: it has no cell of its own, for a is z.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import Expr, Number, const, elu, hard_sigmoid, leaky_relu, relu, sigmoid, softplus, sqrt, tanh
from xlbp.template.blocks.activation import Gated, Pointwise

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


def pointwise(cells: Cells, block: Pointwise, z: Grid) -> Grid:
    """a = f(z), element by element."""
    f = ACTIVATIONS[block.function]
    return cells.fill("a", lambda s, *i: f(z[s][i], block.alpha))


def gated(cells: Cells, block: Gated, z: Grid) -> Grid:
    """A gate of z in a cell of its own, then a, with a slope that knows both."""
    gate, value, slope = GATED[block.function]
    a = cells.references("a")
    g = cells.references("g")

    def write(s: str, *i: int) -> Expr:
        """The activation, after its gate."""
        cells.put("g", s, i, gate(z[s][i]))
        return value(z[s][i], g[s][i])

    return cells.fill("a", write, lambda s, *i: ((z[s][i], slope(z[s][i], g[s][i], a[s][i])),))
