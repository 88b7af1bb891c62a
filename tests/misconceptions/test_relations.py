"""Which quantities may be taken for which, of any block."""

from __future__ import annotations

import pytest

from tests.classes import plan
from tests.made_up_blocks import made_up
from xlbp.misconceptions.relations import Relations
from xlbp.mistakes import Mistake
from xlbp.workbook.layout.contents import Contents


def relations(contents: Contents) -> Relations:
    """Of an exercise."""
    return Relations(contents.template.model, contents.program)


def of_template(template: str, *overrides: str) -> Relations:
    """Of a shipped template."""
    return relations(plan(template, "gradients", "training.iterations=1", *overrides).contents)


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("K1[1,1,2]", Mistake.OTHER_WEIGHT), ("R3[1,2]", Mistake.OTHER_WEIGHT), ("g2[1]", Mistake.OTHER_BIAS),
        ("dK1[1,1,2]", Mistake.OTHER_GRADIENT), ("z1[2,1]", Mistake.OTHER_UNIT), ("a1[1,2]", Mistake.OTHER_INPUT),
        ("x[1]", Mistake.OTHER_INPUT), ("t[1]", Mistake.OTHER_TARGET), ("dz1[1,2]", Mistake.OTHER_DELTA),
        ("da1[1,1]", Mistake.OTHER_DELTA), ("dw2[1]", Mistake.OTHER_DELTA), ("f'1[2,2]", Mistake.OTHER_SLOPE),
        ("e[1]", Mistake.OTHER_ERROR), ("w2[1]", Mistake.OTHER_QUANTITY), ("eta", Mistake.OTHER_QUANTITY),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_the_role(name: str, mistake: Mistake) -> None:
    """Whatever letter a block gives its tensors."""
    assert relations(made_up()).mistake(name) is mistake


def test_siblings_are_the_other_elements_of_the_tensor() -> None:
    """Of the same sample, with any number of indices; what has no index is alone; states of two tensors are apart."""
    kernels = relations(made_up(2))
    assert kernels.siblings("K1[1,1,2]") == ["K1[1,1,1]", "K1[2,1,1]", "K1[2,1,2]"]
    assert kernels.siblings("z1[1,2]@2") == ["z1[1,1]@2", "z1[2,1]@2", "z1[2,2]@2"]
    assert kernels.siblings("U3[1,1]") == ["U3[1,2]", "U3[2,1]", "U3[2,2]"]
    assert kernels.siblings("E@1") == kernels.siblings("eta") == []
    adam = of_template("mazur", "training.optimizer=adam")
    assert adam.siblings("m:W1[1,1]") == ["m:W1[1,2]", "m:W1[2,1]", "m:W1[2,2]"]


def test_of_a_formula_any_quantity_may_be_taken_for_any_other() -> None:
    """But no setting, and nothing that is named for its kind."""
    formula = of_template("into-backprop")
    assert {"b", "c", "d", "f", "eta"} <= {*formula.siblings("a")}
    assert formula.mistake("a") is Mistake.OTHER_QUANTITY
    assert not formula.are_siblings("a", "b")


def test_the_indices_of_a_matrix_are_exchanged() -> None:
    """Of weights with two indices and their gradients, in either matrix of a layer; of no other tensor."""
    kernels = relations(made_up())
    assert kernels.transposed("U3[1,2]") == "U3[2,1]"
    assert kernels.transposed("dR3[2,1]") == "dR3[1,2]"
    assert [kernels.transposed(name) for name in ("U3[1,1]", "K1[1,1,2]", "z1[1,2]", "a1[2,1]", "t[1]")] == [None] * 5


def test_the_slope_between_two_derivatives() -> None:
    """From dE/dz to dE/da, with the local derivative between them or, where that has no cell, the derivative itself."""
    kernels = relations(made_up())
    assert kernels.without_slope("dz1[2,1]") == ("da1[2,1]", "f'1[2,1]")
    assert kernels.without_slope("dz2[1]") == ("da2[1]", "dz2[1]")
    assert [kernels.without_slope(name) for name in ("dz3[1]", "da1[1,1]", "dK1[1,1,1]", "eta")] == [None] * 4
    maxout = of_template("iris", "network.layers.1.activation={name='maxout',pieces=2}")
    assert maxout.without_slope("dz1[3]@1") == ("da1[2]@1", "dz1[3]@1")


def test_slopes_stand_by_tensor_with_all_samples() -> None:
    """In the order of the layers."""
    assert list(of_template("mazur").slopes) == ["f'1", "f'2"]
    assert of_template("xor").slopes["f'1"][:5] == ["f'1[1]@1", "f'1[1]@2", "f'1[1]@3", "f'1[1]@4", "f'1[2]@1"]
    assert [len(slopes) for slopes in relations(made_up(2)).slopes.values()] == [8]


def test_the_next_target_is_that_of_the_next_output() -> None:
    """Behind the last comes the first; of the same sample of the row, not of the table; a single one has no next."""
    iris = of_template("iris")
    assert [iris.next_target(f"t[{output}]@2") for output in (1, 2, 3)] == ["t[2]@2", "t[3]@2", "t[1]@2"]
    assert of_template("xor").next_target("t[1]@1") is None
    assert iris.next_target("a1[1]@2") is None


SAMPLES, OUTPUTS = Mistake.SUM_FOR_MEAN, Mistake.SUM_OVER_OUTPUTS


@pytest.mark.parametrize(
    ("template", "loss", "means"),
    [
        ("mazur", "half_squared_error", {}), ("mazur", "mse", {2: OUTPUTS}), ("mazur", "huber", {2: OUTPUTS}),
        ("xor", "mse", {4: SAMPLES}), ("iris", "cross_entropy", {12: SAMPLES}),
        ("iris", "mse", {12: SAMPLES, 3: OUTPUTS}),
    ],
)  # fmt: skip
def test_the_loss_tells_of_what_it_is_a_mean(template: str, loss: str, means: dict[int, Mistake]) -> None:
    """Of the samples, and of the outputs unless it is their sum; and what it is to take the sum instead."""
    assert dict(of_template(template, f"network.loss={loss}").means) == means
