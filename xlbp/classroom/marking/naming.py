"""What the mistakes of a hand-in were: of all that come to its wrong answers, those that explain the most cells.

One answer may agree with several mistakes by chance, as the doubled gradient of a first input does with that of a
second input which is twice as large.  So each mistake is laid beside all wrong cells of a hand-in: the one that
explains the most names these, then the one that explains the most of the rest.  A mistake is tried in two ways: in
the formula of one cell, by the student's own cells before it, and as it runs through a whole row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.classroom.exercise.blanks import Blank, before_step
from xlbp.classroom.exercise.tolerance import MOST_DECIMALS, MOST_DIGITS, allowed, digits_of
from xlbp.classroom.marking.state import Row
from xlbp.classroom.marking.verdict import RIGHT, WRONG, Named, Verdict
from xlbp.misconceptions.functions import Evaluation, Functions
from xlbp.misconceptions.mutants import Mutant, Setting, mutants
from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.worlds import GIVEN, Made, Worlds
from xlbp.mistakes import Mistake
from xlbp.symbols.program import Column
from xlbp.template.quantity import NORM
from xlbp.workbook.layout.contents import Contents

INEXACT = 0.02  # relative: the right way with numbers rounded on it
TOO_SHORT = 0.1
LOOKS = frozenset(  # what says how an answer looks rather than what was done: agrees by chance with much
    {
        *(Mistake.FACTOR_TWO, Mistake.FACTOR_HALF, Mistake.OPERATOR, Mistake.OTHER_QUANTITY),
        *(Mistake.OTHER_CELL, Mistake.OTHER_ROW, Mistake.OTHER_STUDENT),
    }
)
GENERAL = LOOKS | {Mistake.NO_TERM, Mistake.NO_FACTOR, Mistake.NO_PATH, Mistake.ONE_SAMPLE}  # others say more
FACTORS = {-1.0: Mistake.SIGN, 2.0: Mistake.FACTOR_TWO, 0.5: Mistake.FACTOR_HALF}  # that go with another mistake
MOST_BELOW = 2  # mistakes that others are tried on top of
MOST_IN_CHAINS = 100_000  # cells to be computed for these
OF_LOOKS = 0.5  # of a cell, that one which is explained by a look counts
Array: TypeAlias = NDArray[np.float64]
Others: TypeAlias = Mapping[str, Mapping[str, Array]]  # the right numbers of other students, by name


@dataclass(frozen=True)
class Explanation:
    """A mistake, the wrong cells that it explains, each with what it is about, and the right ones that it spoils."""

    mistake: Mistake
    cells: Mapping[int, str]
    place: int
    spoils: int = 0
    made: Made = ()
    further: Named | None = None

    def worth(self, left: Iterable[int]) -> tuple[bool, float, int, bool, bool, int]:
        """What it is ranked by, the smallest first, where these cells are left to be explained.

        What would have spoilt more cells that are right was hardly done.  Of one cell a mistake in its formula says
        more than one that would run through the row; of several, less.
        """
        count = sum(cell in self.cells for cell in left)
        is_refuted = count == 0 or self.spoils > count
        is_local = not self.made
        covers = count * OF_LOOKS if is_local and self.mistake in LOOKS else count
        return is_refuted, -covers, self.spoils, self.mistake in GENERAL, is_local == (count > 1), self.place


class Namer:
    """Knows an exercise's mistakes; made once for all hand-ins."""

    def __init__(self, contents: Contents) -> None:
        self.contents, self.program = contents, contents.program
        self.relations = Relations(contents.template.model, contents.program)
        self.columns = {column.name: column for column in contents.program.columns}
        self.functions = Functions()
        self._guesses: dict[tuple[str, bool], list[Mutant]] = {}

    @cached_property
    def worlds(self) -> Worlds:
        """The rows by each mistake that runs through them."""
        return Worlds(self.contents.template, self.program)

    def guesses(self, blank: Blank) -> list[Mutant]:
        """The mistakes in the formula of a cell, the likely ones first."""
        key = blank.name, blank.iteration == 0
        if key not in self._guesses:
            column = self.columns[blank.name]
            each = list(mutants(column.at(blank.iteration), Setting(self.relations, column.phase)))
            self._guesses[key] = each
        return self._guesses[key]

    def before(self, blank: Blank, row: Row) -> float | None:
        """Where the step begins that leads to this cell; None if none does."""
        start = before_step(self.contents, blank.name)
        return row.now(start) if start is not None else None

    def named(self, verdicts: Sequence[Verdict], rows: Sequence[Row], others: Others) -> list[Verdict]:
        """The verdicts, each wrong one with its mistake."""
        named = [self._without_search(verdict, rows) for verdict in verdicts]
        if any(verdict.status == WRONG and verdict.mistake is None for verdict in named):
            named = _HandIn(self, named, rows, others).named()
        return named

    def _without_search(self, verdict: Verdict, rows: Sequence[Row]) -> Verdict:
        """A rounded answer is one, whatever else it agrees with; unless it is where the step began, too."""
        if verdict.status != WRONG or verdict.mistake is not None:
            return verdict
        value = _number(verdict)
        is_old = value == self.before(verdict.blank, rows[verdict.blank.iteration])
        is_rounded = not is_old and _too_short(value, verdict.expected)
        return replace(verdict, mistake=Mistake.ROUNDING) if is_rounded else verdict


class _HandIn:
    """One hand-in, whose cells are numbered as the verdicts are."""

    def __init__(self, namer: Namer, verdicts: Sequence[Verdict], rows: Sequence[Row], others: Others) -> None:
        self.namer, self.verdicts, self.rows, self.others = namer, verdicts, rows, others
        self.answers = [_number(verdict) for verdict in verdicts]
        self.allowed = [self._allowed(verdict) for verdict in verdicts]
        self._worlds: dict[Made, Array] = {}
        self.open = {
            number for number, verdict in enumerate(verdicts) if verdict.status == WRONG and verdict.mistake is None
        }

    def named(self) -> list[Verdict]:
        """The mistake that explains the most, then that of the most of the rest, then two at once; or it is unknown."""
        explanations = self.of_worlds()
        if len(self.open) == 1 or not any(self._is_all(each) for each in explanations):
            explanations += self.of_cells()
        named = list(self.verdicts)
        chosen = self.name(named, explanations)
        if self.open:
            self.name(named, self.of_two(chosen))
        for number in self.open:
            named[number] = replace(named[number], mistake=self.unexplained(number))
        return named

    def _is_all(self, explanation: Explanation) -> bool:
        """Whether one mistake explains every cell and spoils none: nothing else has to be tried."""
        return not explanation.spoils and self.open <= explanation.cells.keys()

    def name(self, named: list[Verdict], explanations: Sequence[Explanation]) -> list[Explanation]:
        """Name what these explain of the open cells, and close them; returns those that were chosen, in order."""
        chosen = []
        while self.open:
            best = min(explanations, key=lambda each: each.worth(self.open), default=None)
            cells = self.open.intersection(best.cells) if best else set()
            if best is None or not cells:
                break
            for number in cells:
                about = best.cells[number]
                named[number] = replace(named[number], mistake=best.mistake, about=about, further=best.further)
            self.open -= cells
            chosen.append(best)
        return chosen

    def of_two(self, chosen: Sequence[Explanation]) -> list[Explanation]:
        """Two mistakes at once: one on top of one that runs through the row, or one with a wrong sign or factor."""
        singles = self.namer.worlds.singles
        below = [explanation.made for explanation in chosen if explanation.made][:MOST_BELOW]
        each = list[Explanation]()
        if len(singles) * len(self.namer.columns) * len(self._rows) <= MOST_IN_CHAINS:
            each += self.in_worlds(made + top for made in below for top in singles if top != made)
        for factor in FACTORS:
            each += [*self.of_cells(factor), *self.in_worlds(singles, factor)]
        return each

    def unexplained(self, number: int) -> Mistake:
        """Of an answer that agrees with no mistake."""
        verdict = self.verdicts[number]
        row = self.rows[verdict.blank.iteration]
        size = abs(verdict.expected - (self.namer.before(verdict.blank, row) or 0.0))
        is_close = abs(self.answers[number] - verdict.expected) <= INEXACT * size
        return Mistake.INEXACT if is_close else Mistake.UNKNOWN

    def _allowed(self, verdict: Verdict, off: float = 0.0) -> float:
        value = _number(verdict)
        if math.isnan(value):
            return math.nan
        return allowed(value, self.namer.before(verdict.blank, self.rows[verdict.blank.iteration]), off)

    def of_cells(self, factor: float = 1.0) -> Iterator[Explanation]:
        """The mistakes in the formulas of single cells, by the student's own cells before; or so many times these."""
        found: dict[Mistake, dict[int, str]] = {}
        places: dict[Mistake, int] = {}
        for number in sorted(self.open):
            if factor != 1 and not self._tells([number]):
                continue
            verdict = self.verdicts[number]
            off = self._allowed(verdict, self.rows[verdict.blank.iteration].off_expected.get(verdict.blank.name, 0.0))
            for place, (mistake, about, value) in enumerate(self.comes_to(number)):
                if (
                    value and abs(self.answers[number] - value * factor) <= off
                ):  # of 0 nothing is said: much comes to it
                    found.setdefault(mistake, {}).setdefault(number, about)
                    places[mistake] = min(place, places.get(mistake, place))
        for mistake, cells in found.items():
            if FACTORS.get(factor) != mistake:
                yield Explanation(mistake, cells, places[mistake], further=_further(factor))

    def comes_to(self, number: int) -> Iterator[tuple[Mistake, str, float]]:
        """What a cell comes to by each mistake in it."""
        blank, expected = self.verdicts[number].blank, self.verdicts[number].expected
        if _too_short(self.answers[number], expected):
            yield Mistake.ROUNDING, "", self.answers[number]
        evaluate = self._evaluations[blank.iteration]
        for mutant in self.namer.guesses(blank):
            yield mutant.mistake, mutant.about, evaluate(mutant.expr)
        yield from self._other_cells(blank, self.namer.columns[blank.name])
        for student, history in self.others.items():
            yield Mistake.OTHER_STUDENT, student, float(history[blank.name][blank.iteration])

    @cached_property
    def _evaluations(self) -> list[Evaluation]:
        return [Evaluation(row.values, row.above) for row in self.rows]

    def _other_cells(self, blank: Blank, column: Column) -> Iterator[tuple[Mistake, str, float]]:
        """The answer of another cell of the same kind, or of the same cell in another row."""
        row, quantities = self.rows[blank.iteration], self.namer.relations.quantities
        for other in self.namer.program.columns:
            if other.phase == column.phase and other.name != blank.name and quantities[other.name].relation != NORM:
                yield Mistake.OTHER_CELL, other.name, row.expected[other.name]
        for other_row in self.rows:
            if other_row.iteration != blank.iteration:
                yield Mistake.OTHER_ROW, str(other_row.iteration), other_row.expected[blank.name]

    def of_worlds(self) -> list[Explanation]:
        """The mistakes that run through whole rows."""
        return self.in_worlds(self.namer.worlds.singles)

    def in_worlds(self, worlds: Iterable[Made], factor: float = 1.0) -> list[Explanation]:
        """What each of these explains and spoils, in all rows to the last with a wrong cell; or so many times it."""
        explanations = []
        answers, off = np.array(self.answers), np.array(self.allowed)
        for made in worlds:
            agreeing = np.abs(factor * self._in_world(made) - answers) <= off
            cells = [number for number in self.open if agreeing[number]]
            if self._tells(cells):
                spoils = int(np.count_nonzero(self._is_right & ~agreeing))
                explanations.append(self._explanation(made, cells, spoils, _further(factor)))
        return explanations

    def _in_world(self, made: Made) -> Array:
        """What the cells come to by these mistakes, as the verdicts stand; NaN behind the last row with a wrong one."""
        if made not in self._worlds:
            numbers, carried = list[float](), dict[str, float]()
            for row, given, names in self._rows:
                world = self.namer.worlds.row(made, row.above | carried, given, is_first=row.iteration == 0)
                carried = {name: value for name, value in world.items() if self._is_hidden(name)}
                numbers += [world.get(name, math.nan) for name in names]
            numbers += [math.nan] * (len(self.verdicts) - len(numbers))
            self._worlds[made] = np.array(numbers, dtype=np.float64)
        return self._worlds[made]

    @cached_property
    def _rows(self) -> list[tuple[Row, dict[str, float], list[str]]]:
        """To the last with a wrong one, each with the student's own parameters in it, and what is asked."""
        last = max(self.verdicts[number].blank.iteration for number in self.open)
        own = [column.name for column in self.namer.program.columns if column.phase in GIVEN]
        return [
            (row, {name: row.now(name) for name in own},
             [v.blank.name for v in self.verdicts if v.blank.iteration == row.iteration])
            for row in self.rows[: last + 1]
        ]  # fmt: skip

    @cached_property
    def _is_right(self) -> NDArray[np.bool_]:
        """The right cells of these rows, which a mistake would spoil."""
        last = self._rows[-1][0].iteration
        return np.array([v.status == RIGHT and v.blank.iteration <= last for v in self.verdicts])

    def _tells(self, cells: Iterable[int]) -> bool:
        """Whether answers have enough digits, or are often 0: a few agree by chance with one of so many mistakes."""
        answers = [abs(self.answers[number]) for number in cells]
        return sum(map(digits_of, {*answers} - {0.0})) + answers.count(0.0) >= MOST_DIGITS

    def _is_hidden(self, name: str) -> bool:
        """Whether a quantity is what an optimizer keeps, of which no answer tells what the student has."""
        column = self.namer.columns.get(name)
        return column is None or (column.phase == "optimizer" and name not in self._asked)

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(verdict.blank.name for verdict in self.verdicts)

    def _explanation(self, made: Made, cells: Sequence[int], spoils: int, further: Named | None) -> Explanation:
        mistake, about = self.namer.worlds.mistake(made)
        below = self.namer.worlds.mistake(made[:-1]) if len(made) > 1 else further
        return Explanation(mistake, dict.fromkeys(cells, about), made[-1], spoils, made, below)


def _further(factor: float) -> Named | None:
    return (FACTORS[factor], "") if factor in FACTORS else None


def _number(verdict: Verdict) -> float:
    value = verdict.answer.value
    return math.nan if value is None else value


def _too_short(value: float, expected: float) -> bool:
    """Whether a wrong answer is the right one, rounded to too few digits: to fewer than three, or than show a step."""
    digits = next((n for n in range(MOST_DECIMALS) if round(value, n) == value), MOST_DECIMALS)
    off = abs(value - expected)
    return off <= 0.5000001 * 10.0**-digits and off <= TOO_SHORT * abs(expected)
