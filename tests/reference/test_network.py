"""Backpropagation by hand."""

from __future__ import annotations

import numpy as np
import pytest

from xlbp.reference.arithmetic import in_order, matmul
from xlbp.reference.history import diverged_at
from xlbp.reference.train import forward_passes, train
from xlbp.template.load import load_template, parse_template

ONE = """
[network]
[[network.layers]]
units = 1
activation = "{activation}"
weights = [[{w}]]
bias = false
[data]
inputs = [[{x}]]
targets = [[{t}]]
[training]
iterations = {n}
learning_rate = {eta}
"""


def one(activation="identity", w=0.5, x=1, t=0, n=3, eta=0.1):
    """A single unit with a single weight."""
    return parse_template(ONE.format(activation=activation, w=w, x=x, t=t, n=n, eta=eta), "one", "one")


def test_sums_run_from_left_to_right():
    """The order of a sum is that of a chain of +, which a spreadsheet follows, bit for bit."""
    terms = np.array([1e16, 1.0, -1e16, 1.0])
    expected = ((1e16 + 1.0) - 1e16) + 1.0
    assert expected == in_order(terms)
    assert expected == matmul(terms[None, :], np.ones((4, 1)))[0, 0]


def test_one_weight_shrinks_geometrically():
    """For E = w²/2 each step multiplies w by 1 - eta."""
    history = train(one())
    expected = [0.5 * 0.9**t for t in range(4)]
    assert history["W1[1,1]"].tolist() == pytest.approx(expected, rel=1e-15)


def test_the_update_of_a_row_is_the_parameter_of_the_next():
    """W+ of row t is W of row t + 1, for every parameter of every layer."""
    history = train(load_template("three-two-two", ("training.iterations=5",)))
    for name in ("W1[2,3]", "W2[1,2]", "b1", "b2"):
        letters, bracket, index = name.partition("[")
        assert history[f"{letters}+{bracket}{index}"][:-1].tolist() == history[name][1:].tolist()


def test_a_diverging_row_is_computed_once():
    """The row in which numbers overflow starts from the parameters it was handed, not from half an update."""
    history = train(one(w=1e200, eta=1e200, n=4))
    assert diverged_at(history) == 0
    assert history["W1[1,1]"][0] == 1e200
    assert np.isnan(history["W1[1,1]"][1:]).all()


def test_an_error_stays_an_error():
    """No infinity comes back as a number: sigmoid of an overflow is an error, not 1."""
    history = train(one("sigmoid", w=1e300, x=1e300))
    assert np.isnan(history["z1[1]"][0])
    assert np.isnan(history["a1[1]"][0])


def test_relu_of_nothing_has_slope_zero():
    """relu'(0) = 0, so a dead unit's weight does not move."""
    history = train(one("relu", w=0.0, t=1))
    assert history["f'1[1]"].tolist() == [0, 0, 0, 0]
    assert history["W1[1,1]"].tolist() == [0, 0, 0, 0]


def test_forward_passes_are_rows_of_their_own():
    """Each setting of the parameters gives the row that training from there would begin with."""
    template = load_template("mazur")
    settings = [{"W1[1,1]": 0.15}, {"W1[1,1]": 9.0}]
    found = forward_passes(template, template.inputs(), settings)["E"]
    own = train(template)["E"][0]
    moved = train(template, {**template.inputs(), "W1[1,1]": 9.0})["E"][0]
    assert found.tolist() == [own, moved]


def test_nothing_diverges_in_a_good_training():
    """A training that stays finite has no iteration of divergence."""
    assert diverged_at(train(one())) is None


def test_sequences_that_are_kept_from_training():
    """With an output at each step, and nobody asking how many are right, the test loss is the mean over sequences."""
    text = """[network]
[[network.layers]]
kind = "rnn"
units = 1
weights = [[0.5]]
recurrent = 0.25
returns = "all"
[data]
inputs = [[[1], [2]]]
targets = [[[0], [0]]]
test_inputs = [[[1], [2]], [[3], [4]]]
test_targets = [[[0], [0]], [[0], [0]]]
[training]
learning_rate = 0.1
iterations = 1
"""
    history = train(parse_template(text, "sequences", "sequences"))
    assert history["E@T"][0] == pytest.approx((history["E@T1"][0] + history["E@T2"][0]) / 2, rel=1e-15)
    assert history["E@T1"][0] == history["E"][0]
    assert "hits@T" not in history
