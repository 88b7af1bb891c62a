"""Cell by cell: right, wrong, empty, following from a slip; and the name of the mistake."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.classes import plan
from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.layout import Exercise
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.judge import Key, judge
from xlbp.classroom.marking.verdict import Verdict
from xlbp.reference.train import prepared, train

TEMPLATES = ("mazur", "xor", "into-backprop", "relu-softmax-three-layer", "uneven-slopes-adam", "vanishing-relu")


class Case:
    """An exercise with its right answers."""

    def __init__(self, template: str, blank: str) -> None:
        self.exercise: Exercise = plan(template, blank, marked=False).version()
        problem = self.exercise.contents.template
        self.history = train(problem)
        self.key = Key(self.history, prepared(problem, problem.inputs()))

    def value(self, name: str, t: int = 0) -> float:
        """The right number."""
        return float(self.history[name][t])

    def right(self) -> dict[Blank, Answer]:
        """All answers, by formula."""
        return {b: Answer(self.value(b.name, b.iteration), "=x") for b in self.exercise.blanks.cells}

    def verdicts(self, changes: Mapping[Blank, float | None], formula: str = "=x") -> dict[Blank, Verdict]:
        """The verdicts on right answers but for these."""
        answers = self.right() | {b: Answer(v, formula if v is not None else "") for b, v in changes.items()}
        return {v.blank: v for v in judge(self.exercise, answers, self.key).verdicts}

    def mistake(self, name: str, value: float, t: int = 0) -> str:
        """The name of the mistake of one wrong answer."""
        verdict = self.verdicts({Blank(name, t): value})[Blank(name, t)]
        assert verdict.status == "wrong"
        return verdict.kind


@pytest.fixture(scope="module")
def mazur() -> Case:
    """Everything of the 2-2-2 example blank."""
    return Case("mazur", "forward,backward,gradients,update")


@pytest.mark.parametrize("template", TEMPLATES)
def test_right_answers_are_right(template: str) -> None:
    """Every band of every kind of training: the reference's numbers are right, in every row."""
    case = Case(template, "forward,backward,gradients,update")
    assert Counter(v.status for v in case.verdicts({}).values()) == {"right": len(case.exercise.blanks.cells)}


def test_one_slip_costs_once() -> None:
    """A wrong delta, and all that is computed from it by the student's own numbers: one wrong, the rest follows."""
    case = Case("mazur", "backward,gradients")
    slip = Blank("dz2[1]", 0)
    wrong = -case.value("dz2[1]")
    w5, w6 = case.value("W2[1,1]"), case.value("W2[1,2]")
    rest = case.value("dz2[2]")
    da = (wrong * w5 + rest * case.value("W2[2,1]"), wrong * w6 + rest * case.value("W2[2,2]"))
    changes = {slip: wrong}
    for unit in (1, 2):
        dz = da[unit - 1] * case.value(f"f'1[{unit}]")
        changes |= {Blank(f"da1[{unit}]", 0): da[unit - 1], Blank(f"dz1[{unit}]", 0): dz}
        changes |= {Blank(f"dW1[{unit},{j}]", 0): dz * x for j, x in ((1, 0.05), (2, 0.10))}
        changes |= {Blank(f"dW2[1,{unit}]", 0): wrong * case.value(f"a1[{unit}]")}
    found = {b: v for b, v in case.verdicts(changes).items() if b.iteration == 0}
    assert found[slip].status == "wrong"
    assert all(found[b].status == "follows" for b in changes if b != slip)
    assert Counter(v.status for v in found.values())["wrong"] == 1


def test_an_empty_cell_gives_nothing_away(mazur: Case) -> None:
    """It is empty, what is rightly computed after it is right, and a 0 that only its emptiness makes is wrong."""
    after = Blank("dW2[1,1]", 0)
    changes = {Blank("dz2[1]", 0): None}
    assert mazur.verdicts(changes)[Blank("dz2[1]", 0)].status == "empty"
    assert mazur.verdicts(changes)[after].status == "right"
    assert mazur.verdicts({**changes, after: 0.0})[after].status == "wrong"


def test_a_layers_norm_is_no_answer_to_take_for_another(mazur: Case) -> None:
    """The length of a gradient is no cell to fill in: an answer that happens to be it is not named by it."""
    assert mazur.mistake("dW1[1,1]", 0.1) != "other_cell"


def test_a_rounded_answer_is_no_slip(mazur: Case) -> None:
    """What is computed from a rightly rounded number is right, too."""
    rounded = float(f"{mazur.value('dz2[1]'):.3g}")
    found = mazur.verdicts({Blank("dz2[1]", 0): rounded, Blank("dW2[1,1]", 0): rounded * mazur.value("a1[1]")})
    assert {found[Blank(n, 0)].status for n in ("dz2[1]", "dW2[1,1]")} == {"right"}


def test_a_text_is_wrong_and_said_to_be_one(mazur: Case) -> None:
    """No number, no guess."""
    assert mazur.mistake("dz2[1]", math.nan) == "no_number"


def test_a_typed_value_may_be_asked_to_be_a_formula(mazur: Case) -> None:
    """Right by default, wrong where formulas are asked for."""
    typed = mazur.right() | {Blank("E", 0): Answer(mazur.value("E"), "")}
    for formulas_only, wanted in ((False, ("right", "")), (True, ("wrong", "value"))):
        found = judge(mazur.exercise, typed, mazur.key, formulas_only).verdicts
        [verdict] = [v for v in found if v.blank == Blank("E", 0)]
        assert (verdict.status, verdict.kind) == wanted


# the numbers below are worked out here by hand, as a student with this mistake would


def test_mistakes_of_the_forward_pass_are_named(mazur: Case) -> None:
    """Bias, activation, target, square, half, transposed weights, plus for minus."""
    v = mazur.value
    assert mazur.mistake("z1[1]", 0.15 * 0.05 + 0.20 * 0.10) == "no_bias"
    assert mazur.mistake("z2[1]", 0.40 * v("a1[1]") + 0.50 * v("a1[2]") + 0.60) == "transposed"
    assert mazur.mistake("a1[1]", v("z1[1]")) == "no_activation"
    assert mazur.mistake("a1[1]", math.tanh(v("z1[1]"))) == "other_activation"
    assert mazur.mistake("e[1]", v("a2[1]") - 0.99) == "other_target"
    assert mazur.mistake("e[1]", v("a2[1]") + 0.01) == "operator"
    assert mazur.mistake("e[1]", 0.01 - v("a2[1]")) == "sign"
    assert mazur.mistake("E[1]", v("e[1]") ** 2) == "no_half"
    assert mazur.mistake("E[1]", v("e[1]") / 2) == "not_squared"


@pytest.mark.slow
def test_mistakes_of_the_backward_pass_are_named(mazur: Case) -> None:
    """Slope, path, transposed and updated weights, another unit's slope, the input for the output."""
    v = mazur.value
    assert mazur.mistake("dz2[1]", v("da2[1]")) == "no_slope"
    assert mazur.mistake("dz1[2]", v("da1[2]") * v("f'1[1]")) == "other_slope"
    assert mazur.mistake("da1[1]", v("dz2[1]") * 0.40) == "no_path"
    assert mazur.mistake("da1[1]", v("dz2[1]") * 0.40 + v("dz2[2]") * 0.45) == "transposed"
    updated = v("dz2[1]") * v("W2+[1,1]") + v("dz2[2]") * v("W2+[2,1]")
    assert mazur.mistake("da1[1]", updated) == "updated_weights"
    assert mazur.mistake("f'2[1]", v("z2[1]") * (1 - v("z2[1]"))) == "input_of_activation"


@pytest.mark.slow
def test_mistakes_of_gradients_and_updates_are_named(mazur: Case) -> None:
    """Slope, delta, input; direction, rate, another gradient, the step alone, no step."""
    v, w = mazur.value, mazur.value("W2[1,1]")
    assert mazur.mistake("dW2[1,1]", v("da2[1]") * v("a1[1]")) == "no_slope"
    assert mazur.mistake("dW2[1,1]", v("dz2[2]") * v("a1[1]")) == "other_delta"
    assert mazur.mistake("dW1[1,1]", -v("dW1[1,1]")) == "sign"
    assert mazur.mistake("dW2[1,1]", 0.5 * v("dW2[1,1]")) in ("factor_half", "with_rate")
    assert mazur.mistake("W2+[1,1]", w + 0.5 * v("dW2[1,1]")) == "direction"
    assert mazur.mistake("W2+[1,1]", w - v("dW2[1,1]")) == "no_rate"
    assert mazur.mistake("W2+[1,1]", w - 0.5 * v("dW2[2,1]")) == "other_gradient"
    assert mazur.mistake("W2+[1,1]", -0.5 * v("dW2[1,1]")) == "step_alone"
    assert mazur.mistake("W2+[1,1]", w) == "not_moved"


def test_a_mistake_on_the_way_is_named() -> None:
    """A student who works out a gradient alone, leaving the slope of the output layer out: cells lie between."""
    case = Case("mazur", "gradients")
    v = case.value
    da = v("da2[1]") * 0.40 + v("da2[2]") * 0.50  # the deltas of the outputs without their slopes
    assert case.mistake("dW1[1,1]", da * v("f'1[1]") * 0.05) == "no_slope"
    old = (v("dz2[1]") * v("W2+[1,1]") + v("dz2[2]") * v("W2+[2,1]")) * v("f'1[1]") * 0.05
    assert case.mistake("dW1[1,1]", old) == "updated_weights"


def test_mistakes_over_a_batch_are_named() -> None:
    """Sum for mean, one sample for all."""
    case = Case("xor", "gradients")
    one = case.value("dz2[1]@2") * case.value("a1[1]@2")
    assert case.mistake("dW2[1,1]", 4 * case.value("dW2[1,1]")) == "sum_for_mean"
    assert case.mistake("dW2[1,1]", one) == "one_sample"


def test_the_small_slip_of_a_famous_sheet_is_seen(mazur: Case) -> None:
    """Another unit's output in a derivative is off by less than a percent, and is named."""
    v = mazur.value
    slipped = v("da1[2]") * v("a1[1]") * (1 - v("a1[1]"))
    assert abs(slipped / v("dz1[2]") - 1) < 0.01
    assert mazur.mistake("dz1[2]", slipped) == "other_slope"


def test_few_digits_are_named(mazur: Case) -> None:
    """Two digits are too few, three are enough."""
    assert mazur.mistake("da2[2]", float(f"{mazur.value('da2[2]'):.1e}")) == "rounding"
    three = float(f"{mazur.value('dz1[1]'):.2e}")
    assert mazur.verdicts({Blank("dz1[1]", 0): three})[Blank("dz1[1]", 0)].status == "right"


def test_what_is_no_known_mistake_has_no_name(mazur: Case) -> None:
    """A typing error is wrong, and nothing is made up about it."""
    assert mazur.mistake("dW2[1,1]", 0.7531) == ""


def test_the_answer_of_a_neighbour_is_named(mazur: Case) -> None:
    """Another cell's, another row's, another student's."""
    assert mazur.mistake("dW1[1,1]", mazur.value("dW2[2,1]")) == "other_cell"
    assert mazur.mistake("dW2[1,1]", mazur.value("dW2[1,1]", 1)) == "other_row"


def test_a_formula_of_variables_is_judged_too() -> None:
    """A factor forgotten, another variable, a sign: no layers needed."""
    case = Case("into-backprop", "forward")
    a, b, c = (case.value(n) for n in "abc")
    assert case.mistake("d", a - b) == "sign_of_term"
    assert case.mistake("f", (a + b)) == "no_factor"
    assert case.mistake("f", -(a + b) * c) == "sign"


def test_a_mistake_on_the_way_of_any_block_is_named() -> None:
    """Gradients of a student who takes mean and variance for constants: by the misconceptions of every block."""
    case = Case("batch-norm", "gradients")
    v, samples = case.value, range(1, 5)
    deltas = [v(f"dn2[1]@{s}") / v("s2[1]") for s in samples]
    gradient = sum(delta * v(f"a0[1]@{s}") for s, delta in zip(samples, deltas, strict=True)) / 4
    assert case.mistake("dW1[1,1]", gradient) == "norm_no_statistics"
