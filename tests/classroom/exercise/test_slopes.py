"""What each derivative is compared with: two passes, for any block."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tests.classes import plan
from tests.classroom.rows import computed_row
from tests.made_up_blocks import columns_of, made_up
from tests.normalising_networks import BATCH_NORM, LAYER_NORM, TWO_HEADS
from tests.teaching import laid_out_of
from xlbp.classroom.exercise.blanks import is_derivative
from xlbp.classroom.exercise.slopes import BEFORE, Slope, slope_of
from xlbp.classroom.exercise.steps import steps_of
from xlbp.symbols.interpret import Interpreter
from xlbp.workbook.layout.contents import Contents

STEP = 1e-5
TEMPLATES = ("mazur", "into-backprop", "relu-softmax-three-layer", "uneven-slopes-adam")


def first_row(contents: Contents) -> dict[str, float]:
    """Every number of the first row."""
    row = computed_row(0, contents.program, contents.template.inputs(), None)
    return {name: row.now(name) for name in row.values}


def passed(contents: Contents, slope: Slope, numbers: Mapping[str, float], step: float) -> float:
    """The target after a pass that starts from the node, moved by a step."""
    columns = columns_of(contents)
    stood = {BEFORE + name: np.float64(value) for name, value in numbers.items()}
    values = {name: np.float64(value) for name, value in numbers.items()}
    values[slope.node] += step
    for name in slope.between:
        values[name] = np.float64(Interpreter({**stood, **values})(slope.expression(columns[name])))
    return float(values[slope.target])


def differences(contents: Contents) -> dict[str, tuple[float, float]]:
    """By each derivative: what the row has, and what two passes say."""
    numbers = first_row(contents)
    compared = {}
    for column in contents.program.columns:
        if is_derivative(contents, column):
            slope = slope_of(contents, column.name)
            up, down = (passed(contents, slope, numbers, step) for step in (STEP, -STEP))
            compared[column.name] = numbers[column.name], slope.count * (up - down) / (2 * STEP)
    return compared


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_derivative_is_what_two_passes_say(template: str) -> None:
    """Of the loss, along an edge, of an activation, and by a softmax's log-sum-exp."""
    for name, (derivative, difference) in differences(plan(template, "gradients").contents).items():
        assert difference == pytest.approx(derivative, rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize("samples", [1, 2])
def test_so_it_is_for_blocks_that_the_program_does_not_know(samples: int) -> None:
    """Kernels, tensors of two indices, several matrices in a layer, and helpers inside of a closed form."""
    compared = differences(made_up(samples))
    mark = "@2" if samples > 1 else ""
    assert {f"dz1[2,1]{mark}", f"f'1[1,2]{mark}", f"dw2[1]{mark}", f"dv2{mark}", "dK1[2,1,2]", "dR3[1,2]"} <= {
        *compared
    }
    for name, (derivative, difference) in compared.items():
        assert difference == pytest.approx(derivative, rel=1e-6, abs=1e-8), name


def test_a_softmax_is_moved_in_the_form_that_depends_on_its_log_sum_exp() -> None:
    """Its formula is u / S; moved by lse, it is exp(z - lse), and all else keeps its formula."""
    contents = plan("iris", "backward", "training.iterations=1", "network.loss=mse").contents
    slope = slope_of(contents, "dlse2@3")
    forms = {name: contents.layout.writer()(form) for name, form in slope.instead.items()}
    columns = {name: contents.layout.writer()(columns_of(contents)[name].expr) for name in forms}
    assert set(forms) == {f"a2[{unit}]@3" for unit in (1, 2, 3)}
    assert all(form.startswith("EXP(") and "/" in columns[name] for name, form in forms.items())
    assert slope_of(contents, "dz2[1]@3").instead == {}


@pytest.mark.parametrize("text", [BATCH_NORM, LAYER_NORM, TWO_HEADS], ids=["batch norm", "layer norm", "attention"])
def test_so_it_is_where_numbers_are_taken_together(text: str) -> None:
    """A batch norm's derivatives are those of the sum of all samples' losses; shares are a softmax of scores."""
    for name, (derivative, difference) in differences(laid_out_of(text)).items():
        assert difference == pytest.approx(derivative, rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize("template", [*TEMPLATES, "self-attention", "lstm"])
def test_what_one_formula_uses_is_computed_inside_of_it(template: str) -> None:
    """A pass has fewer cells, and comes to the same number to the last bit."""
    contents = plan(template, "gradients").contents
    columns, numbers = columns_of(contents), first_row(contents)
    stood = {BEFORE + name: np.float64(value) for name, value in numbers.items()}
    fewer = 0
    for column in contents.program.columns:
        if is_derivative(contents, column):
            slope = slope_of(contents, column.name)
            steps = steps_of(slope, columns)
            values = {name: np.float64(value) for name, value in numbers.items()}
            values[slope.node] += STEP
            for name, expr in steps.items():
                values[name] = np.float64(Interpreter({**stood, **values})(expr))
            assert float(values[slope.target]) == passed(contents, slope, numbers, STEP), column.name
            fewer += len(slope.between) - len(steps)
    assert fewer > 0
