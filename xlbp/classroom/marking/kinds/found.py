"""Where a student says that the mistake is, what it is called, and what should stand there."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import column_index_from_string

from xlbp.classroom.exercise.kinds.find import CELL, WHAT, Finding, Plant, affected, called, right_formula
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.marking.answers import Answer, HandIn, number_in
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.kinds.other_inputs import other_inputs
from xlbp.classroom.marking.kinds.reading import by_question, text_of
from xlbp.classroom.marking.verdict import EMPTY, RIGHT, WRONG, Verdict
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.reference.history import History
from xlbp.workbook.layout.find import ADDRESS

NOTHING = float("nan")
SIGNS = str.maketrans("×·−÷", "**-/")  # as people write them


def judge_found(exercise: Exercise, handin: HandIn, path: Path, history: History) -> Judged:
    """The three answers; the cell by what it holds, a formula by what it comes to with several inputs."""
    task = exercise.task
    assert isinstance(task, Finding)
    judges: dict[str, Callable[[Question, Answer], Verdict]] = {
        CELL: lambda question, answer: _cell(exercise, task.plant, question, answer),
        WHAT: lambda question, answer: _mistake(exercise, task, question, answer),
    }

    def judge(number: int, question: Question, answer: Answer) -> Verdict:  # noqa: ARG001
        if question.name in judges:
            return judges[question.name](question, answer)
        named = _place(exercise, text_of(handin.answers[exercise.questions[0]]).lstrip("="))
        is_planted = named is not None and named[0] == task.plant.quantity and named[1] in task.plant.iterations
        iteration = named[1] if named and is_planted else task.plant.iterations[0]
        return _Formula(exercise, task.plant, iteration, path).judge(question, answer, history)

    return by_question(exercise, handin, judge)


def _cell(exercise: Exercise, plant: Plant, question: Question, answer: Answer) -> Verdict:
    contents = exercise.contents
    wanted = contents.layout.cell(*plant.first)
    text = text_of(answer).lstrip("=")
    if not text:
        return Verdict(question, EMPTY, answer, NOTHING, wanted=wanted)
    place = _place(exercise, text)
    if place is None:
        return Verdict(question, WRONG, answer, NOTHING, told="no_cell", wanted=wanted)
    if place[0] == plant.quantity and place[1] in plant.iterations:
        return Verdict(question, RIGHT, answer, NOTHING, wanted=wanted)
    if place in affected(contents, plant):
        return Verdict(question, WRONG, answer, NOTHING, about=wanted, told="follows", wanted=wanted)
    return Verdict(question, WRONG, answer, NOTHING, told="whole", wanted=wanted)


def _place(exercise: Exercise, text: str) -> tuple[str, int] | None:
    """The quantity and the iteration of a cell of the rows, however its address is written."""
    address = ADDRESS.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if address is None:
        return None
    layout = exercise.contents.layout
    names = {column: name for name, column in layout.columns.items()}
    name = names.get(column_index_from_string(address["column"].upper()))
    iteration = int(address["row"]) - layout.first_row
    return (name, iteration) if name and 0 <= iteration <= layout.iterations else None


def _mistake(exercise: Exercise, task: Finding, question: Question, answer: Answer) -> Verdict:
    contents, plant = exercise.contents, task.plant
    names = [called(contents, mistake) for mistake in (plant.mistake, *plant.also)]
    given = text_of(answer).casefold()
    if not given:
        return Verdict(question, EMPTY, answer, NOTHING, wanted=names[0])
    if given in {name.casefold() for name in names}:
        return Verdict(question, RIGHT, answer, NOTHING, wanted=names[0])
    is_choice = given in {choice.casefold() for choice in question.choices}
    told = "other_mistake" if is_choice else "choose"
    return Verdict(question, WRONG, answer, NOTHING, about=names[0], told=told, wanted=names[0])


@dataclass(frozen=True)
class _Formula:
    """What should stand in the cell that the student named, or in the first of the planted ones."""

    exercise: Exercise
    plant: Plant
    iteration: int
    path: Path

    def judge(self, question: Question, answer: Answer, history: History) -> Verdict:
        """A number by what the cell comes to, a formula by that with several inputs."""
        wanted = right_formula(self.exercise.contents, self.plant, self.iteration)
        text = text_of(answer)
        if not text:
            return Verdict(question, EMPTY, answer, NOTHING, wanted=wanted)
        number = answer.value if answer.is_number and not answer.formula else number_in(text)
        if number is not None:
            is_right = any(agrees(number, right) for right in self._numbers(wanted, history))
        else:
            is_right = self._is_right(text, wanted)
        told = "" if is_right else "wrong_formula"
        return Verdict(question, RIGHT if is_right else WRONG, answer, NOTHING, told=told, wanted=wanted)

    @property
    def _cell(self) -> Cell:
        contents = self.exercise.contents
        layout = contents.layout
        return contents.title, layout.row_of(self.iteration), layout.columns[self.plant.quantity]

    def _numbers(self, wanted: str, history: History) -> Iterator[float]:
        """The right number, and the one that the right formula comes to among the numbers of the book."""
        yield float(history[self.plant.quantity][self.iteration])
        with bench(self.path) as opened:
            if (mended := _worth(opened, self._cell, wanted)) is not None:
                yield mended

    def _is_right(self, text: str, wanted: str) -> bool:
        """Whether a formula comes to the same as the right one in the cell, with all inputs."""
        with bench(self.path) as opened:
            left = list(_readings(text))
            for cells in ({}, *(other.cells for other in other_inputs(self.exercise))):
                opened.put(cells)
                right = _worth(opened, self._cell, wanted)
                values = {formula: _worth(opened, self._cell, formula) for formula in left}
                left = [f for f, v in values.items() if v is not None and right is not None and agrees(v, right)]
        return bool(left)


def _readings(text: str) -> Iterator[str]:
    """A formula as it is written, and as a program with a decimal comma has it."""
    plain = "=" + unicodedata.normalize("NFKC", text).translate(SIGNS).lstrip("=").strip()
    yield plain
    if "," in plain or ";" in plain:
        yield plain.replace(",", ".").replace(";", ",")


def _worth(opened: Bench, cell: Cell, formula: str) -> float | None:
    """What a formula comes to in a cell; None where that is no number."""
    opened.fill({cell: formula})
    value = opened.value(*cell)
    return value if isinstance(value, float) else None
