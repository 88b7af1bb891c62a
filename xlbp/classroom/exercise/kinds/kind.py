"""What a kind of task is: which options it takes, how long its training is, what its first sheet says, how it is drawn.

Whoever makes or marks a book asks this record, and needs no kind by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xlbp.errors import UsageError, option

if TYPE_CHECKING:
    from random import Random

    from xlbp.classroom.exercise.blanks import Blank
    from xlbp.classroom.exercise.kinds.task import Task
    from xlbp.classroom.exercise.layout import Exercise
    from xlbp.workbook.layout.contents import Contents
    from xlbp.workbook.page.facts import Facts
    from xlbp.workbook.page.page import Page

BLANK, TOLERANCE, NO_HOLES, FORMULAS = "--blank", "--tolerance", "--no-holes", "--formulas"
TAKES: Mapping[str, tuple[str, ...]] = {  # options that not all kinds have
    "blanks": (BLANK,),
    "predict": (TOLERANCE,),
    "find": (),
    "complete": (BLANK, NO_HOLES),
    "rate": (),
}


def must_take(kind: str, said: Mapping[str, bool]) -> None:
    """Raise UsageError for an option that was given and is of other kinds, or is missing.

    It can be asked before anything is loaded that makes a book.
    """
    for flag, is_given in said.items():
        if is_given and flag not in TAKES[kind]:
            takers = " or ".join(option("--kind", name) for name, taken in TAKES.items() if flag in taken)
            raise UsageError(f"{option(flag)} goes with {takers}, not with {option('--kind', kind)}")
    if BLANK in TAKES[kind] and not said.get(BLANK):
        raise UsageError(
            f"{option('--kind', kind)} needs {option(BLANK)}: gradients, backward, forward, update, or cells"
        )


@dataclass(frozen=True)
class Wishes:
    """What a teacher may say of a kind, where it takes that: see :data:`TAKES`."""

    tolerance: float | None = None
    holes: bool = True


@dataclass(frozen=True)
class Class:
    """What the students of a class have in common: the exercise as the template has it, and what is taken."""

    contents: Contents
    wishes: Wishes
    taken: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Kind:
    """``iterations`` where nobody says otherwise; which options it has, :data:`TAKES` says.

    ``rate`` times the template's learning rate is that of the book.  ``draw`` makes a student's task, and ``read``
    makes it again from the record; None where the cells that are left empty are all that is asked.
    ``takes_numbers``: a typed number is an answer.
    """

    name: str
    iterations: int
    front: Callable[[Exercise], Page]
    takes_numbers: bool = True
    hint: Callable[[Exercise, Blank], str] | None = None  # what is told of the formula of a blank
    rate: float = 1.0
    draw: Callable[[Contents, Facts, Random, Class], Task] | None = None
    read: Callable[[Mapping[str, Any]], Task] | None = None
    answers: Callable[[Task, Contents, Facts], dict[int, str | float]] | None = None  # the right ones, of its questions
    wrong: Callable[[Task, Contents], dict[int, str | float]] | None = None  # to which no live mark may say "right"
    reveals: bool = False  # whether a right number is what the book then shows
    counts: tuple[str, ...] = ("right", "again", "todo")  # the words of the live marks that the first sheet counts

    @property
    def leaves_cells(self) -> bool:
        """Whether cells of the rows are left to the student, which the teacher names."""
        return BLANK in TAKES[self.name]
