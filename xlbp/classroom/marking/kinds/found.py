"""Where a student says that the mistake is, what it is called, and what should stand there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl.utils import column_index_from_string

from xlbp.classroom.exercise.kinds.find import CELL, WHAT, Finding, Plant, affected, called, right_formula
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import agrees
from xlbp.classroom.marking.answers import Answer, HandIn, number_in
from xlbp.classroom.marking.judge import EMPTY, RIGHT, WRONG, Judged, Verdict
from xlbp.classroom.marking.kinds.other_inputs import OtherInputs, other_inputs
from xlbp.classroom.marking.kinds.reading import by_question, text_of
from xlbp.recalc.bench import Bench, Cell, bench
from xlbp.reference.history import History
from xlbp.workbook.layout.find import ADDRESS

NOTHING = float("nan")


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
        return _formula(exercise, task.plant, question, answer, path, history)

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
    address = ADDRESS.fullmatch(text.replace(" ", ""))
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


def _formula(
    exercise: Exercise, plant: Plant, question: Question, answer: Answer, path: Path, history: History
) -> Verdict:
    contents = exercise.contents
    wanted = right_formula(contents, plant)
    name, t = plant.first
    truth = float(history[name][t])
    text = text_of(answer)
    if not text:
        return Verdict(question, EMPTY, answer, NOTHING, wanted=wanted)
    number = answer.value if answer.is_number and not answer.formula else number_in(text)
    if number is not None:
        status = RIGHT if agrees(number, truth) else WRONG
        return Verdict(
            question, status, answer, NOTHING, told="" if status == RIGHT else "wrong_formula", wanted=wanted
        )
    place = contents.title, contents.layout.row_of(t), contents.layout.columns[name]
    with bench(path) as opened:
        is_right = _agree(opened, place, text, wanted, None)
        is_right = is_right and all(_agree(opened, place, text, wanted, other) for other in other_inputs(exercise))
    told = "" if is_right else "wrong_formula"
    return Verdict(question, RIGHT if is_right else WRONG, answer, NOTHING, told=told, wanted=wanted)


def _agree(opened: Bench, place: Cell, text: str, wanted: str, other: OtherInputs | None) -> bool:
    """Whether two formulas come to the same in the place of the planted one, with these inputs."""
    if other is not None:
        opened.put(other.cells)
    worth = []
    for formula in (f"={text.lstrip('=').strip()}", wanted):
        opened.fill({place: formula})
        worth.append(opened.value(*place))
    theirs, right = worth
    return isinstance(theirs, float) and isinstance(right, float) and agrees(theirs, right)
