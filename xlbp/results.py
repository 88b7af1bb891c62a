"""What the pipeline returns, and what it tells on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError, option
from xlbp.expectation.book import Book
from xlbp.expectation.losses import standings_of
from xlbp.expectation.training import Trained
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
            f"{path} was not written: its recalculation disagrees with the reference; {option('--no-verify')} keeps it"
        )
        self.reports = reports


def must_agree(path: Path, reports: list[Report]) -> None:
    """Raise DisagreementError if a report of the book that was to be at ``path`` does."""
    if not all(report.ok for report in reports):
        raise DisagreementError(path, reports)


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
    constant: str = ""  # why nothing is learned, as of :class:`xlbp.expectation.training.Trained`; '' if something is
    noise: Noise | None = None
    learns_a_constant: bool = False  # whether all samples to train on have the same targets
    notes: Path | None = None  # the page for the teacher, if one was asked for


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
    constant: str = ""  # these two as of :class:`Made`
    learns_a_constant: bool = False
    score: float = math.nan  # what it is ranked by; NaN where there is none
    is_best: bool = False
    grows: bool = False  # whether the loss ends so far above its start that the sheet says that it diverges


@dataclass(frozen=True)
class MadeComparison:
    """What :func:`compare` made; runs are ranked by the loss of the ``test`` samples, an ``epoch``, or the last row."""

    path: Path
    sheets: tuple[str, ...]
    formula_cells: int
    objective: str
    runs: list[Result]
    reports: list[Report]
    language: str = "en"
    ranked_by: str = "last"
    maximize: bool = False


def made_of(book: Book, path: Path, sheets: tuple[str, ...], reports: list[Report], notes: Path | None = None) -> Made:
    """What is said of a book of one training."""
    run = book.first
    return Made(
        path,
        sheets,
        book.formula_cells,
        run.contents.symbol(run.contents.objective),
        float(run.losses[-1]),
        run.loss_diverged_at,
        reports,
        run.contents.texts.language,
        run.learns_nothing,
        _noise(run),
        run.learns_a_constant,
        notes,
    )


def made_comparison_of(book: Book, path: Path, sheets: tuple[str, ...], reports: list[Report]) -> MadeComparison:
    """What is said of a book of several trainings."""
    first = book.first.contents
    by, standings = standings_of(book.layout.comparison, book.runs)
    results = [
        Result(
            run.number,
            run.label,
            trained.contents.title,
            dict(run.settings),
            trained.losses,
            trained.loss_diverged_at,
            _noise(trained),
            trained.learns_nothing,
            trained.learns_a_constant,
            *standing,
        )
        for run, trained, standing in zip(book.layout.runs, book.runs, standings, strict=True)
    ]
    symbol = first.symbol(first.objective)
    return MadeComparison(
        path,
        sheets,
        book.formula_cells,
        symbol,
        results,
        reports,
        first.texts.language,
        by,
        first.template.model.maximize,
    )


def _noise(run: Trained) -> Noise | None:
    """What is said of a training that follows from rounding noise."""
    noise, contents = run.noise, run.contents
    if noise is None or not noise.parameters:
        return None
    symbols = tuple(contents.symbol(name) for name in noise.parameters)
    return Noise(symbols, contents.template.training.optimizer, noise.iteration, noise.visible, noise.cells)
