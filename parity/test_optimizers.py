"""Every optimizer against torch.optim over 100 steps: parameters, gradients and states, on networks and graphs."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from parity.agree import agree
from parity.optimizers import STATES
from parity.random_training import OPTIMIZERS, RATES, data, network, with_option

GRAPH = """
[expression]
variables = { a = 0.5, b = -0.6, c = 0.7 }
constants = { k = 1.5 }
steps = ["d = tanh(a * b) + c * k", "e = sigmoid(d - a) * b", "f = e - (a * a + b * b + (c - e) ** 2) / 4"]
objective = "f"
"""


def two_layers() -> str:
    """Three inputs, four tanh units, two outputs; four samples."""
    random, widths = Random(5), [3, 4, 2]
    made = network(random, '"mse"', widths, lambda: '"tanh"', output='"sigmoid"')
    return made + data(random, '"mse"', widths, 4, 0, "none", False)


def options(optimizer: str) -> str:
    """[training] with this optimizer, for a hundred steps."""
    name = optimizer.split('"')[1]
    return f"[training]\niterations = 100\nlearning_rate = {RATES.get(name, 0.01)}\noptimizer = {optimizer}\n"


DECAYED = [with_option(o, "weight_decay = 0.03") for o in OPTIMIZERS if "weight_decay" not in o]


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *DECAYED, '{ name = "adamw", weight_decay = 0 }'])
def test_a_network(optimizer: str, tmp_path: Path) -> None:
    """A hundred steps; each state of torch.optim has its columns, one per parameter."""
    book = agree(two_layers() + options(optimizer), tmp_path)
    kept = {letter for letter in STATES[book.template.training.optimizer] if f"{letter}:W1[1,1]" in book.columns}
    absent = {"u"} if book.template.training.optimizer == "rmsprop" and "momentum" not in optimizer else set()
    assert kept == set(STATES[book.template.training.optimizer]) - absent


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *DECAYED])
def test_a_graph(optimizer: str, goal: str, tmp_path: Path) -> None:
    """A hundred steps down, or up with PyTorch's maximize = True."""
    agree(f'{GRAPH}goal = "{goal}"\n{options(optimizer)}', tmp_path)


@pytest.mark.parametrize("momentum", ["momentum = 0", "momentum = 0, weight_decay = 0"])
@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop"])
def test_no_momentum(name: str, momentum: str, tmp_path: Path) -> None:
    """A momentum of 0 is the rule without momentum, for which PyTorch keeps nothing; a weight decay of 0 is none."""
    unkept = () if name == "rmsprop" else ("v:",)
    agree(two_layers() + options(f'{{ name = "{name}", {momentum} }}'), tmp_path, unkept=unkept)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gradients_of_zero(optimizer: str, tmp_path: Path) -> None:
    """Where no gradient ever comes, no rule divides by 0 and nothing moves, but for AdamW's decay."""
    text = '[expression]\nvariables = { a = 2.0, b = 3.0 }\nsteps = ["f = a * a + relu(0 - b * b)"]\n'
    book = agree(text + options(optimizer), tmp_path)
    assert (book.columns["b"] == 3.0).all() == ("adamw" not in optimizer)
    assert (book.columns["a"][-1] < 2.0).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gradients_that_stop(optimizer: str, tmp_path: Path) -> None:
    """A relu dies while the optimizer still moves: zero gradients on states that are not zero."""
    text = '[expression]\nvariables = { a = 0.3 }\nsteps = ["f = relu(a) + relu(a - 0.2)"]\n'
    agree(text + options(optimizer), tmp_path)
