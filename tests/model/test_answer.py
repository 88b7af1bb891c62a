"""The forward pass of any input: both derivations agree, at the samples it is the training's own, without dropout."""

from __future__ import annotations

import numpy as np
import pytest

from tests.teaching import laid_out, shown
from tests.templates import REPRESENTATIVES
from tests.training_templates import load, text
from tests.workbook.sheets.test_learned import POINTS as WITH_PICTURE
from xlbp.model.compile import compile_template
from xlbp.reference.train import answers, prepared
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Column
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.load import parse_template
from xlbp.template.template import Template

POINTS = np.array([[-1.5, 0.25], [0.0, 0.0], [3.0, -7.0], [40.0, 0.5]])
NETWORK = """
[template]
title = "any"
[network]
loss = "half_squared_error"
[[network.layers]]
units = 2
activation = {activation}
weights = {{ init = "uniform", seed = 4 }}
dropout = 0.5
[[network.layers]]
units = 2
activation = {activation}
weights = {{ init = "uniform", seed = 5 }}
bias_shared = true
bias_trainable = false
bias = 0.5
[data]
inputs = [[0, 1], [1, 0], [1, 1], [0.5, 2]]
targets = [[1, 0], [0, 1], [1, 1], [0.5, 0.25]]
scale = "standard"
[training]
iterations = 1
learning_rate = 0.5
"""


def with_activation(name: str) -> Template:
    """Two layers of this activation, of maxout two pieces; dropout, a frozen shared bias, scaled features."""
    spelled = '{ name = "maxout", pieces = 2 }' if name == "maxout" else f'"{name}"'
    return parse_template(NETWORK.format(activation=spelled), "test", "test")


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_formulas_and_reference_agree(name: str) -> None:
    """For every activation the columns give at any input what the reference computes by hand."""
    template = with_activation(name)
    known = prepared(template, template.inputs())
    found = answers(template, known, {}, POINTS)
    values = {key: np.asarray(value) for key, value in known.items()}
    values |= {f"raw[{j}]": POINTS[:, j - 1] for j in (1, 2)}
    columns = compile_template(template).answer
    for column in columns:
        values[column.name] = np.broadcast_to(Interpreter(values)(column.expr), (len(POINTS),))
        assert pytest.approx(found[column.name].tolist(), rel=1e-12, abs=1e-15) == values[column.name].tolist()
    assert {f"x[{j}]" for j in (1, 2)} <= {column.name for column in columns}


QUICK = ("two-moons", "xor", "zero-weights")
AS_TRAINED = sorted(WITH_PICTURE.keys() & REPRESENTATIVES.keys() - {"batch-norm"})  # it answers by running statistics


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in AS_TRAINED])
def test_at_a_sample_it_is_the_training_itself(name: str) -> None:
    """At its samples, also those kept for testing, a network answers what its row says of them at that iteration."""
    expected = shown(name)
    contents, known, network = expected.contents, expected.facts.inputs, expected.contents.network
    rows = [f"#{n}" for n in range(1, len(network.inputs) + 1)] if network.stored else list(network.marks)
    points = [[known[given + row] for given in network.given] for row in rows]
    for iteration in (0, contents.layout.iterations):
        found, _ = expected.facts.reference.answers(points, iteration)
        marks = [] if network.picks else list(enumerate(network.marks))
        marks += [(network.samples + k, mark) for k, mark in enumerate(network.test_marks)]
        for output in network.output:
            wanted = [float(expected.history[output + mark][iteration]) for _, mark in marks]
            assert pytest.approx(wanted, rel=1e-13, abs=1e-300) == [float(found[output][row]) for row, _ in marks]


def test_there_is_no_dropout() -> None:
    """Nothing of the pass knows a mask: the picture is of the network as it is tested."""
    template = load(text(layer="dropout = 0.4"))
    assert any(column.phase == "dropout" for column in compile_template(template).columns)
    assert not [c.name for c in with_columns(template) if c.name[0] in "qrh" or c.phase == "dropout"]


def with_columns(template: Template) -> tuple[Column, ...]:
    """The columns of the pass; there must be some."""
    columns = compile_template(template).answer
    assert columns
    return columns


@pytest.mark.parametrize(
    ("name", "columns"), [("iris", 23), ("three-two-two", 8), ("xor", 6), ("cnn", 26), ("into-backprop", 0)]
)
def test_every_network_has_columns(name: str, columns: int) -> None:
    """From the scaled inputs to the outputs: xor has a z and an a for each of its three units; a graph has none."""
    assert columns == len(laid_out(name).program.answer)
