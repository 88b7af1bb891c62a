"""Of all that comes to the wrong answers of a hand-in, what explains the most is named; two mistakes at once, too."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from tests.misconceptions.edits import WRONG, Wrong
from tests.misconceptions.numpy_programs import Numbers, run, template_of
from xlbp.classroom.exercise.blanks import Blank, Blanks
from xlbp.classroom.exercise.kinds.registry import BLANKS
from xlbp.classroom.exercise.layout import Exercise, lay_out_exercise
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.judge import Key, judge
from xlbp.classroom.marking.naming import Namer
from xlbp.classroom.marking.verdict import Verdict
from xlbp.expectation.contents import lay_out
from xlbp.mistakes import Mistake
from xlbp.reference.train import prepared, train
from xlbp.template.load import load_template
from xlbp.template.template import Template

FAMOUS = (
    *("slope_of_other", "softmax_diagonal", "no_slope", "truncated", "kernel_flipped", "scores_by_d", "gate_order"),
    *("norm_no_variance", "sum_for_mean", "updated_weights", "transposed", "no_bias", "sum_over_steps"),
)
ON_THE_WAY_BACK = ("backward", "gradients")


def exercise_of(template: Template, phases: tuple[str, ...], told: Iterable[str]) -> Exercise:
    """What a program tells of some phases, blank in the first row."""
    contents = lay_out(template, "en")
    told = [name for name in told if "|" not in name]  # the lengths of gradients are no task
    names = [c.name for c in contents.program.columns if c.phase in phases and c.name in told]
    cells = tuple(Blank(name, 0) for name in names)
    return lay_out_exercise(contents, Blanks(",".join(names), cells), BLANKS, marked=False)


def marked(
    template: Template,
    exercise: Exercise,
    numbers: Mapping[str, float],
    digits: int | None = None,
    namer: Namer | None = None,
) -> list[Verdict]:
    """A hand-in of formulas that come to these numbers; or of so many typed digits."""
    values = {blank: numbers[blank.name] for blank in exercise.blanks.cells}
    answers = {
        blank: Answer(value, "=x") if digits is None else Answer(float(f"{value:.{digits}g}"))
        for blank, value in values.items()
    }
    return judge(exercise, answers, Key(train(template), prepared(template, template.inputs())), namer=namer).verdicts


def first_row(numbers: Numbers) -> dict[str, float]:
    """What a program tells of its first row."""
    return {name: float(values[0]) for name, values in numbers.items()}


def of_program(wrong: Wrong, phases: tuple[str, ...], digits: int | None = None) -> list[Verdict]:
    """What marking makes of all that a program with a mistake tells of some phases."""
    template = replace(template_of(wrong.program, wrong.optimizer))
    numbers = first_row(run(wrong.program, *wrong.edits, optimizer=wrong.optimizer))
    return marked(template, exercise_of(template, phases, numbers), numbers, digits)


def kinds(verdicts: list[Verdict]) -> Counter[str]:
    """The names of the mistakes, cell by cell."""
    return Counter(mistake.key for v in verdicts if v.status == "wrong" for mistake, _ in v.mistakes)


@pytest.mark.slow
@pytest.mark.parametrize("key", FAMOUS)
def test_a_mistake_through_a_whole_hand_in_is_named_in_every_cell(key: str) -> None:
    """By the numbers of a program with one edit, of the first that shows in what is blank."""
    for wrong in (wrong for wrong in WRONG if wrong.mistake.key == key):
        found = kinds(of_program(wrong, ("forward", "loss", *ON_THE_WAY_BACK)))
        if found:
            assert set(found) == {key}
            return
    pytest.fail(f"no program shows {key}")


def mazur_gradients(**factors: float) -> tuple[Template, Exercise, dict[str, float]]:
    """The example of two inputs of which one is twice the other, its gradients blank; some layers' so many times."""
    template = load_template("mazur", ("training.iterations=1",))
    history = train(template)
    exercise = exercise_of(template, ("gradients",), dict.fromkeys(history, 0))
    numbers = {b.name: float(history[b.name][0]) * factors[b.name[1:3]] for b in exercise.blanks.cells}
    return template, exercise, numbers


def test_a_coincidence_does_not_win_over_what_explains_more() -> None:
    """i2 is twice i1, so that a doubled gradient of w1 is that of w2; a forgotten 1/2 explains all eight."""
    assert kinds(marked(*mazur_gradients(W1=2, W2=2))) == {"no_half": 8}
    assert kinds(marked(*mazur_gradients(W1=2, W2=2), digits=3)) == {"no_half": 8}


def test_one_doubled_cell_among_right_ones_is_no_forgotten_half() -> None:
    """What would have spoilt the others, which are right, was not done."""
    template, exercise, numbers = mazur_gradients(W1=1, W2=1)
    first = {"dW2[1,1]": 2 * numbers["dW2[1,1]"]}
    assert kinds(marked(template, exercise, {**numbers, **first})) == {"factor_two": 1}


def test_the_slope_of_another_activation_is_known() -> None:
    """a (1 - a) under tanh, by hand."""
    template = template_of("dense")
    numbers = first_row(run("dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * a1 * (1 - a1)")))
    for phases in (("gradients",), ON_THE_WAY_BACK):
        found = marked(template, exercise_of(template, phases, numbers), numbers)
        assert set(kinds(found)) == {"slope_of_other"}


def test_two_mistakes_at_once_are_both_named() -> None:
    """A forgotten 1/2 everywhere, and in the hidden layer the slope left out or the sign turned as well."""
    assert kinds(marked(*mazur_gradients(W1=-2, W2=2))) == {"no_half": 8, "sign": 4}
    template, exercise, numbers = mazur_gradients(W1=2, W2=2)
    history = train(template)
    for unit, x in ((u, x) for u in (1, 2) for x in (1, 2)):
        numbers[f"dW1[{unit},{x}]"] /= float(history[f"f'1[{unit}]"][0])
    assert kinds(marked(template, exercise, numbers)) == {"no_half": 8, "no_slope": 4}


def test_who_keeps_the_digits_on_a_calculator_is_not_told_wrong_behind_a_slip() -> None:
    """Three digits are written of each number, all are computed with: one slip is one wrong cell."""
    template = load_template("mazur", ("training.iterations=1",))
    history = first_row(train(template))
    inputs, numbers = template.inputs(), dict(history)
    numbers["dz2[1]"] *= -1
    for unit in (1, 2):
        numbers[f"dW2[1,{unit}]"] *= -1
        back = numbers["dz2[1]"] * history[f"W2[1,{unit}]"] + history["dz2[2]"] * history[f"W2[2,{unit}]"]
        numbers[f"da1[{unit}]"] = back
        numbers[f"dz1[{unit}]"] = back * history[f"f'1[{unit}]"]
        numbers |= {f"dW1[{unit},{j}]": numbers[f"dz1[{unit}]"] * inputs[f"x[{j}]"] for j in (1, 2)}
    exercise = exercise_of(template, ON_THE_WAY_BACK, history)
    found = marked(template, exercise, numbers, digits=3)
    assert [v.blank.name for v in found if v.status == "wrong"] == ["dz2[1]"]
    assert [v.mistake for v in found if v.status == "wrong"] == [Mistake.SIGN]


def test_a_typing_error_has_no_name() -> None:
    """With all its digits it agrees with none of so many mistakes."""
    template, exercise, numbers = mazur_gradients(W1=1, W2=1)
    chance, namer = np.random.default_rng(5), Namer(exercise.contents)
    for _ in range(20):
        name = chance.choice(sorted(numbers))
        changed = {**numbers, str(name): numbers[str(name)] * math.exp(chance.normal())}
        assert set(kinds(marked(template, exercise, changed, namer=namer))) <= {"unknown", "inexact"}
