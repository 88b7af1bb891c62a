"""Derivatives without a rule: the complex step, f'(x) = Im f(x + ih) / h, which has no cancellation.

(Squire and Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, SIAM Review 40, 1998.)
A function with kinks is analytic on either side of one, and the real part tells the side.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping

from xlbp.symbols.expr import Expr, topological

H = 1e-30
NEAR = 1e-3  # nobody comes nearer to a kink, or to what has no finite value


class TooNearError(ArithmeticError):
    """The point is at a kink or a pole, or far out."""


def side(x: complex) -> float:
    """The sign of the real part."""
    if abs(x.real) < NEAR:
        raise TooNearError
    return math.copysign(1, x.real)


def _power(x: complex, y: complex) -> complex:
    if side(x) < 0:
        raise TooNearError  # not analytic in y
    return cmath.exp(y * cmath.log(x))


def _positive(function: Callable[[complex], complex]) -> Callable[[complex], complex]:
    def computed(x: complex) -> complex:
        if side(x) < 0:
            raise TooNearError
        return function(x)

    return computed


def _divided(x: complex, y: complex) -> complex:
    side(y)
    return x / y


def _step(x: complex) -> complex:
    side(complex(x.real - round(x.real)))
    return complex(math.floor(x.real))


def _absolute(x: complex) -> complex:
    return side(x) * x


def _huber(e: complex, k: complex) -> complex:
    return e * e / 2 if side(k - _absolute(e)) > 0 else k * (_absolute(e) - k / 2)


def _softplus(x: complex) -> complex:
    return cmath.log(1 + cmath.exp(x))


OPERATIONS: dict[str, Callable[..., complex]] = {
    "add": lambda *xs: sum(xs[1:], xs[0]),
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": _divided,
    "neg": lambda x: -x,
    "copy": lambda x: x,
    "pow": _power,
    "square": lambda x: x * x,
    "exp": cmath.exp,
    "log": _positive(cmath.log),
    "sqrt": _positive(cmath.sqrt),
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tanh": cmath.tanh,
    "sigmoid": lambda x: 1 / (1 + cmath.exp(-x)),
    "softplus": _softplus,
    "relu": lambda x: x if side(x) > 0 else 0j,
    "leaky_relu": lambda x, k: x if side(x) > 0 else k * x,
    "elu": lambda x, k: x if side(x) > 0 else k * (cmath.exp(x) - 1),
    "hard_sigmoid": lambda x: 0j if side(x + 3) < 0 else 1 + 0j if side(x - 3) > 0 else (x + 3) / 6,
    "huber": _huber,
    "squares": lambda *xs: sum((x * x for x in xs), 0j),
    "absolutes": lambda *xs: sum(map(_absolute, xs), 0j),
    "abs": _absolute,
    "max": lambda x, y: x if side(x - y) > 0 else y,
    "min": lambda x, y: y if side(x - y) > 0 else x,
    "log_loss": lambda z, t: _softplus(z) - z * t,
    "mod": lambda x, y: complex(x.real % y.real),  # of whole numbers, through which nothing flows
    "pick": lambda row, rows: complex(row.real * 10 + rows.real),
    "floor": _step,
    "sign": lambda x: complex(side(x)),
    "share": lambda x, y: complex((1 + side(x - y)) / 2),
    "if_positive": lambda x, a, b: a if side(x) > 0 else b,
}


def value(root: Expr, values: Mapping[str, complex]) -> complex:
    """What the expression is worth.  Raises TooNearError where it has no slope, or none that is finite."""
    known: dict[Expr, complex] = {}
    for node in topological(root):
        if node.op == "const":
            known[node] = complex(float(node.payload or 0))
        elif node.op == "ref":
            known[node] = values[str(node.payload)]
        else:
            try:
                known[node] = OPERATIONS[node.op](*(known[arg] for arg in node.args))
            except (OverflowError, ZeroDivisionError):
                raise TooNearError from None
        if not abs(known[node]) < 1e6:
            raise TooNearError
    return known[root]


def slope(root: Expr, values: Mapping[str, float], name: str) -> float:
    """The derivative by one name."""
    moved = {key: complex(number, H if key == name else 0) for key, number in values.items()}
    return value(root, moved).imag / H
