"""Cell by cell: right, wrong, empty, or right given an earlier slip; and what the mistake was.

Each cell has two right answers: that of the reference, and what the student's own earlier cells come to.  Where
only the second fits, the cell follows from a slip that has been counted already.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlbp.classroom.exercise.blanks import Blank, before_step
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import LOOSE, MOST_DECIMALS, agrees
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.state import Row, begin_row
from xlbp.misconceptions.mutants import Setting, mutants
from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.worlds import GIVEN, World, Worlds
from xlbp.mistakes import Mistake
from xlbp.reference.history import History
from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.template.quantity import NORM
from xlbp.workbook.layout.contents import Contents

RIGHT, FOLLOWS, WRONG, EMPTY = "right", "follows", "wrong", "empty"
INEXACT = 0.02  # relative: the right way with numbers rounded on it
TOO_SHORT = 0.1
Guess = tuple[Mistake, str, float]  # what it is about, and what it comes to


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


def judge(exercise: Exercise, answers: Mapping[Blank, Answer], key: Key, formulas_only: bool = False) -> Judged:
    """Judge every blank; ``formulas_only`` takes no typed number for an answer."""
    return _Judge(exercise, answers, key, formulas_only).judge()


class _Judge:
    def __init__(self, exercise: Exercise, answers: Mapping[Blank, Answer], key: Key, formulas_only: bool) -> None:
        self.exercise, self.answers, self.key, self.formulas_only = exercise, answers, key, formulas_only
        self.program = exercise.contents.program
        self.columns = {column.name: column for column in self.program.columns}
        self.relations = Relations(exercise.contents.template.model, self.program)
        self.blanks = set(exercise.blanks.cells)
        self.rows: list[Row] = []
        self.worlds: dict[int, list[World]] = {}  # by iteration: the row by each mistake
        self.spoilt: set[str] = set()  # quantities of the row above that rest on a slip

    def judge(self) -> Judged:
        """Row by row, from left to right."""
        rows, verdicts = self.rows, list[Verdict]()
        for t in range(self.exercise.contents.layout.iterations + 1):
            row = begin_row(t, self.program, self.key.constants, rows[-1] if rows else None)
            verdicts += self.fill(row)
            rows.append(row)
        named = [self.named(v, rows[v.blank.iteration]) if v.status == WRONG else v for v in verdicts]
        return Judged(named, rows)

    def fill(self, row: Row) -> Iterator[Verdict]:
        """One row: what each cell comes to, and whether it rests on a slip."""
        spoilt: set[str] = set()
        for column in self.program.columns:
            expr, blank = column.at(row.iteration), Blank(column.name, row.iteration)
            expected = row.worth(expr)
            rests = bool(spoilt & set(names_in(expr)) or self.spoilt & set(names_in(expr, "prev")))
            if blank not in self.blanks:
                row.put(column.name, expected)
                spoilt |= {column.name} if rests else set()
                continue
            verdict = self.verdict(blank, expected, rests, self.before(blank, row))
            yield verdict
            row.put(column.name, verdict.answer.in_place_of(self.truth(blank)))
            if verdict.status in (WRONG, EMPTY, FOLLOWS):
                spoilt.add(column.name)
        self.spoilt = spoilt

    def truth(self, blank: Blank) -> float:
        """The right answer, where there was no slip before."""
        return float(self.key.history[blank.name][blank.iteration])

    def before(self, blank: Blank, row: Row) -> float | None:
        """Where the step begins that leads to this cell; None if none does."""
        start = before_step(self.exercise.contents, blank.name)
        return row.now(start) if start is not None else None

    def verdict(self, blank: Blank, expected: float, rests: bool, before: float | None) -> Verdict:
        """The status of one cell."""
        answer = self.answers.get(blank, Answer(None))
        truth = self.truth(blank)
        if answer.value is None:
            return Verdict(blank, EMPTY, answer, expected)
        if math.isnan(answer.value):
            return Verdict(blank, WRONG, answer, expected, _not_a_number(answer))
        is_truth = agrees(answer.value, truth, before)
        if is_truth or agrees(answer.value, expected, before):
            follows = rests and not is_truth
            if self.formulas_only and not answer.formula:
                return Verdict(blank, WRONG, answer, expected, Mistake.VALUE)
            return Verdict(blank, FOLLOWS if follows else RIGHT, answer, expected)
        return Verdict(blank, WRONG, answer, expected)

    def named(self, verdict: Verdict, row: Row) -> Verdict:
        """The verdict with the mistake that comes to this answer."""
        if verdict.mistake is not None:
            return verdict
        value = float(verdict.answer.value or 0.0)
        before = self.before(verdict.blank, row)
        for mistake, about, worth in self.guesses(verdict, row, value):
            if worth and agrees(value, worth, before):
                return replace(verdict, mistake=mistake, about=about)
        return replace(verdict, mistake=Mistake.UNKNOWN)

    def guesses(self, verdict: Verdict, row: Row, value: float) -> Iterator[Guess]:
        """Every mistake worth trying, the likely ones first."""
        blank = verdict.blank
        column = self.columns[blank.name]
        if _too_short(value, verdict.expected):
            yield Mistake.ROUNDING, "", value
        for mutant in mutants(column.at(blank.iteration), Setting(self.relations, column.phase)):
            yield mutant.mistake, mutant.about, row.worth(mutant.expr)
        yield from self.other_cells(blank, column, row)
        yield from self.in_other_worlds(blank, row)
        for student, history in self.key.others.items():
            yield Mistake.OTHER_STUDENT, student, float(history[blank.name][blank.iteration])
        size = abs(verdict.expected - (self.before(blank, row) or 0.0))
        if abs(value - verdict.expected) <= INEXACT * size:
            yield Mistake.INEXACT, "", value

    def other_cells(self, blank: Blank, column: Column, row: Row) -> Iterator[Guess]:
        """The answer of another cell of the same kind, or of the same cell in another row."""
        for other in self.program.columns:
            is_task = self.relations.quantities[other.name].relation != NORM
            if other.phase == column.phase and other.name != blank.name and is_task:
                yield Mistake.OTHER_CELL, other.name, row.worth(other.at(blank.iteration))
        for other_row in self.rows:
            if other_row.iteration != blank.iteration:
                answer = other_row.worth(column.at(other_row.iteration))
                yield Mistake.OTHER_ROW, str(other_row.iteration), answer

    def in_other_worlds(self, blank: Blank, row: Row) -> Iterator[Guess]:
        """What the cell comes to where the mistake runs through the whole row of a network."""
        if not self.relations.has_tensors:
            return
        if row.iteration not in self.worlds:
            given = {c.name: row.now(c.name) for c in self.program.columns if c.phase in GIVEN}
            worlds = self.exercise.contents.worked_out(_worlds)
            self.worlds[row.iteration] = list(worlds.of_row(row.before(), given, is_first=row.iteration == 0))
        for world in self.worlds[row.iteration]:
            yield world.mistake, world.about, world.numbers[blank.name]


def _worlds(contents: Contents) -> Worlds:
    """The rows of an exercise by each mistake, made ready once for all hand-ins."""
    return Worlds(contents.template, contents.program)


def _not_a_number(answer: Answer) -> Mistake:
    """The mistake in a text or an error."""
    is_formula = answer.shown.lstrip("' ").startswith(("=", "＝"))
    return Mistake.FORMULA_AS_TEXT if is_formula else Mistake.NO_NUMBER


def _too_short(value: float, expected: float) -> bool:
    """Whether the answer is the right one, rounded to fewer than three digits."""
    digits = next((n for n in range(MOST_DECIMALS) if round(value, n) == value), MOST_DECIMALS)
    close = abs(value - expected) <= 0.5000001 * 10.0**-digits
    return close and LOOSE * abs(expected) < abs(value - expected) <= TOO_SHORT * abs(expected)
