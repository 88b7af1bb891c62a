"""Whether a learning rate does what was asked, by the reference."""

from __future__ import annotations

from pathlib import Path

from xlbp.classroom.exercise.kinds.rate import Rates
from xlbp.classroom.exercise.kinds.task import Question
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.marking.answers import Answer, HandIn
from xlbp.classroom.marking.judge import Judged
from xlbp.classroom.marking.kinds.reading import by_question
from xlbp.classroom.marking.verdict import EMPTY, RIGHT, WRONG, Verdict
from xlbp.mistakes import Mistake
from xlbp.reference.history import History
from xlbp.reference.train import train
from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.lesson.numbers import told


def judge_rates(exercise: Exercise, handin: HandIn, path: Path, history: History) -> Judged:  # noqa: ARG001
    """Trained with each rate."""
    task, template = exercise.task, exercise.contents.template
    assert isinstance(task, Rates)

    def judge(number: int, question: Question, answer: Answer) -> Verdict:
        goal = task.goals[number]
        if answer.value is None:
            return Verdict(question, EMPTY, answer, goal.witness)
        if not answer.is_number:
            return Verdict(question, WRONG, answer, goal.witness, Mistake.NO_NUMBER)
        inputs = {**template.inputs(), LEARNING_RATE: answer.value}
        end = float(train(template, inputs, iterations=task.iteration)[template.model.objective][task.iteration])
        if goal.is_met(end, template.model.maximize):
            return Verdict(question, RIGHT, answer, goal.witness)
        ends = exercise.contents.texts.with_own_signs(told(end, 4))
        return Verdict(question, WRONG, answer, goal.witness, about=ends, told="missed")

    return by_question(exercise, handin, judge)
