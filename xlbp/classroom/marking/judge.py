"""Cell by cell: right, wrong, empty, or right given an earlier slip; and what the mistake was.

Each cell has two right answers: that of the reference, and what the student's own earlier cells come to.  Where
only the second fits, the cell follows from a slip that has been counted already.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import agrees, rounding
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.naming import Namer
from xlbp.classroom.marking.state import Row, begin_row
from xlbp.classroom.marking.verdict import EMPTY, FOLLOWS, RIGHT, WRONG, Verdict
from xlbp.mistakes import Mistake
from xlbp.reference.history import History
from xlbp.symbols.expr import names_in


@dataclass(frozen=True)
class Key:
    """The right answers: the reference's numbers, and what stands on the panel for the formulas."""

    history: History
    constants: Mapping[str, float]
    others: Mapping[str, History] = field(default_factory=dict)  # of the other students, by name


@dataclass
class Judged:
    """The verdicts, and all rows as the student's numbers make them."""

    verdicts: list[Verdict]
    rows: list[Row]


def judge(
    exercise: Exercise,
    answers: Mapping[Blank, Answer],
    key: Key,
    formulas_only: bool = False,
    namer: Namer | None = None,
) -> Judged:
    """Judge every blank; ``formulas_only`` takes no typed number for an answer.

    ``namer`` knows the mistakes of the exercise; who judges several hand-ins makes it once.
    """
    return _Judge(exercise, answers, key, formulas_only, namer or Namer(exercise.contents)).judge()


class _Judge:
    def __init__(
        self, exercise: Exercise, answers: Mapping[Blank, Answer], key: Key, formulas_only: bool, namer: Namer
    ) -> None:
        self.exercise, self.answers, self.key, self.formulas_only = exercise, answers, key, formulas_only
        self.namer, self.program = namer, exercise.contents.program
        self.blanks = set(exercise.blanks.cells)
        self.rows: list[Row] = []
        self.spoilt: set[str] = set()  # quantities of the row above that rest on a slip

    def judge(self) -> Judged:
        """Row by row, from left to right."""
        rows, verdicts = self.rows, list[Verdict]()
        for t in range(self.exercise.contents.layout.iterations + 1):
            row = begin_row(t, self.program, self.key.constants, rows[-1] if rows else None, self.namer.functions)
            verdicts += self.fill(row)
            rows.append(row)
        return Judged(self.namer.named(verdicts, rows, self.key.others), rows)

    def fill(self, row: Row) -> Iterator[Verdict]:
        """One row: what each cell comes to, and whether it rests on a slip."""
        spoilt: set[str] = set()
        for column in self.program.columns:
            expr, blank = column.at(row.iteration), Blank(column.name, row.iteration)
            expected = row.expected[column.name] = row.worth(expr)
            off = row.off_by(expr, expected)
            if off:
                row.off_expected[column.name] = off
            rests = bool(spoilt & set(names_in(expr)) or self.spoilt & set(names_in(expr, "prev")))
            if blank not in self.blanks:
                row.put(column.name, expected, off)
                spoilt |= {column.name} if rests else set()
                continue
            verdict = self.verdict(blank, expected, off, rests, self.namer.before(blank, row))
            yield verdict
            row.put(column.name, verdict.answer.in_place_of(self.truth(blank)), _rounded_by(verdict.answer))
            if verdict.status in (WRONG, EMPTY, FOLLOWS):
                spoilt.add(column.name)
        self.spoilt = spoilt

    def truth(self, blank: Blank) -> float:
        """The right answer, where there was no slip before."""
        return float(self.key.history[blank.name][blank.iteration])

    def verdict(self, blank: Blank, expected: float, off: float, rests: bool, before: float | None) -> Verdict:
        """The status of one cell, which by the cells before it is as ``expected``, and may be off by so much."""
        answer = self.answers.get(blank, Answer(None))
        truth = self.truth(blank)
        if answer.value is None:
            return Verdict(blank, EMPTY, answer, expected)
        if math.isnan(answer.value):
            return Verdict(blank, WRONG, answer, expected, _not_a_number(answer))
        is_truth = agrees(answer.value, truth, before)
        if is_truth or agrees(answer.value, expected, before, off):
            follows = rests and not is_truth
            if self.formulas_only and not answer.formula:
                return Verdict(blank, WRONG, answer, expected, Mistake.VALUE)
            return Verdict(blank, FOLLOWS if follows else RIGHT, answer, expected)
        return Verdict(blank, WRONG, answer, expected)


def _rounded_by(answer: Answer) -> float:
    """How far a number that was written may be from that which was meant; a formula has all its digits."""
    return rounding(answer.value) if answer.is_number and answer.value is not None and not answer.formula else 0.0


def _not_a_number(answer: Answer) -> Mistake:
    """The mistake in a text or an error."""
    is_formula = answer.shown.lstrip("' ").startswith(("=", "＝"))
    return Mistake.FORMULA_AS_TEXT if is_formula else Mistake.NO_NUMBER
