"""What the pipeline returns, and what it tells on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import XlbpError, option
from xlbp.expectation.book import Book
from xlbp.expectation.contents import lay_out
from xlbp.expectation.losses import standings_of
from xlbp.expectation.training import Trained
from xlbp.reference.train import train
from xlbp.template.template import Template
from xlbp.traced import Trace
from xlbp.verification.compare import Report

if TYPE_CHECKING:
    from xlbp.pictures.svg import Picture

LOSSES: Any = field(default_factory=lambda: np.empty(0), compare=False)
FIRST, LAST = 0, -1  # iterations


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


def _number(value: float) -> float | None:
    """A number as JSON knows it."""
    return float(value) if math.isfinite(value) else None


def _shown(value: float) -> str:
    """A loss in a line."""
    return f"{value:.6g}" if math.isfinite(value) else "#NUM!"


def _verdict(reports: Sequence[Report]) -> str:
    """What verification said, in a word."""
    if not reports:
        return "not verified"
    return "verified" if all(report.ok for report in reports) else "disagrees"


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

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**vars(self), "parameters": list(self.parameters)}


@dataclass(frozen=True, repr=False)
class Made:
    """What :func:`xlbp.generate` made: a workbook, and how its training went.

    Attributes
    ----------
    path
        The workbook.
    losses
        The loss of every iteration, (iterations + 1,); NaN where the cell shows an error.
    final
        The last of these.
    objective
        What the book calls the loss.
    diverged_at
        The first iteration whose loss is no number, or None.
    reports
        What verification said, a Report for each engine; none with ``verify=False``.
    formula_cells, sheets, notes
        How many formulas there are, on which sheets, and the page for the teacher.
    constant, learns_a_constant, noise
        Why nothing is learned, whether all targets are alike, and which gradients are rounding noise.

    """

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
    losses: NDArray[np.float64] = LOSSES  # of every iteration, NaN where the cell shows an error
    template: Template | None = field(default=None, compare=False)  # as it was asked for

    @property
    def ok(self) -> bool:
        """Whether the book was verified, and agrees."""
        return bool(self.reports) and all(report.ok for report in self.reports)

    @property
    def trace(self) -> Trace:
        """Every number of the training by name, trained again when it is asked for."""
        if self.template is None:
            raise XlbpError(f"what {self.path} was made from is not known here; xlbp.trace(template) trains it")
        contents = lay_out(self.template, "en")
        return Trace(contents, train(self.template), self.template.inputs())

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp generate --json`` prints."""
        return {
            "path": str(self.path),
            "notes": str(self.notes) if self.notes else None,
            "sheets": list(self.sheets),
            "formula_cells": self.formula_cells,
            "final_loss": _number(self.final),
            "diverged_at": self.diverged_at,
            "learns_nothing": self.constant or None,
            "learns_a_constant": self.learns_a_constant,
            "noise": self.noise.to_dict() if self.noise else None,
            "verified": all(report.ok for report in self.reports) if self.reports else None,
            "reports": [report.to_dict() for report in self.reports],
        }

    def picture(self) -> Picture:
        """The curve of the loss."""
        from xlbp.pictures.curves import curves  # noqa: PLC0415 - for notebooks

        return curves({self.objective: self.losses.tolist()}, self.objective)

    def __repr__(self) -> str:
        course = f"{self.objective} {_shown(self.losses[FIRST])} → {_shown(self.final)}" if len(self.losses) else ""
        if self.constant:
            course += ", learns nothing"
        elif self.diverged_at is not None:
            course += f", diverges at iteration {self.diverged_at}"
        return f"Made({self.path}: {self.formula_cells:,} formula cells, {course}, {_verdict(self.reports)})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.heading(repr(self)) + html.shown(self.picture())


@dataclass(frozen=True, repr=False)
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

    def to_dict(self) -> dict[str, Any]:
        """A run of what ``xlbp compare --json`` prints."""
        return {
            "number": self.number,
            "label": self.label,
            "sheet": self.sheet,
            "settings": self.settings,
            "first_loss": _number(self.losses[FIRST]),
            "final_loss": _number(self.losses[LAST]),
            "diverged_at": self.diverged_at,
            "score": _number(self.score),
            "best": self.is_best,
            "learns_nothing": self.constant or None,
            "learns_a_constant": self.learns_a_constant,
            "noise": self.noise.to_dict() if self.noise else None,
        }

    def __repr__(self) -> str:
        best = ", best" if self.is_best else ""
        return f"Result({self.label}: {_shown(self.losses[FIRST])} → {_shown(self.losses[LAST])}{best})"


@dataclass(frozen=True, repr=False)
class MadeComparison:
    """What :func:`xlbp.compare` made.

    Attributes
    ----------
    path
        The workbook.
    runs
        Each with its ``label``, ``settings``, ``losses``, and whether it ``is_best``.
    ranked_by
        What decides that: the loss of the ``test`` samples, of an ``epoch``, or the ``last`` one.
    reports
        What verification said, a Report for each engine.

    """

    path: Path
    sheets: tuple[str, ...]
    formula_cells: int
    objective: str
    runs: list[Result]
    reports: list[Report]
    language: str = "en"
    ranked_by: str = "last"
    maximize: bool = False

    @property
    def ok(self) -> bool:
        """Whether the book was verified, and agrees."""
        return bool(self.reports) and all(report.ok for report in self.reports)

    @property
    def best(self) -> Result | None:
        """The run that ends best; None where none does."""
        return next((run for run in self.runs if run.is_best), None)

    def to_dict(self) -> dict[str, Any]:
        """What ``xlbp compare --json`` prints."""
        return {
            "path": str(self.path),
            "sheets": list(self.sheets),
            "formula_cells": self.formula_cells,
            "ranked_by": self.ranked_by,
            "runs": [run.to_dict() for run in self.runs],
            "verified": all(report.ok for report in self.reports) if self.reports else None,
            "reports": [report.to_dict() for report in self.reports],
        }

    def picture(self) -> Picture:
        """The curves of the losses of all runs."""
        from xlbp.pictures.curves import curves  # noqa: PLC0415 - for notebooks

        return curves({run.label: run.losses.tolist() for run in self.runs}, self.objective)

    def __repr__(self) -> str:
        best = f", best {self.best.label}" if self.best else ""
        return f"MadeComparison({self.path}: {len(self.runs)} runs{best}, {_verdict(self.reports)})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        rows = [
            (run.label, float(run.losses[FIRST]), float(run.losses[LAST]), "best" if run.is_best else "")
            for run in self.runs
        ]
        table = html.table(("run", f"{self.objective} at first", "at last", ""), rows)
        return html.heading(repr(self)) + html.shown(self.picture()) + table


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
        run.losses,
        run.contents.template,
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
