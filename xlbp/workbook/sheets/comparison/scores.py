"""By what the runs of a comparison are ranked, so that the choice of samples decides as little as it can.

The loss of the samples for testing, where every run has some.  Where a row takes a batch of the samples its loss says
how well these went, so that the rows of the last epoch are averaged.  Else the loss of the last row is that of all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlbp.template import names
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.facts import Array, in_order

LAST, EPOCH, TEST = "last", "epoch", "test"
NEAR = 1e-9  # scores that differ by less than this share of the largest first loss are equally good
TIMES = {"network": 2, "expression": 1000}  # the ceiling of the charts, in sizes of the largest first loss


class Score(NamedTuple):
    """What is ranked: the mean of a quantity over the last rows, or its last number; ``by`` says which."""

    by: str
    quantity: str

    def rows(self, contents: Contents) -> int:
        """How many of the last rows of a run are averaged: those of an epoch, as far as there are so many."""
        if self.by != EPOCH:
            return 1
        return min(contents.template.model.rows_of_epoch, contents.layout.iterations + 1)

    def of(self, contents: Contents, history: Mapping[str, Array]) -> float:
        """The number of a run; NaN where one of these rows has none."""
        rows = self.rows(contents)
        return in_order(history[self.quantity][-rows:]) / rows


def score_of(runs: Sequence[Contents]) -> Score:
    """What ranks these runs."""
    if all(names.LOSS + names.TEST in contents.layout.columns for contents in runs):
        return Score(TEST, names.LOSS + names.TEST)
    is_picked = any(contents.template.model.picks for contents in runs)
    return Score(EPOCH if is_picked else LAST, runs[0].objective)


def leaders(scores: Sequence[float], starts: Sequence[float], upward: bool) -> list[bool]:
    """Which scores are best, or as good: NaN is no score, ``starts`` are the sizes of the first losses."""
    finite = [score for score in scores if math.isfinite(score)]
    if not finite:
        return [False] * len(scores)
    near = NEAR * max(starts)
    if upward:
        return [score >= max(finite) - near for score in scores]
    return [score <= min(finite) + near for score in scores]


def ends_far_above(losses: Array) -> bool:
    """Whether a network's loss ends so far above its start that the sheet says that it diverges."""
    return bool(0 < losses[0] < losses[-1] / TIMES["network"])
