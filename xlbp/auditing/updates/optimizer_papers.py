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
    """A step as a multiple of the learning rate; of a slip also its text ``audit.why_<key>``, and its cell."""

    step: Step
    key: str = ""
    where: Where = Where.UPDATE


ADAM = Rule(lambda r: over(r.m_hat(), root(r.v_hat())))
UNCORRECTED_ADAM = Rule(lambda r: over(r.m, root(r.v)), "adam_uncorrected")
ADAM_SLIPS = (
    UNCORRECTED_ADAM,
    Rule(lambda r: over(r.m, root(r.v_hat())), "adam_first_uncorrected", Where.M_HAT),
    Rule(lambda r: over(r.m_hat(), root(r.v)), "adam_second_uncorrected", Where.V_HAT),
    Rule(lambda r: over(r.m_hat(), r.v_hat()), "adam_no_root"),
    Rule(lambda r: over(r.m, r.v), "adam_no_root"),
    Rule(lambda r: over(r.m_hat(r.b2), root(r.v_hat())), "adam_first_by_beta2", Where.M_HAT),
    Rule(lambda r: over(r.m_hat(), root(r.v_hat(r.b1))), "adam_second_by_beta1", Where.V_HAT),
    Rule(lambda r: over(r.m_hat(r.b2), root(r.v_hat(r.b1))), "adam_betas_exchanged"),
    Rule(lambda r: over(r.m_hat(shift=1), root(r.v_hat(shift=1))), "adam_first_t"),
    Rule(lambda r: over(r.m0, root(r.v0)), "adam_averages_before"),
)
RMSPROP = Rule(lambda r: over(r.g, root(r.v)))
RMSPROP_SLIPS = (
    Rule(lambda r: over(r.g, root(r.v0)), "rmsprop_squares_before"),
    Rule(lambda r: over(r.g, r.v), "rmsprop_no_root"),
    Rule(lambda r: r.g * r.v, "rmsprop_not_divided"),
)
MOMENTUM = Rule(lambda r: r.m)
MOMENTUM_SLIPS = (Rule(lambda r: r.m0, "velocity_before"),)
