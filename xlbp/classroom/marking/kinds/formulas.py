"""Whether an answer is a formula, and right with other inputs, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlbp.classroom.exercise.plan import Plan
from xlbp.classroom.marking.answers import answers_in
from xlbp.classroom.marking.judge import Judged, Key, judge
from xlbp.classroom.marking.kinds.other_inputs import OtherInputs
from xlbp.classroom.marking.verdict import WRONG, Verdict
from xlbp.recalc.bench import bench
from xlbp.reference.train import prepared


def hold_elsewhere(plan: Plan, path: Path, judged: Judged, others: Sequence[OtherInputs]) -> Judged:
    """The verdicts, where what is right with the student's own numbers alone is wrong."""
    if not any(verdict.scores for verdict in judged.verdicts):
        return judged
    verdicts = list(judged.verdicts)
    for other in others:
        elsewhere = {v.blank: v for v in _judged(plan, path, other)}
        verdicts = [_both(verdict, elsewhere[verdict.blank]) for verdict in verdicts]
    return Judged(verdicts, judged.rows)


def _both(here: Verdict, there: Verdict) -> Verdict:
    if not here.scores or there.scores:
        return here
    return replace(here, status=WRONG, told="coincidence")


def _judged(plan: Plan, path: Path, other: OtherInputs) -> list[Verdict]:
    """The same file with other numbers in it."""
    exercise = plan.version(other.numbers)
    truth = {blank: float(other.history[blank.name][blank.iteration]) for blank in exercise.blanks.cells}
    with bench(path) as opened:
        opened.put(other.cells)
        answers = answers_in(exercise, opened, truth)
    key = Key(other.history, prepared(exercise.contents.template, other.inputs))
    return judge(exercise, answers, key, formulas_only=True).verdicts
