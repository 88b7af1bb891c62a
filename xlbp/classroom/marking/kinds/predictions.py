"""How near a guess came, and whether it is on the right side of what the number is now."""

from __future__ import annotations

from pathlib import Path

from xlbp.classroom.exercise.kinds.predict import SAME_TO, Guess, Predictions
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.marking.answers import Answer, HandIn
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.kinds.reading import by_question, text_of
from xlbp.classroom.marking.verdict import EMPTY, RIGHT, WRONG, Verdict
from xlbp.mistakes import Mistake
from xlbp.reference.history import History
from xlbp.reference.train import train


def judge_predictions(exercise: Exercise, handin: HandIn, path: Path, history: History) -> Judged:  # noqa: ARG001
    """By the reference, trained with each change."""
    task = exercise.task
    assert isinstance(task, Predictions)
    template = exercise.contents.template

    def judge(number: int, question: Question, answer: Answer) -> Verdict:
        guess = task.guesses[number]
        inputs = {**template.inputs(), **guess.changes}
        then = float(train(template, inputs, iterations=guess.iteration)[guess.quantity][guess.iteration])
        if guess.directed:
            return _direction(exercise, question, answer, guess, then)
        return _number(question, answer, guess, then, task.near)

    return by_question(exercise, handin, judge)


def _number(question: Question, answer: Answer, guess: Guess, then: float, near: float) -> Verdict:
    if answer.value is None:
        return Verdict(question, EMPTY, answer, then)
    if not answer.is_number:
        return Verdict(question, WRONG, answer, then, Mistake.NO_NUMBER)
    allowed = near * abs(then - guess.now) + SAME_TO * abs(then)
    if abs(answer.value - then) <= allowed:
        return Verdict(question, RIGHT, answer, then)
    is_on_side = (answer.value - guess.now) * (then - guess.now) > 0
    return Verdict(question, WRONG, answer, then, told="way" if is_on_side else "other_way")


def _direction(exercise: Exercise, question: Question, answer: Answer, guess: Guess, then: float) -> Verdict:
    wanted = exercise.contents.texts(f"task.{guess.direction(then)}")
    given = text_of(answer).casefold()
    if not given:
        return Verdict(question, EMPTY, answer, then, wanted=wanted)
    if given == wanted.casefold():
        return Verdict(question, RIGHT, answer, then, wanted=wanted)
    is_choice = given in {choice.casefold() for choice in question.choices}
    return Verdict(question, WRONG, answer, then, told="other_way" if is_choice else "choose", wanted=wanted)
