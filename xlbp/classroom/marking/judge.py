"""Cell by cell: right, wrong, empty, or right given an earlier slip; and what the mistake was.

Each cell has two right answers: that of the reference, and what the student's own earlier cells come to.  Where
only the second fits, the cell follows from a slip that has been counted already.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlbp.classroom.exercise.blanks import Blank, before_step
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import LOOSE, MOST_DECIMALS, agrees
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.mutants import Setting, mutants
from xlbp.classroom.marking.state import Row, begin_row, fill_row
from xlbp.classroom.marking.worlds import worlds
from xlbp.reference.history import History
from xlbp.symbols.expr import names_in
from xlbp.symbols.program import Column
from xlbp.template.network import Network

RIGHT, FOLLOWS, WRONG, EMPTY = "right", "follows", "wrong", "empty"
INEXACT = 0.02  # relative: the right way with numbers rounded on it
TOO_SHORT = 0.1
SUMMED = ("half_squared_error", "cross_entropy")  # over the outputs; other losses are their mean


@dataclass(frozen=True)
class Verdict:
    """``wanted`` is what the student's own numbers come to; ``kind`` names the mistake, '' if none fits."""

    blank: Blank
    status: str
    answer: Answer
    wanted: float
    kind: str = ""
    about: str = ""

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
        self.program, model = exercise.contents.program, exercise.contents.template.model
        self.network = model if isinstance(model, Network) else None
        self.blanks = set(exercise.blanks.cells)
        every = frozenset((*self.program.names, *self.program.panel))
        samples = self.network.batch if self.network else 1
        averaged = self.network is not None and self.network.loss not in SUMMED
        outputs = self.network.layers[-1].units if self.network and averaged else 1
        self.settings = {
            phase: Setting(every, phase, samples, outputs, self.network is not None)
            for phase in {column.phase for column in self.program.columns}
        }
        self.rows: list[Row] = []
        self.spoilt: set[str] = set()  # quantities of the row above that rest on a slip

    def judge(self) -> Judged:
        """Row by row, from left to right."""
        rows, found = self.rows, list[Verdict]()
        for t in range(self.exercise.contents.layout.iterations + 1):
            row = begin_row(t, self.program, self.key.constants, rows[-1] if rows else None)
            found += self.fill(row)
            rows.append(row)
        named = [self.named(v, rows[v.blank.iteration]) if v.status == WRONG else v for v in found]
        return Judged(named, rows)

    def fill(self, row: Row) -> Iterator[Verdict]:
        """One row: what each cell comes to, and whether it rests on a slip."""
        spoilt: set[str] = set()
        for column in self.program.columns:
            expr, blank = column.at(row.iteration), Blank(column.name, row.iteration)
            wanted = row.worth(expr)
            rests = bool(spoilt & set(names_in(expr)) or self.spoilt & set(names_in(expr, "prev")))
            if blank not in self.blanks:
                row.put(column.name, wanted)
                spoilt |= {column.name} if rests else set()
                continue
            verdict = self.verdict(blank, wanted, rests, self.before(blank, row))
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
        name = before_step(self.exercise.contents, blank.name)
        return row.now(name) if name else None

    def verdict(self, blank: Blank, wanted: float, rests: bool, before: float | None) -> Verdict:
        """The status of one cell."""
        answer = self.answers.get(blank, Answer(None))
        truth = self.truth(blank)
        if answer.value is None:
            return Verdict(blank, EMPTY, answer, wanted)
        if math.isnan(answer.value):
            return Verdict(blank, WRONG, answer, wanted, _not_a_number(answer))
        is_truth = agrees(answer.value, truth, before)
        if is_truth or agrees(answer.value, wanted, before):
            follows = rests and not is_truth
            if self.formulas_only and not answer.formula:
                return Verdict(blank, WRONG, answer, wanted, "value")
            return Verdict(blank, FOLLOWS if follows else RIGHT, answer, wanted)
        return Verdict(blank, WRONG, answer, wanted)

    def named(self, verdict: Verdict, row: Row) -> Verdict:
        """The verdict with the mistake that comes to this answer."""
        if verdict.kind:
            return verdict
        value = float(verdict.answer.value or 0.0)
        before = self.before(verdict.blank, row)
        for kind, about, worth in self.guesses(verdict, row, value):
            if worth and agrees(value, worth, before):
                return Verdict(verdict.blank, WRONG, verdict.answer, verdict.wanted, kind, about)
        return verdict

    def guesses(self, verdict: Verdict, row: Row, value: float) -> Iterator[tuple[str, str, float]]:
        """(kind, what it is about, what it comes to) of every mistake worth trying, the likely ones first."""
        blank = verdict.blank
        column = next(c for c in self.program.columns if c.name == blank.name)
        if _too_short(value, verdict.wanted):
            yield "rounding", "", value
        for mutant in mutants(column.at(blank.iteration), self.settings[column.phase]):
            yield mutant.kind, mutant.about, row.worth(mutant.expr)
        yield from self.other_cells(blank, column, row)
        yield from self.in_other_worlds(blank, row)
        for student, history in self.key.others.items():
            yield "other_student", student, float(history[blank.name][blank.iteration])
        size = abs(verdict.wanted - (self.before(blank, row) or 0.0))
        if abs(value - verdict.wanted) <= INEXACT * size:
            yield "inexact", "", value

    def other_cells(self, blank: Blank, column: Column, row: Row) -> Iterator[tuple[str, str, float]]:
        """The answer of another cell of the same kind, or of the same cell in another row."""
        for other in self.program.columns:
            if other.phase == column.phase and other.name != blank.name and not other.name.startswith("|"):
                yield "other_cell", other.name, row.worth(other.at(blank.iteration))
        for other_row in self.rows:
            if other_row.iteration != blank.iteration:
                yield "other_row", str(other_row.iteration), other_row.worth(column.at(other_row.iteration))

    def in_other_worlds(self, blank: Blank, row: Row) -> Iterator[tuple[str, str, float]]:
        """What the cell comes to where the mistake runs through the whole row."""
        if self.network is None:
            return
        given = {c.name: row.now(c.name) for c in self.program.columns if c.phase in ("iteration", "parameters")}
        updates = {c.name: row.now(c.name) for c in self.program.columns if c.phase == "update"}
        for world in worlds(self.program, self.network):
            other = Row(row.iteration, dict(row.values))
            for name, moved in updates.items():
                other.put(name, moved)
            filled = fill_row(other, self.program, world.instead, given)
            yield world.kind, world.about, filled.now(blank.name)


def _not_a_number(answer: Answer) -> str:
    """The mistake in a text or an error."""
    return "formula_as_text" if answer.shown.lstrip("' ").startswith(("=", "＝")) else "no_number"


def _too_short(value: float, wanted: float) -> bool:
    """Whether the answer is the right one, rounded to fewer than three digits."""
    digits = next((n for n in range(MOST_DECIMALS) if round(value, n) == value), MOST_DECIMALS)
    close = abs(value - wanted) <= 0.5000001 * 10.0**-digits
    return close and LOOSE * abs(wanted) < abs(value - wanted) <= TOO_SHORT * abs(wanted)
