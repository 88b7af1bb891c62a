"""Which samples are hits, by the row's formulas and by the reference."""

from __future__ import annotations

import numpy as np
import pytest

from xlbp.model.compile import compile_template
from xlbp.reference.train import train
from xlbp.symbols.expr import topological
from xlbp.symbols.interpret import Interpreter
from xlbp.template.load import parse_template


def hits(outputs: list[list[float]], targets: list[list[float]], loss: str = "mse", activation: str = "identity"):
    """The hits of samples whose pre-activations are ``outputs``, by the formulas; the reference must have the same."""
    one_hot = [[float(i == n) for i in range(len(outputs))] for n in range(len(outputs))]
    weights = [list(column) for column in zip(*outputs, strict=True)]
    text = (
        f"[network]\nloss = '{loss}'\n[[network.layers]]\nunits = {len(weights)}\nactivation = '{activation}'\n"
        f"weights = {weights}\nbias = false\n[data]\ninputs = {one_hot}\ntargets = {targets}\naccuracy = true\n"
        "[training]\niterations = 1\nlearning_rate = 0\n"
    )
    template = parse_template(text, "hits", "hits")
    values = {name: np.asarray(number) for name, number in template.inputs().items()}
    for column in compile_template(template).columns:
        values[column.name] = Interpreter(values)(column.at(0))
    marks = [f"@{n}" for n in range(1, len(outputs) + 1)]
    found = [float(values[f"hits{mark}"]) for mark in marks]
    history = train(template)
    assert found == [float(history[f"hits{mark}"][0]) for mark in marks]
    assert float(values["hits"]) == pytest.approx(sum(found) / len(found))
    return found


def test_the_largest_output_is_predicted():
    """A hit where the largest output is that of the largest target, whatever the targets' numbers."""
    outputs = [[0.1, 0.2], [0.3, 0.2], [-2.0, -1.0]]
    assert hits(outputs, [[0.01, 0.99], [0.01, 0.99], [0, 1]]) == [1, 0, 1]
    assert hits(outputs, [[-1, 1], [1, -1], [1, -1]]) == [1, 1, 0]


@pytest.mark.parametrize(("loss", "activation"), [("mse", "identity"), ("mse", "relu"), ("cross_entropy", "softmax")])
def test_of_equal_outputs_the_first_is_predicted(loss: str, activation: str):
    """A network whose outputs are all equal is right about the first class only, as by argmax."""
    targets = [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0, 0, 1.0]]
    assert hits([[0.0, 0, 0], [0.0, 0, 0], [0.0, 0, 0], [-1.0, 0.5, 0.5]], targets, loss, activation) == [1, 0, 0, 0]


@pytest.mark.parametrize("place", range(9))
def test_every_place_is_found(place: int):
    """Of nine outputs each may be the largest, and only its class is a hit."""
    outputs = [[float(i == place) for i in range(9)] for _ in range(9)]
    targets = [[float(i == n) for i in range(9)] for n in range(9)]
    assert hits(outputs, targets) == [float(n == place) for n in range(9)]


@pytest.mark.parametrize(
    ("loss", "activation", "targets"),
    [
        ("binary_cross_entropy", "sigmoid", [1, 0, 0, 1]),
        ("hinge", "identity", [1, -1, -1, 1]),
        ("mse", "sigmoid", [0.9, 0.2, 0, 1]),
    ],
)
def test_one_output_predicts_by_its_threshold(loss: str, activation: str, targets: list[float]):
    """Above the threshold is the upper class; on it is the lower one."""
    assert hits([[2.0], [-1.0], [0.0], [0.0]], [[t] for t in targets], loss, activation) == [1, 1, 1, 0]


def test_many_classes_nest_no_deeper_than_excel_allows():
    """Two hundred classes make no more than 8 IFs within each other, where Excel allows 64."""
    classes = 200
    text = (
        f"[network]\nloss = 'cross_entropy'\n[[network.layers]]\nunits = {classes}\nactivation = 'softmax'\n"
        f"[data]\ninputs = [[1]]\ntargets = [{[1.0] + [0.0] * (classes - 1)}]\naccuracy = true\n"
        "[training]\niterations = 1\nlearning_rate = 1\n"
    )
    row = compile_template(parse_template(text, "many", "many"))
    formula = next(column.expr for column in row.columns if column.name == "hits")
    depth = {}
    for node in topological(formula):
        depth[node] = max((depth[arg] for arg in node.args), default=0) + (node.op == "if_positive")
    assert depth[formula] <= 10
