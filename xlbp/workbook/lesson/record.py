"""A prediction as a record: what to change, the question, the answer, and what the answer claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OWN = -1  # stands for the template's own training among the trials


def _only(values: NDArray[np.float64]) -> float:
    [value] = values.tolist()
    return float(value)


def _length(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.sum(values * values)))


def _root_mean_square(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values * values)))


MEASURES: dict[str, Callable[[NDArray[np.float64]], float]] = {  # one number of several quantities
    "value": _only,
    "length": _length,
    "root mean square": _root_mean_square,
    "largest": lambda values: float(np.max(values)),
    "product": lambda values: float(np.prod(values)),
    "difference": lambda values: float(values[0] - values[1]),
    "length of difference": lambda values: float(abs(values[0] - values[1])),
    "opposite": lambda values: float(2 * values[0] - values[1]),  # as far from the first, the other way
    "quotient": lambda values: float(values[0] / values[1]),
    "mean": lambda values: float(np.mean(values)),
    "sum": lambda values: float(np.sum(values)),
    "zeros": lambda values: float(np.sum(values == 0)),
}


@dataclass(frozen=True)
class Claim:
    """A number in an answer: as it is written there, and what it is of.

    ``trial`` counts the trials of the prediction from 0; ``measure`` is one of :data:`MEASURES`.
    """

    shown: str
    quantities: tuple[str, ...]
    iteration: int
    trial: int = OWN
    measure: str = "value"


@dataclass(frozen=True)
class Trial:
    """Inputs with what is typed for them, and the iteration up to which a reader looks."""

    changes: Mapping[str, float]
    iterations: int


@dataclass(frozen=True)
class Prediction:
    """A question to be answered before looking; ``place`` is the cell to go to first, as a link has it."""

    key: str
    question: str
    answer: str
    place: str
    trials: tuple[Trial, ...] = ()
    claims: tuple[Claim, ...] = ()
