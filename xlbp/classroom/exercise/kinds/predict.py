"""Predict: what becomes of a number if something else is changed, guessed before the book computes it.

What to change, and what to look at, is what the book's own predictions try; besides, a parameter is moved a little, so
that its derivative tells the answer.  A change that is neither wild nor too small to see asks for the number, any
other one for its direction.  The number as it is now stands in the question: the guess is on one side of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from random import Random
from typing import Any, TypeAlias

from xlbp.classroom.exercise.kinds.answers import answer_cell
from xlbp.classroom.exercise.kinds.kind import TOLERANCE, Class, Kind
from xlbp.classroom.exercise.kinds.task import Live, Question, Task
from xlbp.classroom.exercise.kinds.task_front import TaskFront
from xlbp.classroom.exercise.kinds.trials import TrialSheet, needed_for
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.exercise.tolerance import LOOSE
from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.lesson.numbers import digits_apart, told, typed
from xlbp.workbook.lesson.parameter import chosen_parameter
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page

NEAR = 0.25  # of the change, that a guess may be off where nobody says otherwise
MOST, MOST_CELLS = 5, 40_000  # questions, and cells of all trials
SEEN, WILD = 0.02, 1e3  # of the number as it is: smaller changes, and larger numbers, are asked for by their direction
NUDGE, LEAST_NUDGE = 0.2, 0.05  # of a parameter
LARGER, SMALLER, SAME = DIRECTIONS = ("larger", "smaller", "same")
SAME_TO = 1e-9  # relative: a number that has not moved
OFTEN = 2  # questions that change the same inputs
Asked: TypeAlias = tuple[Mapping[str, float], str, int]  # what is changed, what is looked at, and when


@dataclass(frozen=True)
class Guess:
    """One question: what the quantity is at an iteration, with these ``changes``.

    ``now`` is the number as the book has it, and ``directed`` whether only the direction is asked for.
    """

    changes: Mapping[str, float]
    quantity: str
    iteration: int
    now: float
    directed: bool

    def direction(self, then: float) -> str:
        """Which way the number goes; one that is too large for a cell has grown."""
        if not math.isfinite(then):
            return LARGER
        if abs(then - self.now) <= SAME_TO * max(abs(self.now), SAME_TO):
            return SAME
        return LARGER if then > self.now else SMALLER


@dataclass(frozen=True)
class Predictions(Task):
    """The guesses of one student; ``near`` is the share of the change that a number may be off."""

    guesses: tuple[Guess, ...]
    near: float

    def questions(self, contents: Contents) -> tuple[Question, ...]:
        """One for each guess."""
        return tuple(_question(contents, number, guess) for number, guess in enumerate(self.guesses))

    def live(self, exercise: Exercise, number: int, answer: str) -> Live:
        """How near the guess is, and what the number really becomes, once there is a guess."""
        guess = self.guesses[number]
        then = self._trial(exercise, number).cell(exercise, guess.iteration)
        now = exercise.absolute(guess.quantity, guess.iteration)
        if guess.directed:
            return _directed(exercise, answer, then, now)
        words = {word: literal(exercise.contents.texts(f"marks.{word}"))[0] for word in WORDS}
        allowed = f"{spreadsheet_number(self.near)}*ABS({then}-{now})"
        near = f"IFERROR(ABS({answer}-{then})<={allowed},FALSE)"
        side = f"IFERROR(({answer}-{now})*({then}-{now})>0,FALSE)"
        verdict = f"IF({near},{words['right']},IF({side},{words['way']},{words['other_way']}))"
        mark = f"IF(ISBLANK({answer}),{words['todo']},IF(ISNUMBER({answer}),{verdict},{words['number']}))"
        return Live(mark, f'IF(ISNUMBER({answer}),{then},"")')

    def behind(self, exercise: Exercise) -> list[Page]:
        """A training for each guess."""
        return [self._trial(exercise, number).page(exercise) for number in range(len(self.guesses))]

    def _trial(self, exercise: Exercise, number: int) -> TrialSheet:
        """The training with the changes of a guess, which begin when something has been answered."""
        contents, guess = exercise.contents, self.guesses[number]
        answer = answer_cell(exercise, number)
        has_answer = f"ISNUMBER({answer})"
        if guess.directed:
            has_answer = _is_direction(contents, answer)
        changes = {
            name: f"IF({has_answer},{spreadsheet_number(value)},{contents.address_of(name)})"
            for name, value in guess.changes.items()
        }
        title = contents.texts("sheet.trial", number=number + 1)
        note = contents.texts("task.trial", number=number + 1)
        return TrialSheet(title, note, changes, guess.quantity, guess.iteration)

    def words(self, contents: Contents) -> dict[str, object]:
        """How near a guess must come, in percent."""
        return {"near": contents.texts.number(100 * self.near, "g")}

    def to_dict(self) -> dict[str, Any]:
        """Changes, quantity and iteration of each guess."""
        guesses = [
            {"changes": dict(g.changes), "quantity": g.quantity, "iteration": g.iteration, "now": g.now,
             "directed": g.directed}
            for g in self.guesses
        ]  # fmt: skip
        return {"guesses": guesses, "near": self.near}


WORDS = ("todo", "right", "way", "other_way", "number")


def _question(contents: Contents, number: int, guess: Guess) -> Question:
    texts, symbol = contents.texts, contents.symbol(guess.quantity)
    changes = texts("predict.comma").join(_change(contents, name, value) for name, value in guess.changes.items())
    asked = "task.direction_asked" if guess.directed else "task.number_asked"
    words = {"changes": changes, "symbol": symbol, "t": guess.iteration, "now": _told(contents, guess.now)}
    choices = tuple(texts(f"task.{key}") for key in DIRECTIONS) if guess.directed else ()
    title = texts("task.title_guess", number=number + 1)
    return Question(f"predict.{number + 1}", 0, title, texts(asked, **words), choices, bool(choices))


def _change(contents: Contents, name: str, value: float) -> str:
    own = contents.template.inputs()[name]
    shown = [contents.texts.with_own_signs(typed(number)) for number in (value, own)]
    return contents.texts("task.change", symbol=contents.symbol(name), value=shown[0], old=shown[1])


def _told(contents: Contents, value: float) -> str:
    digits = max(4, digits_apart(value, value * (1 + SEEN)))
    return contents.texts.with_own_signs(told(value, digits))


def _is_direction(contents: Contents, answer: str) -> str:
    words = (literal(contents.texts(f"task.{key}"))[0] for key in DIRECTIONS)
    return f"OR({','.join(f'{answer}={word}' for word in words)})"


def _directed(exercise: Exercise, answer: str, then: str, now: str) -> Live:
    """The mark of a direction; an error is a number that is too large for a cell."""
    contents = exercise.contents
    todo, right, again, choose = (
        literal(contents.texts(f"marks.{word}"))[0] for word in ("todo", "right", "other_way", "choose")
    )
    larger, smaller, same = (literal(contents.texts(f"task.{key}"))[0] for key in DIRECTIONS)
    bound = spreadsheet_number(SAME_TO)
    unmoved = f"ABS({then}-{now})<={bound}*MAX(ABS({now}),{bound})"
    way = f"IFERROR(IF({unmoved},{same},IF({then}>{now},{larger},{smaller})),{larger})"
    is_answer = _is_direction(contents, answer)
    mark = f"IF(ISBLANK({answer}),{todo},IF({is_answer},IF({answer}={way},{right},{again}),{choose}))"
    return Live(mark, f'IF({is_answer},IFERROR({then},"#NUM!"),"")')


def draw(contents: Contents, facts: Facts, random: Random, together: Class) -> Task:  # noqa: ARG001
    """What the book's predictions try, and a parameter moved a little; of a student's own numbers."""
    near = NEAR if together.wishes.tolerance is None else together.wishes.tolerance
    if not 0 < near < 1:
        raise UsageError(f"{option(TOLERANCE, near)}: give a share of the change between 0 and 1, such as 0.25")
    guesses: list[Guess] = []
    cells = 0
    for changes, quantity, iteration in _asked(contents, facts):
        size = (iteration + 1) * len(needed_for(contents, quantity, iteration))
        guess = _guess(contents, facts, changes, quantity, iteration)
        is_often = sum(set(other.changes) == set(changes) for other in guesses) >= OFTEN
        if guess is not None and not is_often and cells + size <= MOST_CELLS and len(guesses) < MOST:
            guesses.append(guess)
            cells += size
    if not guesses:
        raise UsageError(
            f"nothing of {contents.template.name} can be predicted within {MOST_CELLS:,} cells; take fewer iterations "
            f"({option('-n')}) or a smaller network"
        )
    return Predictions(tuple(guesses), near)


def _asked(contents: Contents, facts: Facts) -> Iterator[Asked]:
    """What is changed, and what is looked at: a question for each change."""
    for name in dict.fromkeys((chosen_parameter(contents), contents.template.parameter_order[0])):
        own = contents.template.inputs()[name]
        step = float(f"{max(NUDGE * abs(own), LEAST_NUDGE):.1g}")
        yield {name: snap(own + step)}, contents.objective, 0
    tried = [[*_tried(contents, prediction)] for prediction in predictions(contents, facts)]
    for rounds in zip_longest(*tried):  # the first trial of each prediction, then the second ones
        yield from filter(None, rounds)


def _tried(contents: Contents, prediction: Prediction) -> Iterator[Asked]:
    """What a prediction of the book has to say to each of its trials: of the objective only, if of nothing else."""
    for number, trial in enumerate(prediction.trials):
        told_of = [c for c in prediction.claims if c.trial == number and c.measure == "value"]
        if told_of and all(_stands_alone(contents, name) for name in trial.changes):
            claim = next((c for c in reversed(told_of) if c.quantities[0] != contents.objective), told_of[-1])
            yield trial.changes, claim.quantities[0], claim.iteration


def _stands_alone(contents: Contents, name: str) -> bool:
    """Whether an input has a cell that each formula names: of a table a formula may pick a row."""
    place = contents.layout.panel.get(name)
    return place.sheet == "training" if place else name in contents.layout.columns


def _guess(
    contents: Contents, facts: Facts, changes: Mapping[str, float], quantity: str, iteration: int
) -> Guess | None:
    """The question, if the quantity is one of the rows and a number now."""
    if quantity not in contents.layout.columns or iteration > contents.layout.iterations:
        return None
    now, then = (
        float(v) for v in (facts.trials.own[quantity][iteration], changed(facts, changes, quantity, iteration))
    )
    if not math.isfinite(now):
        return None
    size = max(abs(now), LOOSE)
    is_tame = math.isfinite(then) and SEEN * size <= abs(then - now) and abs(then) <= WILD * max(size, 1.0)
    return Guess(changes, quantity, iteration, now, directed=not is_tame)


def changed(facts: Facts, changes: Mapping[str, float], quantity: str, iteration: int) -> float:
    """What the quantity becomes."""
    return float(facts.trials.changed(changes, iteration)[quantity][iteration])


def answers(task: Task, contents: Contents, facts: Facts) -> dict[int, str | float]:
    """The right answer of each question, by its number from 0."""
    assert isinstance(task, Predictions)
    right: dict[int, str | float] = {}
    for number, guess in enumerate(task.guesses):
        then = changed(facts, guess.changes, guess.quantity, guess.iteration)
        right[number] = contents.texts(f"task.{guess.direction(then)}") if guess.directed else then
    return right


def wrong(task: Task, contents: Contents) -> dict[int, str | float]:
    """That nothing moves, or that it moves as no number does."""
    assert isinstance(task, Predictions)
    return {number: contents.texts("marks.again") if g.directed else g.now for number, g in enumerate(task.guesses)}


def read(data: Mapping[str, Any]) -> Task:
    """The task from the record.  Raises KeyError, TypeError or ValueError if it is none."""
    guesses = (
        Guess({str(k): float(v) for k, v in g["changes"].items()}, str(g["quantity"]), int(g["iteration"]),
              float(g["now"]), bool(g["directed"]))
        for g in data["guesses"]
    )  # fmt: skip
    return Predictions(tuple(guesses), float(data["near"]))


PREDICT = Kind(
    "predict", 5, TaskFront.page_of, draw=draw, read=read, answers=answers, wrong=wrong,
    reveals=True, counts=("right", "way", "other_way", "todo"),
)  # fmt: skip
