"""What the pipeline returns, and what it tells on the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError
from xlbp.verification.compare import Report


class Progress(Protocol):
    """Told of each step of the work, and of the share of it that is done, where that is known."""

    def __call__(self, step: str, share: float | None = None) -> None:
        """A step begins, or has come this far."""


def silent(step: str, share: float | None = None) -> None:
    """Nobody watches."""


class DisagreementError(XlbpError):
    """A book just made does not agree with its reference, and was not kept; ``reports`` say where."""

    def __init__(self, path: Path, reports: list[Report]) -> None:
        super().__init__(
            f"{path} was not written: its recalculation disagrees with the reference; --no-verify keeps it"
        )
        self.reports = reports


@dataclass(frozen=True)
class Noise:
    """A training that follows from rounding noise: which gradients are none else, and how many cells follow.

    ``parameters`` are symbols; the gradients are noise from ``iteration`` on, and from ``visible`` on it shows.
    """

    parameters: tuple[str, ...]
    optimizer: str
    iteration: int
    visible: int
    cells: int


@dataclass(frozen=True)
class Made:
    """What :func:`generate` made."""

    path: Path
    sheets: tuple[str, ...]
    formula_cells: int
    objective: str
    final: float
    diverged_at: int | None  # the first iteration whose loss is no number, as the sheets say it
    reports: list[Report]
    language: str = "en"
    constant: str = ""  # why nothing is learned: ``single_softmax``, ``no_gradient``, or '' where something may be
    noise: Noise | None = None


@dataclass(frozen=True)
class Result:
    """How one run of a comparison went; ``losses`` are those of all iterations, NaN where the cell shows an error."""

    number: int
    label: str
    sheet: str
    settings: dict[str, str]
    losses: NDArray[np.float64]
    diverged_at: int | None
    noise: Noise | None = None


@dataclass(frozen=True)
class MadeComparison:
    """What :func:`compare` made."""

    path: Path
    sheets: tuple[str, ...]
    formula_cells: int
    objective: str
    runs: list[Result]
    reports: list[Report]
    language: str = "en"
