"""What optimizers do by their papers, and by the slips that are made of them, as functions of one row's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[["Row"], float]


@dataclass(frozen=True)
class Row:
    """One step's numbers: the gradient g, the averages m and v, those of the row before, the betas and the count."""

    g: float
    m: float
    v: float
    m0: float
    v0: float
    b1: float
    b2: float
    t: int

    def m_hat(self, beta: float | None = None, shift: int = 0) -> float:
        """The average m divided by 1 - beta^t."""
        return over(self.m, 1 - (self.b1 if beta is None else beta) ** (self.t + shift))

    def v_hat(self, beta: float | None = None, shift: int = 0) -> float:
        """The average v divided by 1 - beta^t."""
        return over(self.v, 1 - (self.b2 if beta is None else beta) ** (self.t + shift))


def over(a: float, b: float) -> float:
    """A quotient; NaN where it is undefined."""
    return a / b if b else math.nan


def root(x: float) -> float:
    """A square root; NaN where it is undefined."""
    return math.sqrt(x) if x >= 0 else math.nan


@dataclass(frozen=True)
class Rule:
    """A step as a multiple of the learning rate; ``at`` says which cell departs: the update, m, v or their hats."""

    words: str
    step: Step
    at: str = "update"


ADAM = Rule("", lambda r: over(r.m_hat(), root(r.v_hat())))
CORRECTION = (
    "Adam without bias correction: averages that start at 0 are divided by 1-beta^t in the t-th step; where they are "
    "carried over from earlier steps, t counts those too"
)
ADAM_DEPARTURES = (
    Rule(CORRECTION, lambda r: over(r.m, root(r.v))),
    Rule(
        "Adam's first average starts at 0 and is to be divided by 1-beta1^t", lambda r: over(r.m, root(r.v_hat())), "m̂"
    ),
    Rule(
        "Adam's second average starts at 0 and is to be divided by 1-beta2^t", lambda r: over(r.m_hat(), root(r.v)), "v̂"
    ),
    Rule(
        "Adam divides by the root of the second average, not by the average itself",
        lambda r: over(r.m_hat(), r.v_hat()),
    ),
    Rule("Adam divides by the root of the second average, not by the average itself", lambda r: over(r.m, r.v)),
    Rule(
        "the first average is corrected with its own beta1, not with beta2",
        lambda r: over(r.m_hat(r.b2), root(r.v_hat())),
        "m̂",
    ),
    Rule(
        "the second average is corrected with its own beta2, not with beta1",
        lambda r: over(r.m_hat(), root(r.v_hat(r.b1))),
        "v̂",
    ),
    Rule(
        "each average is corrected with its own beta, not with that of the other",
        lambda r: over(r.m_hat(r.b2), root(r.v_hat(r.b1))),
    ),
    Rule("the first step has t = 1, not 2", lambda r: over(r.m_hat(shift=1), root(r.v_hat(shift=1)))),
    Rule("Adam takes the averages that have this row's gradient in them", lambda r: over(r.m0, root(r.v0))),
)
RMSPROP = Rule("", lambda r: over(r.g, root(r.v)))
RMSPROP_DEPARTURES = (
    Rule(
        "RMSProp divides by the average that has this row's gradient in it, not the one before",
        lambda r: over(r.g, root(r.v0)),
    ),
    Rule("RMSProp divides by the root of the average, not by the average itself", lambda r: over(r.g, r.v)),
    Rule("RMSProp divides by the root of the average", lambda r: r.g * r.v),
)
MOMENTUM = Rule("", lambda r: r.m)
MOMENTUM_DEPARTURES = (
    Rule("the velocity that has this row's gradient in it moves the parameter, not the one before", lambda r: r.m0),
)
