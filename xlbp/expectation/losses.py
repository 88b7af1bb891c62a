"""The sheet that shows the losses of several trainings side by side, as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from xlbp.expectation.training import Trained, reason_of
from xlbp.reference.history import Array
from xlbp.template import names
from xlbp.verification.compare import Block
from xlbp.verification.doubt import Doubt
from xlbp.workbook.layout.runs import Comparison
from xlbp.workbook.sheets.comparison.comparison import ceiling_of
from xlbp.workbook.sheets.comparison.losses import floor_of, is_upward, loss_columns
from xlbp.workbook.sheets.comparison.scores import ends_far_above, leaders, score_of


class Standing(NamedTuple):
    """What ranks a run, NaN where there is nothing; whether none is better, and whether its loss ends far too high."""

    score: float
    is_best: bool
    grows: bool


def standings_of(comparison: Comparison | None, runs: Sequence[Trained]) -> tuple[str, list[Standing]]:
    """By what the runs are ranked, and where each stands, as the front sheet tells it."""
    if comparison is None:
        return "", []
    score, is_network = score_of(comparison.contents), comparison.first.template.kind == "network"
    scores = [score.of(run.contents, run.history) for run in runs]
    starts = [abs(float(run.losses[0])) for run in runs]
    starts = [start if math.isfinite(start) else 0.0 for start in starts]
    best = leaders(scores, starts, is_upward(comparison.first))
    grows = [is_network and ends_far_above(run.losses) for run in runs]
    return score.by, [Standing(*each) for each in zip(scores, best, grows, strict=True)]


def losses_of(comparison: Comparison, runs: Sequence[Trained]) -> Block:
    """The losses side by side, cut off at the ceiling; then the best of each run so far."""
    first, columns = comparison.first, loss_columns(comparison)
    starts = [abs(float(run.losses[0])) for run in runs]
    kind = first.template.kind
    ceiling = ceiling_of(kind, [start if np.isfinite(start) else 0.0 for start in starts])
    low = floor_of(kind, ceiling)
    iterations = runs[0].history[names.ITERATION]
    terms = [run.facts.sizes[run.contents.objective] for run in runs]
    best = [_best_so_far(run.losses, size, is_upward(first)) for run, size in zip(runs, terms, strict=True)]
    values = [iterations, *(np.clip(run.losses, low, ceiling) for run in runs), *(loss for loss, _ in best)]
    sizes = [iterations, *terms, *(size for _, size in best)]
    return Block(
        comparison.losses,
        [column.letter for column in columns],
        [column.name for column in columns],
        first.layout.first_row,
        np.stack(values, axis=1),
        np.stack(sizes, axis=1),
        [column.start for column in columns],
        [column.later for column in columns],
    )


def doubtful_losses(runs: Sequence[Trained], losses: Block, without: Array) -> Doubt:
    """The losses that follow from the noise of their run, and what they are ``without`` it."""
    driven = np.zeros(losses.expected.shape, dtype=np.bool_)
    noises = [(run.contents, run.noise) for run in runs if run.noise is not None]
    for column, run in enumerate(runs, start=1):
        if run.noise is not None:
            of_run = run.noise.driven[run.contents.objective]
            driven[:, column] = of_run
            driven[:, column + len(runs)] = np.logical_or.accumulate(of_run)  # the best loss so far rests on all before
    first = min(noise.iteration for _, noise in noises)
    return Doubt(reason_of(*noises[0]), first, driven, without)


def _best_so_far(losses: Array, sizes: Array, upward: bool) -> tuple[Array, Array]:
    """The least loss up to each iteration, or the largest, and the size of its terms; NaN if the first is none."""
    sign = -1.0 if upward else 1.0
    least = np.minimum.accumulate(np.where(np.isfinite(losses), sign * losses, np.inf))
    reached = np.maximum.accumulate(np.where(sign * losses == least, np.arange(len(losses)), 0))
    return np.where(np.isfinite(least), sign * least, np.nan), sizes[reached]
