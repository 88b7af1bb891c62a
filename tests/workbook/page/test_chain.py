"""Paths of the chain rule: how many, through what, and what they come to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.normalising_networks import BATCH_NORM, LAYER_NORM, TWO_HEADS
from tests.teaching import Expected, shown, shown_of
from tests.templates import REPRESENTATIVES, loaded
from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.interpret import Interpreter
from xlbp.template.network import Network
from xlbp.workbook.page.chain import MOST_PATHS, ChainRule
from xlbp.workbook.page.lens import Lens

pytestmark = pytest.mark.slow  # many whole books


def rule_of(expected: Expected) -> ChainRule:
    """The chain rule of a book."""
    return ChainRule(Lens(expected.contents, expected.facts))


def worth(expected: Expected, expr: Expr) -> float:
    """A factor's number: interpreted on the quantities it is made from."""
    return float(Interpreter({name: np.asarray(expected.facts.value(name)) for name in names_in(expr)})(expr))


def is_alone(name: str) -> bool:
    """Whether a row of a template has one sample only."""
    model = loaded(name).model
    return not isinstance(model, Network) or model.batch == 1


ALONE = [name for name in REPRESENTATIVES if is_alone(name)]


def total(expected: Expected, parameter: str) -> float:
    """The sum of the products of a parameter's paths, and what penalties on the weights add."""
    rule = rule_of(expected)
    products = sum(math.prod(worth(expected, factor.value) for factor in path) for path in rule.paths(parameter))
    return products + sum(worth(expected, term) for term in rule.penalties(parameter))


def with_sample(expected: Expected, sample: int) -> Expected:
    """The same book with another sample chosen."""
    choices = replace(expected.facts.choices, sample=sample)
    facts = replace(expected.facts, choices=choices)
    return replace(expected, training=replace(expected.training, facts=facts))


def is_batch(name: str) -> bool:
    """Whether a row of a shipped template has several samples."""
    model = loaded(name).model
    return isinstance(model, Network) and model.batch > 1


@pytest.mark.parametrize("iteration", [0, 3])
@pytest.mark.parametrize("name", ALONE)
def test_paths_sum_to_the_gradient(name: str, iteration: int) -> None:
    """For one sample the products of a parameter's paths sum to its gradient."""
    expected = shown(name, 3, iteration=iteration)
    for parameter in expected.contents.template.parameter_order:
        gradient = float(expected.history[expected.contents.gradient(parameter)][iteration])
        assert pytest.approx(gradient, rel=1e-11, abs=1e-16) == total(expected, parameter), parameter


@pytest.mark.parametrize("name", [n for n in REPRESENTATIVES if is_batch(n)])
def test_paths_of_all_samples_average_to_the_gradient(name: str) -> None:
    """In a batch each sample has paths of its own; their mean is the gradient."""
    book = shown(name)
    count = Lens(book.contents, book.facts).samples
    samples = [with_sample(book, sample) for sample in range(1, count + 1)]
    for parameter in samples[0].contents.template.parameter_order[:6]:
        mean = sum(total(expected, parameter) for expected in samples) / count
        gradient = float(samples[0].history[f"d{parameter}"][0])
        assert pytest.approx(gradient, rel=1e-10, abs=1e-15) == mean, parameter


@pytest.mark.parametrize(
    ("name", "parameter", "count"),
    [
        ("mazur", "W2[1,1]", 1),
        ("mazur", "W1[1,1]", 2),
        ("six-neurons", "W1[1,1]", 4),
        ("xor", "W1[1,1]", 1),
        ("into-backprop", "a", 1),
        ("into-backprop", "c", 1),
    ],
)
def test_number_of_paths(name: str, parameter: str, count: int) -> None:
    """There are as many paths as ways through the network, each a different one."""
    paths = rule_of(shown(name)).paths(parameter)
    symbols = {tuple(factor.symbol for factor in path) for path in paths}
    assert (count, count) == (len(paths), len(symbols))


def test_links_of_a_path_meet() -> None:
    """What one factor differentiates by, the next differentiates."""
    for path in rule_of(shown("six-neurons")).paths("W1[1,1]"):
        tops, bottoms = zip(*(factor.symbol.split("/") for factor in path), strict=True)
        assert [bottom.removeprefix("∂") for bottom in bottoms[:-1]] == [top.removeprefix("∂") for top in tops[1:]]


def deep(layers: int) -> Expected:
    """A network of that many hidden layers of three, and one output."""
    head = '[[network.layers]]\nunits = {}\nactivation = "tanh"\nweights = {}\nbias = false\n'
    inner = head.format(3, [[0.1, -0.2, 0.3]] * 3) * layers
    data = "[data]\ninputs = [[1, 2, 3]]\ntargets = [[0.5]]\n[training]\nlearning_rate = 0.1\niterations = 1\n"
    return shown_of(f"[network]\n{inner}{head.format(1, [[0.3, 0.2, 0.1]])}{data}")


@pytest.mark.parametrize(("layers", "count"), [(1, 1), (2, 3), (3, 1), (5, 1)])
def test_too_many_paths_become_one(layers: int, count: int) -> None:
    """Nine paths and more are too many to read: one goes through the nearest derivative, worth the same."""
    expected = deep(layers)
    gradient = float(expected.history["dW1[1,1]"][0])
    assert count == len(rule_of(expected).paths("W1[1,1]")) <= MOST_PATHS
    assert pytest.approx(gradient, rel=1e-11) == total(expected, "W1[1,1]")


BRANCHING = (
    '[expression]\nvariables = { x = 2, y = 3 }\nsteps = ["p = x * y", "q = x - p", "f = p * q"]\nobjective = "f"\n'
    "[training]\nlearning_rate = 0.01\niterations = 2\n"
)


@pytest.mark.parametrize(("name", "count"), [("x", 3), ("y", 2)])
def test_branches_of_a_graph(name: str, count: int) -> None:
    """In f = p (x - p), p = x y, each variable has a path for each way to f, and they sum to its derivative."""
    x, y = 2.0, 3.0
    by_hand = {"x": 2 * x * y - 2 * x * y * y, "y": x * x - 2 * x * x * y}
    expected = shown_of(BRANCHING)
    assert count == len(rule_of(expected).paths(name))
    assert pytest.approx(by_hand[name]) == total(expected, name)


def test_the_objective_is_no_path_away() -> None:
    """From the objective to itself there is one path without factors."""
    assert rule_of(shown("into-backprop")).paths("f") == [()]


def test_too_many_paths_in_a_graph() -> None:
    """A variable that goes straight into the objective, and by too many ways besides, has a factor for each user."""
    steps = ["a = x * x", "b = a * x", "c = a * b", "d = b * c", "g = c * d", "h = d * g", "f = h * x"]
    listed = ", ".join(f'"{step}"' for step in steps)
    text = f'[expression]\nvariables = {{ x = 1.1 }}\nsteps = [{listed}]\nobjective = "f"\n'
    expected = shown_of(f"{text}[training]\nlearning_rate = 0.01\niterations = 1\n")
    gradient = float(expected.history["df/dx"][0])
    assert len(rule_of(expected).paths("x")) == 3 <= MOST_PATHS
    assert pytest.approx(gradient, rel=1e-11) == total(expected, "x")


@pytest.mark.parametrize("text", [BATCH_NORM, LAYER_NORM, TWO_HEADS], ids=["batch norm", "layer norm", "attention"])
def test_where_numbers_are_taken_together_the_paths_add_up_as_well(text: str) -> None:
    """A path that leads through other samples is told by the derivative before it: the mean over samples holds."""
    expected = shown_of(text)
    samples = expected.contents.template.model.batch
    books = [with_sample(expected, sample) for sample in range(1, samples + 1)]
    for name in expected.contents.template.parameter_order:
        gradient = expected.facts.value(expected.contents.gradient(name))
        assert sum(total(book, name) for book in books) / samples == pytest.approx(gradient, abs=1e-12), name


def test_what_all_samples_have_together_has_a_path_through_each() -> None:
    """The derivative by a batch's mean is the sum over the samples, each told with its mark."""
    expected = shown_of(BATCH_NORM)
    paths = rule_of(expected).paths("mu2[1]")
    assert [path[0].symbol[-3:] for path in paths] == ["[1]", "⁽²⁾", "⁽³⁾", "⁽⁴⁾"]
    assert total(expected, "mu2[1]") == pytest.approx(expected.history["dmu2[1]"][0])
