"""The record of every decision: each file, whose it is, what decided that, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlbp.classroom.exercise.roster import Student
from xlbp.classroom.handedin.archive import Skipped
from xlbp.classroom.handedin.owners import By, Decision
from xlbp.classroom.marking.result import Result
from xlbp.lang import Texts
from xlbp.lang.sentences import said_in

COUNTED, LIKELY, BESIDE = "counted", "likely", "beside"  # what becomes of a student's file
DOUBTFUL, NOBODY, SKIPPED = "doubtful", "nobody", "skipped"  # of one that is nobody's
NO_STUDENT = "-"  # as a teacher writes it into the corrections
COLUMNS = ("file", "student", "id", "use", "by", "nearest", "second", "late", "notes")


@dataclass(frozen=True)
class Line:
    """``use`` is one of the words above, ``likely`` for what is counted though it is not sure; ``by`` what decided.

    ``nearest`` are those whose a doubtful file may be.
    """

    file: Path
    student: Student | None
    use: str
    by: By | None = None
    nearest: tuple[Student, ...] = ()
    is_late: bool = False
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """A line of what ``xlbp mark --json`` prints."""
        return {
            "file": str(self.file),
            "student": self.student.name if self.student else None,
            "id": self.student.id if self.student else None,
            "use": self.use,
            "by": self.by.value if self.by else None,
            "nearest": [student.name for student in self.nearest],
            "late": self.is_late,
            "reason": self.reason or None,
        }


def record_of(
    texts: Texts, decisions: Iterable[Decision], skipped: Iterable[Skipped], results: Iterable[Result]
) -> list[Line]:
    """A line per file, the doubtful ones first, for these a teacher has to look at."""
    counted = {result.file for result in results if result.student}
    lines = [_line(decision, decision.submission.shown in counted) for decision in decisions]
    lines += [Line(each.shown, None, SKIPPED, reason=each.reason) for each in skipped]
    lines = [replace(line, reason=said_in(texts, line.reason)) for line in lines]
    order = (DOUBTFUL, LIKELY, SKIPPED, NOBODY, BESIDE, COUNTED)
    return sorted(lines, key=lambda line: (order.index(line.use), str(line.file)))


def _line(decision: Decision, is_counted: bool) -> Line:
    use, reason = BESIDE, ""
    if is_counted:
        use = COUNTED if decision.is_sure else LIKELY
    elif decision.student is None:
        use = DOUBTFUL if decision.is_doubtful else NOBODY
    submission = decision.submission
    if use == DOUBTFUL and not submission.may_be_meant:
        use, reason = SKIPPED, "it is no workbook"
    return Line(submission.shown, decision.student, use, decision.by, decision.nearest, submission.is_late, reason)


def record_rows(texts: Texts, lines: Sequence[Line]) -> list[list[str | float]]:
    """The record as a table, which filled in can be given back as corrections."""
    rows: list[list[str | float]] = [[texts(f"marking.column_{key}") for key in COLUMNS]]
    for line in lines:
        nearest = [called(student) for student in line.nearest[:2]] + ["", ""]
        person = [line.student.name, line.student.id] if line.student else [NO_STUDENT * (line.use == NOBODY), ""]
        by = texts(f"owner.{line.by.value}") if line.by else ""
        late = texts("marking.late") if line.is_late else ""
        rows.append([str(line.file), *person, texts(f"marking.use_{line.use}"), by, *nearest[:2], late, line.reason])
    return rows


def called(student: Student) -> str:
    """A student by name and id."""
    return f"{student.name} ({student.id})" if student.id and student.id != student.name else student.name
