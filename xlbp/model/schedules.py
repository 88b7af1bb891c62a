"""The learning rate of row t, by PyTorch's conventions where it has them.

A product over the rows stands as such, the row above times a factor, so that no power underflows.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from xlbp.symbols.expr import Expr, const, cos, if_positive, minimum, modulo, prev, ref
from xlbp.symbols.program import Builder, Column
from xlbp.template import names
from xlbp.template.template import Training

ETA, T, BEFORE = ref(names.LEARNING_RATE), ref(names.ITERATION), prev(names.RATE)
Setting = Callable[[str], Expr]


def setting(name: str) -> Expr:
    """A number of the panel."""
    return ref(names.setting(name))


def _piecewise(pieces: int) -> Expr:
    """rate1 while t < until1, then rate2 while t < until2, ..."""
    value = setting(f"rate{pieces}")
    for n in range(pieces - 1, 0, -1):
        value = if_positive(setting(f"until{n}") - T, setting(f"rate{n}"), value)
    return value


RECURSIVE: dict[str, Callable[[Setting], Expr]] = {  # row 0 has eta itself
    # eta * factor^floor(t / every): PyTorch's StepLR
    "step": lambda s: if_positive(modulo(T, s("every")), BEFORE, BEFORE * s("factor")),
    # eta * factor^t: ExponentialLR
    "exponential": lambda s: BEFORE * s("factor"),
}
CLOSED: dict[str, Callable[[Setting], Expr]] = {
    # Keras's InverseTimeDecay
    "inverse_time": lambda s: ETA / (1 + s("decay") * T / s("every")),
    # CosineAnnealingLR (Loshchilov and Hutter, 2017, without restarts)
    "cosine": lambda s: s("lowest") + (ETA - s("lowest")) * (1 + cos(const(math.pi) * T / s("period"))) / 2,
    # LinearLR from eta * start up to eta
    "warmup": lambda s: ETA * (s("start") + (1 - s("start")) * minimum(T, s("warmup")) / s("warmup")),
}


def learning_rate(builder: Builder, training: Training) -> Expr:
    """The cell of the learning rate: on the panel while it is constant, else a column."""
    kind = training.schedule
    if kind == "constant":
        return ETA
    start: Expr | None = None
    if kind in RECURSIVE:
        rate, start = RECURSIVE[kind](setting), ETA
    else:
        rate = _piecewise(training.pieces) if kind == "piecewise" else CLOSED[kind](setting)
    return builder.add(Column(names.RATE, rate, "optimizer", start=start))
