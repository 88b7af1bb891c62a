"""What stands in a hand-in: the answers, the given numbers, and what was changed that should not have been."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.errors import UnreadableError
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.template import names
from xlbp.xlsx.areas import CellError, Value
from xlbp.xlsx.preflight import preflight

MOST_CHANGED = 1_000
MOST_ERRORS = 40  # cells whose own error is told apart from those that follow
LONGEST = 80  # letters of a text that are kept
NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
SYMBOLS = 2  # the row of the symbols, counted from the first iteration upward
Formulas = dict[tuple[int, int], str]  # row, column -> formula, without defined names


@dataclass(frozen=True)
class Answer:
    """``value`` None: empty; NaN: a text or an error, which ``shown`` tells; ``formula`` '' where it was typed.

    ``told``: an error that stood here first, and was not handed on by another cell.  ``as_text``: a number that
    was read from a text, as "0,41" or "0.41 ".
    """

    value: float | None
    formula: str = ""
    shown: str = ""
    told: bool = False
    as_text: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing."""
        return self.value is None

    @property
    def is_number(self) -> bool:
        """Whether a number stands there."""
        return self.value is not None and math.isfinite(self.value)

    def in_place_of(self, truth: float) -> float:
        """What the cells that follow are judged by: the number that stands here or, if none does, the right one."""
        return self.value if self.value is not None and math.isfinite(self.value) else truth


@dataclass(frozen=True)
class HandIn:
    """A read hand-in; ``changed`` are addresses of cells that were the book's own."""

    answers: Mapping[Blank, Answer]
    givens: Mapping[str, float]
    changed: list[str] = field(default_factory=list)


def read_handin(path: Path, exercise: Exercise, formulas: Formulas, truth: Mapping[Blank, float]) -> HandIn:
    """Recalculate a stranger's file and read it; ``formulas`` are those that an untouched book has.

    ``truth`` stands in for cells that are empty or hold no number, so that what follows can be judged.

    Raises UnreadableError if it is no harmless workbook or not laid out as the exercise, EngineError if the
    engine fails.
    """
    preflight(path)
    with bench(path) as opened:
        must_be_in_place(path, exercise, opened)
        givens, changed = givens_in(exercise, opened), changed_cells(exercise, opened, formulas)
        return HandIn(answers_in(exercise, opened, truth), givens, changed)


def read_givens(path: Path, exercise: Exercise) -> dict[str, float]:
    """The given numbers of a stranger's file, by which it may be known; raises as :func:`read_handin`."""
    preflight(path)
    with bench(path) as opened:
        must_be_in_place(path, exercise, opened)
        return givens_in(exercise, opened)


def own_formulas(book: Path, exercise: Exercise) -> Formulas:
    """The formulas of the training sheet as the engine writes them, of a book of ours, without defined names."""
    layout, sheet = exercise.contents.layout, exercise.contents.title
    blanks = {(layout.row_of(b.iteration), layout.columns[b.name]) for b in exercise.blanks.cells}
    places = [(row, col) for row in range(layout.first_row, layout.last_row + 1) for col in layout.columns.values()]
    with bench(book) as opened:
        formulas = {place: opened.formula_without_names(sheet, *place) for place in places if place not in blanks}
    return {place: formula for place, formula in formulas.items() if formula}


def must_be_in_place(path: Path, exercise: Exercise, opened: Bench) -> None:
    """The symbols over the columns stand where they were."""
    contents, layout = exercise.contents, exercise.contents.layout
    row = layout.first_row - SYMBOLS
    for name, column in layout.columns.items():
        if name != names.ITERATION and opened.value(contents.title, row, column) != contents.symbol(name):
            raise UnreadableError(
                f"{path}: the sheet {contents.title!r} is not laid out as the exercise ({contents.symbol(name)} is "
                "missing in its place); rows or columns were moved, or it is another exercise"
            )


def answers_in(exercise: Exercise, opened: Bench, truth: Mapping[Blank, float]) -> dict[Blank, Answer]:
    """Every answer.

    What is no number would make all that follows an error or, as a factor, 0.  When it has been read, a number
    that stands as text takes its own place, and the right one that of an empty cell and of anything else.
    """
    answers = {blank: _answer(exercise, opened, blank) for blank in exercise.blanks.cells}
    if all(answer.empty for answer in answers.values()):
        return answers
    done = {blank: answer for blank, answer in answers.items() if answer.as_text or answer.empty}
    opened.put({_place(exercise, blank): answer.in_place_of(truth[blank]) for blank, answer in done.items()})
    for _ in range(MOST_ERRORS):
        answers = {blank: done.get(blank) or _answer(exercise, opened, blank) for blank in answers}
        broken = next((b for b, a in answers.items() if b not in done and not a.is_number), None)
        if broken is None:
            break
        done[broken] = replace(answers[broken], told=True)
        opened.put({_place(exercise, broken): truth[broken]})
    return {**answers, **done}


def _place(exercise: Exercise, blank: Blank) -> Cell:
    layout = exercise.contents.layout
    return exercise.contents.title, layout.row_of(blank.iteration), layout.columns[blank.name]


def _answer(exercise: Exercise, opened: Bench, blank: Blank) -> Answer:
    place = _place(exercise, blank)
    return answer_at(opened, *place)


def answer_at(opened: Bench, sheet: str, row: int, column: int) -> Answer:
    """What stands in a cell."""
    return _as_answer(opened.value(sheet, row, column), opened.formula(sheet, row, column))


def _as_answer(value: Value, formula: str) -> Answer:
    if value is None or (isinstance(value, str) and not value.strip() and not isinstance(value, CellError)):
        return Answer(None, formula)
    if isinstance(value, float) and math.isfinite(value):
        return Answer(value, formula, f"{value:.15g}")
    number = number_in(str(value))
    if number is None:
        return Answer(math.nan, formula, str(value)[:LONGEST])
    return Answer(number, formula, str(value)[:LONGEST], as_text=True)


def number_in(text: str) -> float | None:
    """The number that a text is, with a decimal point or comma, in wide digits too; None if it is none."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        return None
    number = float(plain.replace(",", "."))
    return number if math.isfinite(number) else None


def givens_in(exercise: Exercise, opened: Bench) -> dict[str, float]:
    """The initial parameters and the inputs of the training sheet, as they stand in the file."""
    contents, layout = exercise.contents, exercise.contents.layout
    places = {n: (p.row, p.column) for n, p in layout.panel.items() if p.sheet == "training"}
    places |= {
        c.name: (layout.first_row, layout.columns[c.name]) for c in contents.program.columns if c.phase == "parameters"
    }
    values = {name: opened.value(contents.title, *place) for name, place in places.items()}
    return {name: value if isinstance(value, float) else math.nan for name, value in values.items()}


def changed_cells(exercise: Exercise, opened: Bench, formulas: Formulas) -> list[str]:
    """Cells of the training sheet whose formula is no longer the book's, or refers to a name that was moved."""
    layout, sheet = exercise.contents.layout, exercise.contents.title
    cells = {
        (layout.row_of(t), column): (name, t)
        for name, column in layout.columns.items()
        for t in range(layout.iterations + 1)
    }
    wrong = [place for place, formula in formulas.items() if opened.formula_without_names(sheet, *place) != formula]
    return [layout.cell(*cells[place]) for place in wrong[:MOST_CHANGED]]
