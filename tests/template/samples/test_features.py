"""Inputs that are computed from others: what a template may write, what they are called, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.template.faults import must_fail
from xlbp.model.compile import compile_template
from xlbp.reference.data import prepare
from xlbp.reference.train import answers, train
from xlbp.symbols.interpret import Interpreter
from xlbp.template.features import Feature, read_feature
from xlbp.template.load import parse_template
from xlbp.template.template import Template

FEATURES = 'features = ["x1^2", "x1*x2", "sin x2", "cos(x1)", "x1*x2^2"]'
TEXT = """[network]
[[network.layers]]
units = 1
activation = "sigmoid"
weights = { init = "normal", seed = 2 }
[data]
inputs = [[0.5, -1], [1.5, 0.25], [-0.75, 2], [0.1, 0.9]]
targets = [[1], [0], [1], [0]]
FEATURES
[training]
iterations = 3
learning_rate = 0.1
"""
LINE = 9  # of the features


def template(features: str = FEATURES, more: str = "") -> Template:
    """Four samples of two numbers, with these features."""
    return parse_template(TEXT.replace("FEATURES", f"{features}\n{more}"), "t", "t")


def by_hand(a: float, b: float) -> list[float]:
    """The features of one sample."""
    return [a * a, a * b, math.sin(b), math.cos(a), a * b * b]


@pytest.mark.parametrize(
    ("text", "feature", "symbol"),
    [
        ("x1^2", Feature((0, 0)), "area²"),
        ("area ^ 2", Feature((0, 0)), "area²"),
        ("area**3", Feature((0, 0, 0)), "area³"),
        ("x1*x2", Feature((0, 1)), "area·no. of rooms"),
        ("area * no. of rooms", Feature((0, 1)), "area·no. of rooms"),
        ("x_1 · x[2]^2", Feature((0, 1, 1)), "area·no. of rooms²"),
        ("sin x1", Feature((0,), "sin"), "sin(area)"),
        ("cos(no. of rooms)", Feature((1,), "cos"), "cos(no. of rooms)"),
    ],
)
def test_a_feature_is_written_by_names_or_numbers(text: str, feature: Feature, symbol: str) -> None:
    """A column by its own name, or by its number; shown with the signs of mathematics."""
    names = ("area", "no. of rooms")
    assert read_feature(text, names) == feature
    assert feature.symbol(names) == symbol


@pytest.mark.parametrize("text", ["x1", "x3^2", "x0*x1", "tan x1", "", "x1^9", "x1*x1*x1*x1*x1*x1*x1", "x1+x2", "sin"])
def test_what_is_no_feature_is_refused(text: str) -> None:
    """A column alone, an input that is not there, another function, sums, powers beyond the sixth."""
    with pytest.raises(ValueError, match=r".*"):
        read_feature(text, ("area", "rooms"))


@pytest.mark.parametrize("more", ["", "scale = 'standard'", "scale = 'minmax'", "test = 1"])
def test_the_reference_trains_on_them(more: str) -> None:
    """Behind the two inputs stand the five that are computed, scaled by their own statistics as the others are."""
    made = template(more=more)
    network, history = made.model.network, train(made)
    rows = np.array([[*row, *by_hand(*row)] for row in (network.given_of(n) for n in range(len(network.inputs)))])
    known = rows[: network.samples]
    if "standard" in more:
        rows = (rows - known.mean(axis=0)) / known.std(axis=0)
    if "minmax" in more:
        rows = (rows - known.min(axis=0)) / np.ptp(known, axis=0)
    found = [[history[f"a0[{j}]@{n}"][0] for j in range(1, 8)] for n in range(1, network.samples + 1)]
    assert np.array(found) == pytest.approx(rows[: network.samples], rel=1e-12)
    given = ("raw" if "scale" in more else "x") + "[{}]#1"
    assert {given.format(1), given.format(2)} <= set(made.inputs())
    assert not any(name.startswith(("raw[3]", "x[3]")) for name in made.inputs())


@pytest.mark.parametrize("more", ["", "scale = 'standard'"])
def test_both_entries_answer_alike(more: str) -> None:
    """The symbols of a new sample, interpreted, are what the reference answers to its two numbers."""
    made = template(more=more)
    point = np.array([[0.3, -0.7]])
    passed = answers(made, prepare(made.model, made.inputs()), made.model.parameters(), point)
    values = {**made.inputs(), **prepare(made.model, made.inputs())}
    known = {name: np.asarray(value) for name, value in values.items()}
    known |= dict(zip(made.model.network.given, map(np.asarray, point[0]), strict=True))
    for column in compile_template(made).answer:
        known[column.name] = Interpreter(known)(column.expr)
        assert float(known[column.name]) == pytest.approx(float(passed[column.name][0]), rel=1e-13), column.name
    expected = by_hand(*point[0])
    letter = "raw" if more else "x"
    assert [float(known[f"{letter}[{j}]"]) for j in range(3, 8)] == pytest.approx(expected, rel=1e-14)


def test_features_have_their_own_symbols() -> None:
    """In the headings of inputs, in the rows and on the data sheet."""
    symbols = template(more="scale = 'minmax'").symbols
    assert [symbols[f"a0[{j}]@1"] for j in range(1, 8)] == [
        *("x1⁽¹⁾", "x2⁽¹⁾", "x1²⁽¹⁾", "x1·x2⁽¹⁾", "sin(x2)⁽¹⁾", "cos(x1)⁽¹⁾", "x1·x2²⁽¹⁾"),
    ]
    assert symbols["raw[3]#2"] == "x1² (unscaled)#2"


@pytest.mark.parametrize(
    ("features", "message", "under"),
    [
        ('features = ["x1^2", "x3*x1"]', "the feature 'x3.x1' is of 'x3', which is no input", '"x3*x1"'),
        ('features = ["x1"]', "can't compute the feature 'x1': write squares and products as", '"x1"'),
        ('features = ["x1*x2", "x2^2", "x1 * x2"]', "features has 'x1 . x2' twice", '"x1 * x2"'),
        ('features = "x1^2"', "features must be a list of texts", "features"),
    ],
)
def test_a_wrong_feature_is_told_with_a_caret(features: str, message: str, under: str) -> None:
    """What is met, and how it is written."""
    must_fail(TEXT, ("FEATURES", features, message, LINE, under))


def test_a_feature_beyond_all_numbers_is_refused() -> None:
    """1e200 squared is no number of a cell."""
    text = TEXT.replace("FEATURES", 'features = ["x1^2"]')
    message = "a feature of sample 4 is larger than any number of a cell"
    must_fail(text, ("[0.1, 0.9]]", "[1e200, 0.9]]", message, LINE, "features"))


def test_features_of_shaped_data_are_refused() -> None:
    """A sequence has no columns x1 and x2."""
    text = TEXT.replace("FEATURES", 'features = ["x1^2"]')
    inputs = "[[0.5, -1], [1.5, 0.25], [-0.75, 2], [0.1, 0.9]]"
    must_fail(text, (inputs, "[[[1], [2]], [[2], [1]], [[1], [1]], [[2], [2]]]", "plain columns", LINE, "features"))
