"""What a book that compares several trainings must show: every run's sheet, their losses, and the front sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlbp.expectation.noise import Noise
from xlbp.expectation.training import block_of, formulas_in_rows, noisy_of, of_whole_rows, reason_of, trained
from xlbp.reference.history import History, diverged_at
from xlbp.reference.train import forward_passes
from xlbp.template import names
from xlbp.verification.compare import Block
from xlbp.verification.doubt import Doubt
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.runs import Comparison
from xlbp.workbook.page.entries import training_entries
from xlbp.workbook.page.facts import Choices, Facts
from xlbp.workbook.page.page import Page, doubt_runs, follow_noise
from xlbp.workbook.sheets.comparison.comparison import ceiling_of, comparison_page
from xlbp.workbook.sheets.comparison.losses import floor_of, is_upward, loss_columns
from xlbp.workbook.sheets.comparison.standings import RunFacts
from xlbp.workbook.sheets.data import data_page

Inputs = Mapping[str, float]


@dataclass(frozen=True)
class Trained:
    """One run: its numbers, as they stand on its sheet."""

    contents: Contents
    history: History
    known: RunFacts
    noise: Noise | None = None

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Its sheet's values, (T + 1, columns)."""
        return of_whole_rows(self.contents, self.history, self.known.facts.inputs)

    @cached_property
    def block(self) -> Block:
        """Its sheet as plain data."""
        return block_of(self.contents, self.values, self.known.facts.sizes, self.noise)

    def otherwise(self, shaken: bool) -> Trained:
        """The same in a program that makes 0 of the gradients that are none but noise, or that has another noise."""
        if self.noise is None:
            return self
        history = self.noise.shaken if shaken else self.noise.without
        return Trained(self.contents, history, replace(self.known, facts=replace(self.known.facts, history=history)))

    @property
    def objective(self) -> NDArray[np.float64]:
        """The loss of every iteration."""
        return self.history[self.contents.objective]


@dataclass(frozen=True)
class ExpectedRuns:
    """``losses`` is the sheet of all losses; without pages, as a book of another version, it is None."""

    comparison: Comparison
    runs: list[Trained]
    losses: Block | None
    pages: list[Page]

    @property
    def blocks(self) -> list[Block]:
        """The runs' sheets, then that of their losses."""
        return [*(run.block for run in self.runs), *([self.losses] if self.losses else [])]

    @property
    def diverged(self) -> list[int | None]:
        """For each block the first iteration that is not finite; the losses are no surer than any of the runs."""
        found = [diverged_at(run.history) for run in self.runs]
        first = min((t for t in found if t is not None), default=None)
        return [*found, *([first] if self.losses else [])]

    @property
    def formulas_in_rows(self) -> int:
        """Those of the runs' sheets, and of the sheet of their losses."""
        runs = sum(formulas_in_rows(run.contents) for run in self.runs)
        return runs + (int(self.losses.is_formula().sum()) if self.losses else 0)


def expect_runs(
    comparison: Comparison, inputs: Sequence[Inputs] | None = None, with_pages: bool = True
) -> ExpectedRuns:
    """Train the reference for each run on its ``inputs`` (its template's own by default)."""
    given: Sequence[Inputs | None] = inputs or [None] * len(comparison.contents)
    runs = [_train(contents, numbers) for contents, numbers in zip(comparison.contents, given, strict=True)]
    if not with_pages:
        return ExpectedRuns(comparison, runs, None, [])
    pages, losses = _pages(comparison, runs), _losses(comparison, runs)
    if any(run.noise is not None for run in runs):
        without, shaken = ([run.otherwise(way) for run in runs] for way in (False, True))
        follow_noise(pages, _pages(comparison, without), _pages(comparison, shaken))
        doubt_runs(pages, [index for index, run in enumerate(runs) if run.noise is not None])
        losses = replace(losses, doubt=_doubt(runs, losses, _losses(comparison, without).expected))
    return ExpectedRuns(comparison, runs, losses, pages)


def _pages(comparison: Comparison, runs: Sequence[Trained]) -> list[Page]:
    """The front sheet, then the sheets of data."""
    known = [run.known for run in runs]
    pages = [comparison_page(comparison, known)]
    pages += [page for contents in comparison.contents if (page := training_entries(contents))]
    for contents in comparison.data_sheets.values():
        pages.append(data_page(contents, known[comparison.contents.index(contents)].facts))
    return pages


def _doubt(runs: Sequence[Trained], losses: Block, without: NDArray[np.float64]) -> Doubt:
    """The losses that follow from the noise of their run."""
    driven = np.zeros(losses.expected.shape, dtype=np.bool_)
    noises = [(run.contents, run.noise) for run in runs if run.noise is not None]
    for column, run in enumerate(runs, start=1):
        if run.noise is not None:
            of_run = run.noise.driven[run.contents.objective]
            driven[:, column] = of_run
            driven[:, column + len(runs)] = np.logical_or.accumulate(of_run)  # the best loss so far rests on all before
    first = min(noise.iteration for _, noise in noises)
    return Doubt(reason_of(*noises[0]), first, driven, without)


def _train(contents: Contents, inputs: Inputs | None) -> Trained:
    template = contents.template
    own = template.inputs()
    numbers = own if inputs is None else dict(inputs)
    training = trained(contents, numbers)
    of_template = training if numbers == own else trained(contents, own)
    choices = Choices()

    def passes(settings: Sequence[Inputs]) -> History:
        return forward_passes(template, numbers, settings, choices.iteration)

    noisy = noisy_of(of_template.noise)
    facts = Facts(training.history, training.sizes, training.known, choices, passes, of_template.known, {}, noisy)
    known = RunFacts(facts, of_template.history[contents.objective])
    return Trained(contents, training.history, known, training.noise)


def _losses(comparison: Comparison, runs: Sequence[Trained]) -> Block:
    """The losses side by side, cut off at the ceiling; then the best of each run so far."""
    first, columns = comparison.first, loss_columns(comparison)
    starts = [abs(float(run.objective[0])) for run in runs]
    kind = first.template.kind
    ceiling = ceiling_of(kind, [start if np.isfinite(start) else 0.0 for start in starts])
    low = floor_of(kind, ceiling)
    iterations = runs[0].history[names.ITERATION]
    terms = [run.known.facts.sizes[run.contents.objective] for run in runs]
    best = [_best_so_far(run.objective, size, is_upward(first)) for run, size in zip(runs, terms, strict=True)]
    values = [iterations, *(np.clip(run.objective, low, ceiling) for run in runs), *(loss for loss, _ in best)]
    sizes = [iterations, *terms, *(size for _, size in best)]
    expected, noise = (np.stack(parts, axis=1) for parts in (values, sizes))
    return Block(
        comparison.losses,
        [column.letter for column in columns],
        [column.name for column in columns],
        first.layout.first_row,
        expected,
        noise,
        [column.start for column in columns],
        [column.later for column in columns],
    )


def _best_so_far(
    losses: NDArray[np.float64], sizes: NDArray[np.float64], upward: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least loss up to each iteration, or the largest, and the size of its terms; NaN if the first is none."""
    sign = -1.0 if upward else 1.0
    least = np.minimum.accumulate(np.where(np.isfinite(losses), sign * losses, np.inf))
    reached = np.maximum.accumulate(np.where(sign * losses == least, np.arange(len(losses)), 0))
    return np.where(np.isfinite(least), sign * least, np.nan), sizes[reached]
