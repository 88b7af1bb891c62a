"""The verdict on one cell: its status, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.answers import Answer
from xlbp.mistakes import Mistake

RIGHT, FOLLOWS, WRONG, EMPTY = STATUSES = ("right", "follows", "wrong", "empty")


@dataclass(frozen=True)
class Verdict:
    """``expected`` is what the student's own numbers come to; a wrong cell has a ``mistake``, and what it is about."""

    blank: Blank
    status: str
    answer: Answer
    expected: float
    mistake: Mistake | None = None
    about: str = ""
    told: str = ""  # the key of what is said in place of a mistake, where it is no mistake of a formula
    wanted: str = ""  # what was expected, where that is no number

    @property
    def kind(self) -> str:
        """The mistake as the marks' JSON has it; '' where there is none, or none that fits."""
        return self.told or (self.mistake.marked if self.mistake else "")

    @property
    def words(self) -> str:
        """The key of the text that says what is wrong."""
        return f"task.told_{self.told}" if self.told else f"mistake.{(self.mistake or Mistake.UNKNOWN).key}"

    @property
    def scores(self) -> bool:
        """Whether the cell counts."""
        return self.status in (RIGHT, FOLLOWS)
