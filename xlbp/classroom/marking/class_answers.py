"""The right answers of a whole class, in an index: who has the numbers that somebody else wrote.

The class is trained for it once.  For each blank the students are sorted by their right answers, so that those whom an
answer fits are found without a look at the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.exercise.tolerance import allowed
from xlbp.classroom.versions import Versions
from xlbp.reference.history import History
from xlbp.reference.train import trainer

MOST_INDEXED = 20_000_000  # answers, of 8 bytes each; of a larger class some blanks are left out, evenly
ROUNDING = 1e-6  # relative: the index has 7 digits of an answer
Written = tuple[Blank, float]  # an answer in a blank
Digits = Callable[[float], int]


@dataclass(frozen=True)
class ClassAnswers:
    """``answers`` (blanks, students) in rising order, each with the place of its student in the class."""

    blanks: dict[Blank, int]
    answers: NDArray[np.float32]
    places: NDArray[np.int32]

    def digested(self) -> list[object]:
        """What a journal knows it by: the answers follow from the class's numbers."""
        return [*self.blanks]

    @classmethod
    def of(cls, plan: Plan, versions: Versions) -> ClassAnswers:
        """The index of a class, each of whose students is trained."""
        step = -(-len(plan.blanks.cells) * len(versions) // MOST_INDEXED) or 1
        blanks = plan.blanks.cells[::step]
        answers = np.empty((len(blanks), len(versions)), dtype=np.float32)
        trained = trainer(plan.contents.template)
        for place, (_, numbers) in enumerate(versions):
            answers[:, place] = answers_of(trained(numbers), blanks)
        places = np.empty(answers.shape, dtype=np.int32)
        for row, of_blank in zip(answers, places, strict=True):
            of_blank[:] = np.argsort(row, kind="stable")
            row[:] = row[of_blank]
        return cls({blank: number for number, blank in enumerate(blanks)}, answers, places)

    def like(self, written: Iterable[Written], digits_of: Digits, telling: int) -> list[int]:
        """The places of students whose right answers these may be, at least so many digits of them, in order."""
        found = [(self._fitting(blank, answer), digits_of(answer)) for blank, answer in written if blank in self.blanks]
        if not found:
            return []
        places = np.concatenate([places for places, _ in found])
        digits = np.repeat([digits for _, digits in found], [len(places) for places, _ in found])
        known, which = np.unique(places, return_inverse=True)
        return [int(place) for place in known[np.bincount(which, digits, len(known)) >= telling]]

    def _fitting(self, blank: Blank, answer: float) -> NDArray[np.int32]:
        """The places of the students in whose books an answer would be right, and maybe of a few more."""
        row = self.blanks[blank]
        slack = allowed(answer) + ROUNDING * abs(answer)
        ends = np.array([answer - slack, answer + slack], dtype=np.float32)
        first, last = np.searchsorted(self.answers[row], ends)
        return self.places[row, first : last + 1]


def answers_of(history: History, blanks: Sequence[Blank]) -> list[float]:
    """The right answers to some blanks."""
    return [float(history[blank.name][blank.iteration]) for blank in blanks]
