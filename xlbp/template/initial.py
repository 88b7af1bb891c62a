"""Seeded initial weights, rounded to four decimals, and to 15 digits, so that a person can retype them.

``random.Random.random`` is the one generator whose stream Python promises never to change, so a
template means the same numbers on every machine.  ``a`` inputs, ``b`` units:

    zeros             0
    constant          value
    uniform           U(low, high), by default U(-0.5, 0.5)
    normal            N(mean, std^2), by default N(0, 0.1^2)
    xavier_uniform    U(-r, r), r = sqrt(6 / (a + b))    Glorot and Bengio, 2010
    xavier_normal     N(0, 2 / (a + b))                  Glorot and Bengio, 2010
    he_uniform        U(-r, r), r = sqrt(6 / a)          He et al., 2015
    he_normal         N(0, 2 / a)                        He et al., 2015
    lecun_uniform     U(-r, r), r = sqrt(3 / a)          LeCun et al., 1998
    lecun_normal      N(0, 1 / a)                        LeCun et al., 1998
    orthogonal        orthonormal rows or columns        Saxe, McClelland and Ganguli, 2014
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from xlbp.datafile.numbers import snap
from xlbp.template.model import Matrix

Options = Mapping[str, float]
Row = list[float]
DIGITS = 4

SPREADS: dict[str, Callable[[int, int], float]] = {
    "xavier_uniform": lambda a, b: math.sqrt(6 / (a + b)),
    "xavier_normal": lambda a, b: math.sqrt(2 / (a + b)),
    "he_uniform": lambda a, b: math.sqrt(6 / a),
    "he_normal": lambda a, b: math.sqrt(2 / a),
    "lecun_uniform": lambda a, b: math.sqrt(3 / a),
    "lecun_normal": lambda a, b: math.sqrt(1 / a),
}
OPTIONS: dict[str, dict[str, float]] = {  # with their defaults
    "zeros": {},
    "constant": {"value": 0.1},
    "uniform": {"low": -0.5, "high": 0.5},
    "normal": {"mean": 0.0, "std": 0.1},
    **{name: {} for name in SPREADS},
    "orthogonal": {"gain": 1.0},
}


@dataclass(frozen=True)
class Scheme:
    """How weights are drawn: the scheme's name, the seed, its options, and how many digits after the point are kept.

    A kernel covers ``window`` places: each unit has that many times as many inputs, and each input as many units.
    """

    init: str
    seed: int = 0
    options: Options = field(default_factory=dict)
    digits: int = DIGITS
    window: int = 1


def draw(scheme: Scheme, stream: str, units: int, inputs: int) -> Matrix:
    """A (units, inputs) matrix; each layer, and each parameter and gate of one, has its own stream."""
    random = Random(f"xlbp {scheme.seed} {stream}")
    if scheme.init == "orthogonal":
        gain = _options(scheme)["gain"]
        rows = [[gain * v for v in row] for row in _orthogonal(random, units, inputs)]
    else:
        drawn = _drawing(scheme, units * scheme.window, inputs)
        rows = [[drawn(random) for _ in range(inputs)] for _ in range(units)]
    return tuple(tuple(snap(round(v, scheme.digits)) + 0.0 for v in row) for row in rows)


def _options(scheme: Scheme) -> Options:
    return {**OPTIONS[scheme.init], **scheme.options}


def _drawing(scheme: Scheme, units: int, inputs: int) -> Callable[[Random], float]:
    """How one weight is drawn."""
    init, options = scheme.init, _options(scheme)
    if init in ("zeros", "constant"):
        return lambda random: options.get("value", 0.0)
    if init == "uniform":
        return lambda random: options["low"] + (options["high"] - options["low"]) * random.random()
    if init == "normal":
        return lambda random: options["mean"] + options["std"] * _normal(random)
    spread, sample = SPREADS[init](inputs, units), _normal if init.endswith("_normal") else _uniform
    return lambda random: spread * sample(random)


def _uniform(random: Random) -> float:
    return 2 * random.random() - 1


def _normal(random: Random) -> float:
    """Box and Muller, 1958."""
    radius = math.sqrt(-2 * math.log(1 - random.random()))
    return radius * math.cos(2 * math.pi * random.random())


def _orthogonal(random: Random, units: int, inputs: int) -> list[Row]:
    """Gram and Schmidt on rows of normal numbers; where there are more rows than columns, on the columns."""
    if units > inputs:
        return [list(row) for row in zip(*_orthogonal(random, inputs, units), strict=True)]
    found: list[Row] = []
    while len(found) < units:
        row = [_normal(random) for _ in range(inputs)]
        for other in found:
            along = sum(x * y for x, y in zip(row, other, strict=True))
            row = [x - along * y for x, y in zip(row, other, strict=True)]
        length = math.sqrt(sum(x * x for x in row))
        found += [[x / length for x in row]] if length > 1e-6 else []
    return found
