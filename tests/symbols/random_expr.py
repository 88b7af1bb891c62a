"""Random expressions of x, y and z that stay finite near the origin."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from xlbp.symbols import expr as e
from xlbp.symbols.interpret import Interpreter

NAMES = ("x", "y", "z")
NUMBERS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 0.1, 1 / 3)
UNARY = (
    lambda x: -x,
    e.function("copy"),
    e.square,
    e.sin,
    e.cos,
    e.tanh,
    e.sigmoid,
    e.softplus,
    e.relu,
    e.absolute,
    lambda x: e.leaky_relu(x, 0.01),
    lambda x: e.exp(e.tanh(x)),
    lambda x: e.log(2 + e.absolute(x)),
    lambda x: e.sqrt(1 + e.square(x)),
    lambda x: x**3,
    lambda x: x**2,
    lambda x: x**1,
    lambda x: x / 4,
    lambda x: 1 / e.const(4) * x,
)
BINARY = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / (2 + e.absolute(y)),
    lambda x, y: x / -(1 + e.square(y)),
    lambda x, y: e.total([x, y, x]),
    lambda x, y: (2 + e.sin(x)) ** e.tanh(y),
    e.log_loss,
    e.maximum,
    e.minimum,
)

leaves = st.sampled_from(NAMES).map(e.ref) | st.sampled_from(NUMBERS).map(e.const)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda f, x: f(x), st.sampled_from(UNARY), inner),
        st.builds(lambda f, x, y: f(x, y), st.sampled_from(BINARY), inner, inner),
    ),
    max_leaves=10,
)
points = st.fixed_dictionaries({name: st.floats(-1.9, 1.9) for name in NAMES})


def value(root: e.Expr, values: dict[str, float]) -> float:
    """What the expression is worth at a point."""
    with np.errstate(all="ignore"):
        return float(Interpreter({name: np.asarray(number) for name, number in values.items()})(root))


def size(root: e.Expr, values: dict[str, float]) -> float:
    """How large the terms are that the expression is made from."""
    with np.errstate(all="ignore"):
        return float(Interpreter({name: np.asarray(number) for name, number in values.items()}).sizes(root, {}))
