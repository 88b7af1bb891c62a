"""Rows that are computed right, and written down as others."""

from __future__ import annotations

from collections.abc import Iterator

from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.told import Rows, Told
from xlbp.mistakes import Mistake


def recorded(problem: Problem) -> Iterator[Misconception]:
    """Everything after the update, or the parameters alone."""
    yield Misconception(Mistake.RECORDED_LATE, told=_next_row(problem, of_all=True))
    yield Misconception(Mistake.RECORDED_LATE, told=_next_row(problem, of_all=False))


def _next_row(problem: Problem, *, of_all: bool) -> Told:
    """What stands one row below."""

    def told(rows: Rows) -> Rows:
        below = set(rows) if of_all else problem.row.parameters.intersection(rows)
        return {name: values[1:] if name in below else values for name, values in rows.items()}

    return told
