"""Seeded initial weights, rounded to four decimals so that a person can retype them.

``random.Random.random`` is the one generator whose stream Python promises never to change, so a
template means the same numbers on every machine.  ``a`` inputs, ``b`` units:

    xavier_uniform   U(-r, r), r = sqrt(6 / (a + b))    Glorot and Bengio, 2010
    xavier_normal    N(0, 2 / (a + b))                  Glorot and Bengio, 2010
    he_uniform       U(-r, r), r = sqrt(6 / a)          He et al., 2015
    he_normal        N(0, 2 / a)                        He et al., 2015
    lecun_uniform    U(-r, r), r = sqrt(3 / a)          LeCun et al., 1998
    lecun_normal     N(0, 1 / a)                        LeCun et al., 1998
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from xlbp.spec.model import Matrix

SPREADS: dict[str, Callable[[int, int], float]] = {
    "xavier_uniform": lambda a, b: math.sqrt(6 / (a + b)),
    "xavier_normal": lambda a, b: math.sqrt(2 / (a + b)),
    "he_uniform": lambda a, b: math.sqrt(6 / a),
    "he_normal": lambda a, b: math.sqrt(2 / a),
    "lecun_uniform": lambda a, b: math.sqrt(3 / a),
    "lecun_normal": lambda a, b: math.sqrt(1 / a),
}
DIGITS = 4


def draw(init: str, seed: int, layer: int, units: int, inputs: int) -> Matrix:
    """A (units, inputs) matrix drawn by the scheme ``init``; each layer has its own stream."""
    random = Random(f"xlbp {seed} {layer}")
    spread = SPREADS[init](inputs, units)
    sample = _normal if init.endswith("_normal") else _uniform
    return tuple(tuple(round(spread * sample(random), DIGITS) for _ in range(inputs)) for _ in range(units))


def _uniform(random: Random) -> float:
    return 2 * random.random() - 1


def _normal(random: Random) -> float:
    """Box and Muller, 1958."""
    radius = math.sqrt(-2 * math.log(1 - random.random()))
    return radius * math.cos(2 * math.pi * random.random())
