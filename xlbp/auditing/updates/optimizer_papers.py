"""What optimizers do by their papers, and by the slips that people make, as functions of one row's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

Step = Callable[["RowNumbers"], float]


@dataclass(frozen=True)
class RowNumbers:
    """One step's numbers, as the papers call them."""

    g: float  # the gradient
    m: float  # the average of gradients
    v: float  # the average of squares
    m0: float  # the averages in the row before
    v0: float
    b1: float  # the decays of the averages
    b2: float
    t: int  # the number of the step, from 1

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


class Where(Enum):
    """The cell in which a slip is made."""

    UPDATE = "update"
    M_HAT = "corrected m"
    V_HAT = "corrected v"


@dataclass(frozen=True)
class Rule:
    """A step as a multiple of the learning rate; where it is a slip, what to say of it, and in which cell it is."""

    step: Step
    words: str = ""
    where: Where = Where.UPDATE


ADAM = Rule(lambda r: over(r.m_hat(), root(r.v_hat())))
WITHOUT_CORRECTION = (
    "Adam without bias correction: averages that start at 0 are divided by 1-beta^t in the t-th step; where they are "
    "carried over from earlier steps, t counts those too"
)
FIRST_UNCORRECTED = "Adam's first average starts at 0 and is to be divided by 1-beta1^t"
SECOND_UNCORRECTED = "Adam's second average starts at 0 and is to be divided by 1-beta2^t"
WITHOUT_ROOT = "Adam divides by the root of the second average, not by the average itself"
FIRST_BY_BETA2 = "the first average is corrected with its own beta1, not with beta2"
SECOND_BY_BETA1 = "the second average is corrected with its own beta2, not with beta1"
BETAS_EXCHANGED = "each average is corrected with its own beta, not with that of the other"
AVERAGES_BEFORE = "Adam takes the averages that have this row's gradient in them"
ADAM_SLIPS = (
    Rule(lambda r: over(r.m, root(r.v)), WITHOUT_CORRECTION),
    Rule(lambda r: over(r.m, root(r.v_hat())), FIRST_UNCORRECTED, Where.M_HAT),
    Rule(lambda r: over(r.m_hat(), root(r.v)), SECOND_UNCORRECTED, Where.V_HAT),
    Rule(lambda r: over(r.m_hat(), r.v_hat()), WITHOUT_ROOT),
    Rule(lambda r: over(r.m, r.v), WITHOUT_ROOT),
    Rule(lambda r: over(r.m_hat(r.b2), root(r.v_hat())), FIRST_BY_BETA2, Where.M_HAT),
    Rule(lambda r: over(r.m_hat(), root(r.v_hat(r.b1))), SECOND_BY_BETA1, Where.V_HAT),
    Rule(lambda r: over(r.m_hat(r.b2), root(r.v_hat(r.b1))), BETAS_EXCHANGED),
    Rule(lambda r: over(r.m_hat(shift=1), root(r.v_hat(shift=1))), "the first step has t = 1, not 2"),
    Rule(lambda r: over(r.m0, root(r.v0)), AVERAGES_BEFORE),
)
RMSPROP = Rule(lambda r: over(r.g, root(r.v)))
SQUARES_BEFORE = "RMSProp divides by the average that has this row's gradient in it, not the one before"
RMSPROP_SLIPS = (
    Rule(lambda r: over(r.g, root(r.v0)), SQUARES_BEFORE),
    Rule(lambda r: over(r.g, r.v), "RMSProp divides by the root of the average, not by the average itself"),
    Rule(lambda r: r.g * r.v, "RMSProp divides by the root of the average"),
)
MOMENTUM = Rule(lambda r: r.m)
VELOCITY_BEFORE = "the velocity that has this row's gradient in it moves the parameter, not the one before"
MOMENTUM_SLIPS = (Rule(lambda r: r.m0, VELOCITY_BEFORE),)
