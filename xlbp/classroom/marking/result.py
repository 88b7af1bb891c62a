"""What came of one student, or of one file that is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.handedin.owners import Decision
from xlbp.classroom.marking.verdict import Verdict

MARKED, MISSING, UNREADABLE, STRAY = "marked", "missing", "unreadable", "stray"


@dataclass(frozen=True)
class Result:
    """``owner`` is the student whose numbers the file has, where that is another one.

    ``changed`` are given cells that are not as handed out; ``reason`` says why a file could not be read;
    ``decision`` why it is the student's; ``is_late`` what the platform says; ``maximum`` how many points there are.
    """

    status: str
    student: Student | None
    file: Path | None = None
    verdicts: Sequence[Verdict] = ()
    owner: str = ""
    changed: Sequence[str] = ()
    others: Sequence[Path] = ()
    reason: str = ""
    answers_of: str = ""  # the student whose answers these seem to be
    feedback: Path | None = field(default=None)
    decision: Decision | None = None
    is_late: bool = False
    maximum: Fraction = Fraction(0)

    def to_dict(self) -> dict[str, Any]:
        """A line of what ``xlbp mark --json`` prints."""
        return {
            "name": self.student.name if self.student else None,
            "id": self.student.id if self.student else None,
            "status": self.status,
            "file": str(self.file) if self.file else None,
            "points": number(self.points),
            "of": number(self.maximum),
            "numbers_of": self.owner or None,
            "answers_of": self.answers_of or None,
            "changed": list(self.changed),
            "reason": self.reason or None,
            "late": self.is_late,
            "not_counted": [str(path) for path in self.others],
            "decided_by": self.decision.by.value if self.decision else None,
            "cells": [_cell(verdict) for verdict in self.verdicts],
        }

    def count(self, *statuses: str) -> int:
        """How many cells have one of these."""
        return sum(verdict.status in statuses for verdict in self.verdicts)

    @property
    def has_other_numbers(self) -> bool:
        """Whether the given numbers are not as handed out; of most books, that is the wrong record."""
        return self.status == MARKED and bool(self.changed or self.owner)

    @property
    def points(self) -> Fraction:
        """What the hand-in counts."""
        return sum((verdict.points for verdict in self.verdicts), Fraction(0))

    @property
    def is_plain(self) -> bool:
        """Whether points are cells."""
        return all(verdict.is_plain for verdict in self.verdicts)

    @property
    def score(self) -> int:
        """Cells that count: right, or right given an earlier slip."""
        return sum(verdict.scores for verdict in self.verdicts)


def number(points: Fraction) -> int | float:
    """Points as JSON has them."""
    return points.numerator if points.denominator == 1 else float(points)


def _cell(verdict: Verdict) -> dict[str, Any]:
    """A cell of what ``xlbp mark --json`` prints; ``further`` is there where two mistakes come to the answer."""
    blank = verdict.blank
    cell = {
        **{"name": blank.name, "iteration": blank.iteration, "status": verdict.status},
        **{"mistake": verdict.kind or None, "points": number(verdict.points), "of": number(verdict.of)},
    }
    return cell | ({"further": verdict.further[0].marked} if verdict.further else {})
