"""The one place where points are reckoned: of a cell, of a hand-in, and of a scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.credit import WHOLE, Credit
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.weights import weights_of
from xlbp.classroom.marking.verdict import FOLLOWS, RIGHT, WRONG, Verdict

NOTHING = Fraction(0)
PARTLY = ("follows", "way")  # what is told of answers that are near: they count where a teacher says how much


@dataclass(frozen=True)
class Scheme:
    """What a teacher said of points, and the points of each cell."""

    credit: Credit
    weights: Mapping[Blank, Fraction]

    @property
    def maximum(self) -> Fraction:
        """The points of a hand-in without a mistake."""
        return sum(self.weights.values(), NOTHING)

    def points(self, verdict: Verdict) -> Fraction:
        """What a cell counts."""
        return self.weights[verdict.blank] * self._share(verdict)

    def credited(self, verdicts: Iterable[Verdict]) -> list[Verdict]:
        """The verdicts, each with its points."""
        return [replace(each, points=self.points(each), of=self.weights[each.blank]) for each in verdicts]

    def _share(self, verdict: Verdict) -> Fraction:
        if verdict.status == RIGHT:
            return WHOLE
        if verdict.status == FOLLOWS:
            return self.credit.partial
        if verdict.told in PARTLY:
            return self.credit.partial if self.credit.partial < WHOLE else NOTHING
        if verdict.status == WRONG:
            of_mistakes = self.credit.mistakes
            return prod((of_mistakes.get(mistake.key, NOTHING) for mistake, _ in verdict.mistakes), start=WHOLE)
        return NOTHING


def scheme_of(plan: Plan, credit: Credit, asked: Sequence[Blank] = ()) -> Scheme:
    """What the cells of an exercise count, or the questions that are ``asked``.

    Raises UsageError for a weight of nothing, or if nothing counts.
    """
    return Scheme(credit, weights_of(plan, credit, asked))
