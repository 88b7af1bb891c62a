"""The verdict on one cell: its status, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.marking.answers import Answer
from xlbp.mistakes import Mistake

RIGHT, FOLLOWS, WRONG, EMPTY = STATUSES = ("right", "follows", "wrong", "empty")


Named: TypeAlias = tuple[Mistake, str]  # and what it is about


@dataclass(frozen=True)
class Verdict:
    """``expected`` is what the student's own numbers come to; a wrong cell has a ``mistake``, and what it is about.

    ``further`` is a second mistake with what that is about, where only both together come to the answer.  ``points``
    are what the teacher's scheme gives, ``of`` as many as there are.
    """

    blank: Blank
    status: str
    answer: Answer
    expected: float
    mistake: Mistake | None = None
    about: str = ""
    told: str = ""  # the key of what is said in place of a mistake, where it is no mistake of a formula
    wanted: str = ""  # what was expected, where that is no number
    further: Named | None = None
    points: Fraction = Fraction(0)
    of: Fraction = Fraction(1)

    @property
    def mistakes(self) -> list[Named]:
        """All of them; of a wrong cell that no mistake explains, that it is unknown."""
        return [(self.mistake or Mistake.UNKNOWN, self.about), *filter(None, (self.further,))]

    @property
    def kind(self) -> str:
        """The mistake as the marks' JSON has it; '' where there is none, or none that fits."""
        return self.told or (self.mistake.marked if self.mistake else "")

    @property
    def words(self) -> list[tuple[str, str]]:
        """The keys of the texts that say what is wrong, each with what it is about."""
        if self.told:
            return [(f"task.told_{self.told}", self.about)]
        return [(f"mistake.{mistake.key}", about) for mistake, about in self.mistakes]

    @property
    def is_plain(self) -> bool:
        """Whether the cell is a point or none, as its status tells."""
        return self.of == 1 and self.points == self.scores

    @property
    def scores(self) -> bool:
        """Whether the cell counts."""
        return self.status in (RIGHT, FOLLOWS)
