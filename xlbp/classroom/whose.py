"""Whose each file is: by the teacher's word, by its name, and where that is not sure by the numbers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.handedin.archive import Skipped
from xlbp.classroom.handedin.corrections import corrected, read_corrections
from xlbp.classroom.handedin.files import Submission
from xlbp.classroom.handedin.gather import gather
from xlbp.classroom.handedin.owners import Decision, Owners, with_numbers
from xlbp.classroom.marking.files import Found, found_by
from xlbp.classroom.marking.marker import Job, Marker
from xlbp.results import Progress
from xlbp.system.child import Limits
from xlbp.system.journal import Journal
from xlbp.system.pool import Machines, run_all

LIMITS = Limits(seconds=60, memory=4 * 2**30)  # for a file: 60 seconds, 4 GB


@dataclass(frozen=True)
class HandedIn:
    """The files, whose they are, and what was not read; ``lost`` are those of the latter by their students' numbers."""

    decisions: Sequence[Decision]
    skipped: Sequence[Skipped]
    lost: Mapping[int, Skipped]

    def strays(self) -> list[Found]:
        """Files that may be somebody's, and nobody knows whose."""
        return [found_by(each) for each in self.decisions if each.is_doubtful and each.submission.may_be_meant]


def decide_all(
    sources: Sequence[Path],
    workspace: Path,
    students: Sequence[Student],
    corrections: Path | None,
    job: Job,
    where: Machines,
    journal: Journal,
    progress: Progress,
) -> HandedIn:
    """Every file of the sources, and whose it is."""
    submissions, skipped = gather(sources, workspace)
    settled = read_corrections(corrections, submissions, students) if corrections else {}
    owners = Owners(students)
    decisions = [corrected(decision, settled) for decision in owners.decide_all(submissions)]
    unsure = [place for place, each in enumerate(decisions) if not each.is_sure and each.submission.may_be_meant]
    if unsure and job.record.seed is not None:
        progress(f"{len(unsure)} files whose owner is not sure")
        files = [found_by(decisions[place]) for place in unsure]
        for outcome in run_all(Marker.whose, files, where, partial(Marker, job), LIMITS, journal):
            place = unsure[outcome.number]
            decisions[place] = with_numbers(decisions[place], outcome.result)
    named = [(owners.decide(Submission(each.shown, each.name, each.shown)), each) for each in skipped]
    lost = {decision.student.number: each for decision, each in named if decision.student and decision.is_sure}
    return HandedIn(decisions, skipped, lost)
