"""What the front sheet says of how quantities hang together."""

from __future__ import annotations

from tests.classes import plan
from tests.made_up_blocks import made_up
from xlbp.classroom.exercise.front import wiring


def test_a_unit_is_told_with_each_weight_and_the_bias() -> None:
    """In the source's symbols, of one sample."""
    assert next(wiring(plan("mazur", "gradients").contents)) == "net_h1 comes from i1 by w1, i2 by w2, bias b1."
    assert len(list(wiring(plan("xor", "gradients").contents))) == 3


def test_a_formula_is_told_step_by_step() -> None:
    """As it stands."""
    assert list(wiring(plan("into-backprop", "gradients").contents)) == ["d = a + b", "f = d · c"]


def test_any_sum_is_told_from_its_own_formula() -> None:
    """Kernels over their places, several matrices in a layer, biases of any letter; of one sample."""
    lines = list(wiring(made_up()))
    assert lines[1] == "z1[1,2] comes from x[2] by K1[1,1,1], x[3] by K1[1,1,2], bias c1[1]."
    assert lines[-1] == "z3[2] comes from a2[1] by U3[2,1], a2[2] by U3[2,2], a2[1] by R3[2,1], a2[2] by R3[2,2]."
    assert len(lines) == len(list(wiring(made_up(2)))) == 8
