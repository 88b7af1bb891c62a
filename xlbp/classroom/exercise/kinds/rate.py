"""Rate: learning rates are to be found with which a training goes far enough, too slowly, or off.

Each question has a training of its own in the book, which goes by the answer; the book marks itself.  A bound is asked
for only if some rate of a scale reaches it, which the reference has tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np

from xlbp.classroom.exercise.kinds.answers import answer_cell
from xlbp.classroom.exercise.kinds.kind import Class, Kind
from xlbp.classroom.exercise.kinds.task import Live, Question, Task
from xlbp.classroom.exercise.kinds.task_front import TaskFront
from xlbp.classroom.exercise.kinds.trials import TrialSheet, needed_for
from xlbp.classroom.exercise.layout import Exercise
from xlbp.datafile.numbers import snap
from xlbp.errors import UsageError, option
from xlbp.template.names import LEARNING_RATE
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.formula import spreadsheet_number
from xlbp.workbook.lesson.numbers import told, typed
from xlbp.workbook.page.facts import Array, Facts
from xlbp.workbook.page.live_text import literal
from xlbp.workbook.page.page import Page

SCALE = tuple(float(f"{m}e{n}") for n in range(-4, 5) for m in (1, 2, 5))  # of the rates that are tried, times the own
FAR, SLOW = 0.5, 0.1  # of the way that the best rate goes: what is far enough, and what is too slow
WILD = 100  # times the objective at the start: further no rate need get
LEAST_WAY = 1e-3  # of the objective at the start, that the best rate must go
MOST_CELLS = 120_000  # of all trials
FAR_ENOUGH, TOO_SLOW, OFF = WAYS = ("far", "slow", "off")


@dataclass(frozen=True)
class Goal:
    """What a rate is to do: the objective at the last iteration beside ``start`` and ``bound``.

    ``far``: it gets to the bound; ``slow``: it moves the right way, and not so far; ``off``: it ends on the wrong side
    of where it began, or as an error.  Where the objective is to grow, all is turned round.  ``witness`` does so.
    """

    way: str
    start: float
    bound: float
    witness: float

    def is_met(self, end: float, maximize: bool) -> bool:
        """Whether a training that ends so does what is asked."""
        if not math.isfinite(end):
            return self.way == OFF
        sign = -1.0 if maximize else 1.0
        end, start, bound = sign * end, sign * self.start, sign * self.bound
        return {FAR_ENOUGH: end <= bound, TOO_SLOW: bound <= end < start, OFF: end > start}[self.way]


@dataclass(frozen=True)
class Rates(Task):
    """The goals of one student, at one iteration."""

    goals: tuple[Goal, ...]
    iteration: int

    def questions(self, contents: Contents) -> tuple[Question, ...]:
        """One for each goal."""
        texts = contents.texts
        model = contents.template.model
        suffix = next((s for s, applies in {"_up": model.maximize, "_picks": model.picks}.items() if applies), "")
        words = {"symbol": contents.symbol(contents.objective), "eta": contents.symbol(LEARNING_RATE)}
        return tuple(
            Question(
                f"rate.{goal.way}", 0, texts(f"task.title_{goal.way}"),
                texts(f"task.{goal.way}{suffix}", bound=texts.with_own_signs(typed(goal.bound)),
                      start=texts.with_own_signs(told(goal.start, 4)), t=self.iteration, **words),
            )
            for goal in self.goals
        )  # fmt: skip

    def live(self, exercise: Exercise, number: int, answer: str) -> Live:
        """Whether the training with this rate does what is asked, and where it ends."""
        goal, contents = self.goals[number], exercise.contents
        sheet = self._trial(exercise, number)
        start, end = sheet.cell(exercise, 0), sheet.cell(exercise, self.iteration)
        less, not_more = (">", ">=") if contents.template.model.maximize else ("<", "<=")
        bound = spreadsheet_number(goal.bound)
        more = {"<": ">", ">": "<"}[less]
        is_met = {
            FAR_ENOUGH: f"IFERROR({end}{not_more}{bound},FALSE)",
            TOO_SLOW: f"IFERROR(AND({end}{less}{start},{end}{more}={bound}),FALSE)",
            OFF: f"IFERROR({end}{more}{start},TRUE)",
        }[goal.way]
        words = (literal(contents.texts(f"marks.{word}"))[0] for word in ("todo", "right", "again", "number"))
        todo, right, again, number_asked = words
        mark = f"IF(ISBLANK({answer}),{todo},IF(ISNUMBER({answer}),IF({is_met},{right},{again}),{number_asked}))"
        return Live(mark, f'IF(ISNUMBER({answer}),IFERROR({end},"#NUM!"),"")')

    def behind(self, exercise: Exercise) -> list[Page]:
        """A training for each goal."""
        return [self._trial(exercise, number).page(exercise) for number in range(len(self.goals))]

    def _trial(self, exercise: Exercise, number: int) -> TrialSheet:
        contents, answer = exercise.contents, answer_cell(exercise, number)
        changes = {LEARNING_RATE: f"IF(ISNUMBER({answer}),{answer},{contents.address_of(LEARNING_RATE)})"}
        title = contents.texts("sheet.trial", number=number + 1)
        note = contents.texts("task.rate_trial", number=number + 1, eta=contents.symbol(LEARNING_RATE))
        return TrialSheet(title, note, changes, contents.objective, self.iteration)

    def to_dict(self) -> dict[str, Any]:
        """The goals with their bounds."""
        goals = [{"way": g.way, "start": g.start, "bound": g.bound, "witness": g.witness} for g in self.goals]
        return {"goals": goals, "iteration": self.iteration}


def draw(contents: Contents, facts: Facts, random: Random, together: Class) -> Task:  # noqa: ARG001
    """The goals that some rate of the scale reaches; of small batches, whose losses go up and down, only the first.

    Raises UsageError where there is none.
    """
    last = contents.layout.iterations
    objective, own = contents.objective, contents.template.inputs().get(LEARNING_RATE)
    size = (last + 1) * len(needed_for(contents, objective, last))
    if last < 1:
        raise UsageError(f"{option('-n', last)}: a learning rate shows in the rows after the first; take at least 1")
    if own is None or size > MOST_CELLS:
        raise UsageError(
            f"{option('--kind', 'rate')}: {contents.template.name} has a training of {size:,} cells, and at most "
            f"{MOST_CELLS:,} are tried; take fewer iterations ({option('-n')})"
        )
    rates = [snap(own * factor) for factor in SCALE]
    series = {rate: facts.trials.changed({LEARNING_RATE: rate}, last)[objective][: last + 1] for rate in rates}
    picks = contents.template.model.picks
    start = _without_steps(facts, objective, last) if picks else float(facts.trials.own[objective][0])
    goals = _goals(start, series, contents.template.model.maximize)[: 1 if picks else MOST_CELLS // size]
    if not goals or goals[0].way != FAR_ENOUGH:
        raise UsageError(
            f"no learning rate moves {contents.template.name} far enough within {last} iterations; take more "
            f"({option('-n')})"
        )
    return Rates(tuple(goals), last)


def _without_steps(facts: Facts, objective: str, last: int) -> float:
    """The objective of rows that each have other samples, at the last of them, had nothing been learnt."""
    return float(facts.trials.changed({LEARNING_RATE: 0.0}, last)[objective][last])


def _goals(start: float, series: Mapping[float, Array], maximize: bool) -> list[Goal]:
    """What some rate does, with a bound of few digits between what the best and what the others come to."""
    ends = {rate: float(values[-1]) for rate, values in series.items()}
    most = WILD * max(abs(start), 1.0)  # an objective that is to grow may do so without end
    finite = {rate: end for rate, end in ends.items() if np.isfinite(series[rate]).all() and abs(end) <= most}
    if not finite:
        return []
    best = (max if maximize else min)(finite, key=finite.__getitem__)
    way = finite[best] - start
    if abs(way) < LEAST_WAY * abs(start) or (way > 0) != maximize:
        return []
    goals = []
    for which, share in ((FAR_ENOUGH, FAR), (TOO_SLOW, SLOW), (OFF, 0.0)):
        bound = _between(start + share * way, abs(way))
        goal = Goal(which, start, bound, best)
        met = [rate for rate, end in ends.items() if goal.is_met(end, maximize) and _is_sure(goal, end, abs(way))]
        if met:
            goals.append(replace(goal, witness=best if which == FAR_ENOUGH else met[len(met) // 2]))
    return goals


def _is_sure(goal: Goal, end: float, way: float) -> bool:
    """Whether roundings do not decide."""
    if not math.isfinite(end):
        return True
    return min(abs(end - goal.start), abs(end - goal.bound) if goal.way != OFF else way) > 1e-6 * way


def _between(value: float, way: float) -> float:
    """A number of few digits, as near to the value as a twentieth of the way."""
    digits = math.ceil(-math.log10(way / 20))
    return snap(round(value, digits))


def answers(task: Task, contents: Contents, facts: Facts) -> dict[int, str | float]:  # noqa: ARG001
    """A rate that does what is asked, for each question."""
    assert isinstance(task, Rates)
    return {number: goal.witness for number, goal in enumerate(task.goals)}


def wrong(task: Task, contents: Contents) -> dict[int, str | float]:  # noqa: ARG001
    """A rate with which nothing moves."""
    assert isinstance(task, Rates)
    return dict.fromkeys(range(len(task.goals)), 0.0)


def read(data: Mapping[str, Any]) -> Task:
    """The task from the record.  Raises KeyError, TypeError or ValueError if it is none."""
    goals = (Goal(str(g["way"]), float(g["start"]), float(g["bound"]), float(g["witness"])) for g in data["goals"])
    return Rates(tuple(goals), int(data["iteration"]))


RATE = Kind("rate", 10, TaskFront.page_of, rate=0.1, draw=draw, read=read, answers=answers, wrong=wrong)
