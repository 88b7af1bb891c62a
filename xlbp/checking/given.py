"""A person's numbers by quantity and iteration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from xlbp.checking.log import Array, Flags
from xlbp.checking.precision import Precision
from xlbp.checking.truth import Truth


@dataclass(frozen=True)
class Series:
    """One quantity over the iterations, (T + 1,) each; ``there`` tells which are given.

    ``allowed`` is how far they may be off besides what the precision says.  ``derived_from`` is the quantity that they
    follow from, '' of what a person gave.
    """

    name: str
    values: Array
    there: Flags
    precision: Precision
    allowed: Array
    derived_from: str = ""

    def agrees(self, expected: Array, sizes: Array) -> Flags:
        """Which of the numbers agree with these: an error with an error, a number with one that is near enough."""
        return agreeing(self.values, expected, self.precision, self.precision.noise_of(sizes) + self.allowed)


def agreeing(numbers: Array, expected: Array, precision: Precision, slack: Array | float) -> Flags:
    """Which of a person's numbers agree with these; ``slack`` is how far they may be off besides the precision."""
    is_number = np.isfinite(expected)
    with np.errstate(all="ignore"):
        allowed = precision.rtol * np.abs(expected) + slack
        if precision.decimals is not None:
            allowed = allowed + precision.rounding(numbers)
        near = np.abs(numbers - expected) <= allowed
    found: Flags = (near & is_number) | ~(is_number | np.isfinite(numbers))
    return found


Given: TypeAlias = Mapping[str, Series]


def descended(given: Given, truth: Truth) -> dict[str, Series]:
    """The gradients that follow from two rows of parameters by gradient descent, g = (p - p+) / eta.

    They are those of the parameters that are given before and after a step, and whose gradients are not.
    """
    derived: dict[str, Series] = {}
    if not truth.is_plain_descent:
        return derived
    template = truth.contents.template
    for parameter in template.parameter_order:
        gradient = str(truth.gradient(parameter))
        moved = str(truth.contents.quantity(parameter).updated)
        if gradient not in given and gradient in truth.order and (parameter in given or moved in given):
            derived[gradient] = _descent(gradient, parameter, given.get(parameter), given.get(moved), truth)
    return derived


def _descent(name: str, parameter: str, before: Series | None, after: Series | None, truth: Truth) -> Series:
    """The gradient of one parameter, from its numbers before each step, those after it, or both."""
    start = before or after
    assert start is not None
    rows = truth.iterations + 1
    old, known = (before.values.copy(), before.there.copy()) if before else _none(rows)
    new, moved = (after.values.copy(), after.there.copy()) if after else _none(rows)
    old[1:], known[1:] = np.where(known[1:], old[1:], new[:-1]), known[1:] | moved[:-1]
    if not known[0]:  # the template's own start
        old[0], known[0] = truth.values(parameter)[0], True
    new[:-1], moved[:-1] = np.where(moved[:-1], new[:-1], old[1:]), moved[:-1] | known[1:]
    with np.errstate(all="ignore"):
        precision = start.precision
        rounding = precision.rounding(old) + precision.rounding(new) + precision.noise * (np.abs(old) + np.abs(new))
        return Series(
            name,
            (old - new) / truth.rate,
            known & moved & (truth.rate != 0),
            Precision(precision.rtol, precision.noise),
            np.nan_to_num(rounding / np.abs(truth.rate), nan=np.inf, posinf=np.inf),
            parameter,
        )


def _none(rows: int) -> tuple[Array, Flags]:
    return np.full(rows, np.nan), np.zeros(rows, dtype=np.bool_)
