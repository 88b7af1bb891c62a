"""Mistakes in one formula, and in a whole row, of any block."""

from __future__ import annotations

import numpy as np
import pytest

from tests.classroom.rows import computed_row
from tests.made_up_blocks import columns_of, made_up
from xlbp.classroom.exercise.blanks import Blank, find_blanks
from xlbp.classroom.exercise.kinds.registry import BLANKS
from xlbp.classroom.exercise.layout import lay_out_exercise
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.judge import Key, judge
from xlbp.classroom.marking.verdict import Verdict
from xlbp.misconceptions.catalogue import misconceptions
from xlbp.misconceptions.misconception import Misconception
from xlbp.misconceptions.mutants import Setting, mutants
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.relations import Relations
from xlbp.misconceptions.row import Row
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import leaky_relu, ref


class MadeUp:
    """An exercise on a network of blocks that the program does not know, with its right answers."""

    def __init__(self, blank: str, samples: int = 1) -> None:
        self.contents = made_up(samples)
        self.exercise = lay_out_exercise(self.contents, find_blanks(self.contents, blank), BLANKS, marked=False)
        self.numbers = self.contents.template.inputs()
        program = self.contents.program
        rows = [computed_row(0, program, self.numbers, None)]
        for t in range(1, self.contents.layout.iterations + 1):
            rows.append(computed_row(t, program, self.numbers, rows[-1]))
        self.history = {name: np.array([row.now(name) for row in rows]) for name in program.names}

    def __call__(self, name: str) -> float:
        """A number of the first row."""
        return self.numbers[name] if name in self.numbers else float(self.history[name][0])

    def verdict(self, name: str, value: float) -> Verdict:
        """On right answers but for this one."""
        cells = self.exercise.blanks.cells
        answers = {b: Answer(float(self.history[b.name][b.iteration]), "=x") for b in cells}
        answers[Blank(name, 0)] = Answer(value, "=x")
        verdicts = judge(self.exercise, answers, Key(self.history, self.numbers)).verdicts
        return next(verdict for verdict in verdicts if verdict.blank == Blank(name, 0))

    def mistake(self, name: str, value: float) -> tuple[Mistake | None, str]:
        """What an answer is called, and what it is about."""
        verdict = self.verdict(name, value)
        return verdict.mistake, verdict.about


@pytest.fixture(scope="module")
def everything() -> MadeUp:
    """All cells of a row left blank."""
    return MadeUp("forward,backward,gradients,update")


@pytest.mark.slow
def test_mistakes_of_a_forward_pass_are_named(everything: MadeUp) -> None:
    """A bias left out, another number of a kernel, a matrix turned round, another pre-activation."""
    v = everything
    sums = v("K1[1,1,1]") * v("x[1]") + v("K1[1,1,2]") * v("x[2]")
    assert v.mistake("z1[1,1]", sums) == (Mistake.NO_BIAS, "c1[1]")
    other = v("z1[1,1]") + (v("K1[2,1,1]") - v("K1[1,1,1]")) * v("x[1]")
    assert v.mistake("z1[1,1]", other) == (Mistake.OTHER_WEIGHT, "K1[2,1,1]")
    turned = sum((v(f"U3[{i},1]") + v(f"R3[{i},1]")) * v(f"a2[{i}]") for i in (1, 2))
    assert v.mistake("z3[1]", turned) == (Mistake.TRANSPOSED, "U3[1,2]")
    assert v.mistake("a1[2,2]", 1 / (1 + np.exp(-v("z1[2,1]")))) == (Mistake.OTHER_UNIT, "z1[2,1]")


@pytest.mark.slow
def test_mistakes_of_a_backward_pass_are_named(everything: MadeUp) -> None:
    """The slope left out, another slope, a path, a matrix turned round, parameters after the update."""
    v = everything
    assert v.mistake("dz1[1,2]", v("da1[1,2]")) == (Mistake.NO_SLOPE, "f'1[1,2]")
    assert v.mistake("dz1[1,2]", v("da1[1,2]") * v("f'1[2,1]")) == (Mistake.OTHER_SLOPE, "f'1[2,1]")
    assert v.mistake("da1[1,2]", v("dz2[1]") * v("V2[1,1,2]"))[0] is Mistake.NO_PATH
    updated = sum(v(f"dz2[{i}]") * v(f"V2+[{i},1,2]") for i in (1, 2))
    assert v.mistake("da1[1,2]", updated)[0] is Mistake.UPDATED_WEIGHTS
    turned = sum(v(f"dz3[{i}]") * (v(f"U3[1,{i}]") + v(f"R3[1,{i}]")) for i in (1, 2))
    assert v.mistake("da2[1]", turned)[0] is Mistake.TRANSPOSED


@pytest.mark.slow
def test_mistakes_of_gradients_and_updates_are_named(everything: MadeUp) -> None:
    """Another delta, another input, another gradient; the slope left out of all."""
    v = everything
    assert v.mistake("dV2[1,1,2]", v("dz2[2]") * v("a1[1,2]")) == (Mistake.OTHER_DELTA, "dz2[2]")
    assert v.mistake("dV2[1,1,2]", v("dz2[1]") * v("a1[2,1]")) == (Mistake.OTHER_INPUT, "a1[2,1]")
    step = v("eta") * v("dK1[2,1,1]")
    assert v.mistake("K1+[1,1,1]", v("K1[1,1,1]") - step) == (Mistake.OTHER_GRADIENT, "dK1[2,1,1]")
    without = v("da1[1,1]") * v("x[1]") + v("da1[1,2]") * v("x[2]")
    assert v.mistake("dK1[1,1,1]", without) == (Mistake.NO_SLOPE, "f'1[1,1]")


def test_a_mistake_on_the_way_is_named() -> None:
    """Of a student who works out a gradient alone, without the slope, or with updated parameters all the way."""
    v = MadeUp("gradients")
    da = [sum(v(f"dz2[{i}]") * v(f"V2[{i},1,{p}]") for i in (1, 2)) for p in (1, 2)]
    assert v.mistake("dK1[1,1,1]", da[0] * v("x[1]") + da[1] * v("x[2]"))[0] is Mistake.NO_SLOPE
    da2 = [sum(v(f"dz3[{i}]") * (v(f"U3+[{i},{j}]") + v(f"R3+[{i},{j}]")) for i in (1, 2)) for j in (1, 2)]
    dv2 = da2[0] * v("w2[1]") + da2[1] * v("w2[2]")
    dz2 = [-v(f"w2[{i}]") * dv2 - v(f"a2[{i}]") * da2[i - 1] for i in (1, 2)]
    dz1 = [sum(dz2[i - 1] * v(f"V2+[{i},1,{p}]") for i in (1, 2)) * v(f"f'1[1,{p}]") for p in (1, 2)]
    assert v.mistake("dK1[1,1,1]", dz1[0] * v("x[1]") + dz1[1] * v("x[2]"))[0] is Mistake.UPDATED_WEIGHTS


@pytest.mark.slow
def test_mistakes_over_a_batch_are_named() -> None:
    """One sample, another sample."""
    v = MadeUp("forward,gradients", samples=2)
    assert v.mistake("dU3[1,2]", v("dz3[1]@2") * v("a2[2]@2")) == (Mistake.ONE_SAMPLE, "@2")
    assert v.mistake("w2[1]@1", v("w2[1]@2")) == (Mistake.OTHER_SAMPLE, "@2")


def misconceptions_of(made: MadeUp, mistake: Mistake) -> list[Misconception]:
    """Every way in which a mistake is made in a problem."""
    template, program = made.contents.template, made.contents.program
    each = misconceptions(Problem(template, Row(template.model, program)))
    return [misconception for misconception in each if misconception.mistake is mistake]


def test_a_mistake_runs_through_a_whole_row(everything: MadeUp) -> None:
    """Every cell or derivative that it touches is another, none other."""
    slopes = [set(each.slopes) for each in misconceptions_of(everything, Mistake.NO_SLOPE)]
    assert {(f"a1[{f},{p}]", f"z1[{f},{p}]") for f in (1, 2) for p in (1, 2)} in slopes
    turned = [set(each.cells) for each in misconceptions_of(everything, Mistake.TRANSPOSED) if each.cells]
    assert {"z3[1]", "z3[2]"} in turned
    assert [set(each.cells) for each in misconceptions_of(everything, Mistake.OTHER_TARGET)] == [{"e[1]", "e[2]"}]
    lost = [{user for user, _ in each.slopes} for each in misconceptions_of(everything, Mistake.NO_PATH)]
    assert {"z3[1]"} in lost
    assert {"w2[1]", "w2[2]"} in lost


def test_any_activation_may_be_left_out() -> None:
    """One with a number of its own, too: what is left is its argument."""
    contents = made_up()
    setting = Setting(Relations(contents.template.model, contents.program), "forward")
    left = [m.expr for m in mutants(leaky_relu(ref("z1[1,1]"), 0.01), setting) if m.mistake is Mistake.NO_ACTIVATION]
    assert left == [ref("z1[1,1]")]
    assert columns_of(contents)["a1[1,1]"].expr.op == "sigmoid"
