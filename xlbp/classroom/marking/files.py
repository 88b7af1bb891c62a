"""A file to be marked, for whom, and what else that student handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.handedin.owners import Decision, Entry
from xlbp.system.delivery import Travels, bytes_of

NOT_READ = Fraction(-1)  # points of an attempt that can't be read


@dataclass(frozen=True)
class Found(Travels):
    """A file, and the student whose it is, or None; ``others`` are further files of that student.

    ``shown`` is what it is called, if that is not where it lies; ``decision`` says why it is the student's;
    ``is_trial`` that it is only to be compared with another attempt, and needs no feedback; ``data`` are its bytes
    where it lies on another machine.
    """

    path: Path
    student: Student | None
    others: tuple[Path, ...] = ()
    shown: Path | None = None
    decision: Decision | None = None
    is_trial: bool = False
    data: bytes | None = None

    def packed(self) -> Found:
        """With its bytes, and without what is of this machine alone."""
        decision, place = self.decision, Path(self.path.name)
        if decision is not None:
            decision = replace(decision, submission=replace(decision.submission, path=place, changed=0.0))
        return replace(self, path=place, shown=self.name, decision=decision, data=bytes_of(self.path))

    @property
    def name(self) -> Path:
        """What a teacher is shown."""
        return self.shown or self.path

    @property
    def is_late(self) -> bool:
        """Whether its name says that it came late."""
        return self.decision is not None and self.decision.submission.is_late


def found_by(decision: Decision, others: Iterable[Decision] = ()) -> Found:
    """The file of a decision."""
    submission = decision.submission
    beside = tuple(other.submission.shown for other in others)
    return Found(submission.path, decision.student, beside, submission.shown, decision)


def counted(entry: Entry) -> Found:
    """The file that counts for a student: the first of the attempts."""
    first, *others = (*entry.attempts, *entry.besides)
    return found_by(first, others)


def instead(entry: Entry, place: int) -> Entry:
    """The entry with another of its attempts put first."""
    attempts = entry.attempts
    return replace(entry, attempts=(attempts[place], *attempts[:place], *attempts[place + 1 :]))


def trials(entries: Sequence[Entry]) -> list[Found]:
    """Every attempt of students who have several."""
    several = [entry for entry in entries if len(entry.attempts) > 1]
    return [replace(found_by(decision), is_trial=True) for entry in several for decision in entry.attempts]


def best_first(entry: Entry, points: Mapping[Path, Fraction]) -> Entry:
    """The entry with its attempts by their points; of equal ones the last."""
    ranked = sorted(entry.attempts, key=lambda decision: -points.get(decision.submission.shown, NOT_READ))
    return replace(entry, attempts=tuple(ranked))
