"""Right numbers by another convention than the book's: told, and compared as they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlbp.checking.given import Given, Series
from xlbp.checking.precision import Precision
from xlbp.checking.truth import Truth
from xlbp.template.quantity import GRADIENT

MEAN_IN_DELTAS = (
    "your deltas are divided by the {samples} samples of the batch already, which the book does with the gradients of "
    "the parameters: they are compared {samples} times as large"
)


def as_meant(given: Given, truth: Truth) -> tuple[Mapping[str, Series], list[str]]:
    """The numbers by the book's conventions, and what there is to say of that.

    ∂E/∂z of a sample is by the loss of that sample in the book; many programs divide it by the size of the batch at
    once.  Which of both a person does, their own deltas tell: those of which more agree.
    """
    samples = len(truth.contents.template.model.marks)
    deltas = [name for name in given if _is_of_a_sample(name, truth)]
    if samples == 1 or not deltas:
        return given, []
    undivided = {name: _scaled(given[name], samples) for name in deltas}
    agreeing, agreeing_undivided = (sum(_agreeing(each[name], truth) for name in deltas) for each in (given, undivided))
    if agreeing_undivided <= agreeing:
        return given, []
    return {**given, **undivided}, [MEAN_IN_DELTAS.format(samples=samples)]


def _is_of_a_sample(name: str, truth: Truth) -> bool:
    """Whether a quantity is the derivative of a sample's loss by something of that sample."""
    quantity, marks = truth.contents.quantity(name), truth.contents.template.model.marks
    return quantity.relation == GRADIENT and bool(quantity.sample) and quantity.sample in marks


def _scaled(series: Series, factor: int) -> Series:
    """So many times the numbers, and so many times what they may be off by rounding."""
    precision = series.precision
    rounding = np.nan_to_num(precision.rounding(series.values), nan=0.0) * factor
    return replace(
        series,
        values=series.values * factor,
        precision=Precision(precision.rtol, precision.noise),
        allowed=series.allowed * factor + rounding,
    )


def _agreeing(series: Series, truth: Truth) -> int:
    """How many of the numbers are right, and not 0 by any convention."""
    right = series.agrees(truth.values(series.name), truth.sizes(series.name)) & series.there
    return int((right & (truth.values(series.name) != 0)).sum())
