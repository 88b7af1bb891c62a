"""Exported scripts print the losses of the reference: those of every shipped template, and of random ones."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from parity.exported import NOTHING, Typed, largest_difference, printed, reference, script_of
from parity.exported_templates import EXPORTED
from parity.random_training import random_training, training
from parity.test_stacks import random_template
from tests.random_arrays import random_arrays
from tests.random_templates import random_expression, random_network
from xlbp.errors import UsageError
from xlbp.template.load import load_template, parse_template, shipped
from xlbp.template.network import Network
from xlbp.template.template import Template

os.environ.setdefault("KERAS_BACKEND", "torch")

EQUAL = 1e-12  # of the largest loss
MOST = 60  # iterations of a shipped template
FRAMEWORKS = ("pytorch", "keras")
TEMPLATES = {name: load_template(name) for name in shipped()}
NETWORKS = {name: template for name, template in TEMPLATES.items() if isinstance(template.model, Network)}


def short(template: Template) -> Template:
    """With fewer iterations where there are many."""
    iterations = min(template.training.iterations, MOST)
    return replace(template, training=replace(template.training, iterations=iterations))


def agree(template: Template, to: str, typed: Typed = NOTHING) -> None:
    """Whether the script prints the reference's losses; Keras warns of a softmax of one unit."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*softmax over axis|Exception encountered")
        assert largest_difference(template, to, typed) < EQUAL


@pytest.mark.parametrize("name", TEMPLATES)
def test_shipped_to_pytorch(name: str) -> None:
    """Every template."""
    agree(short(TEMPLATES[name]), "pytorch")


@pytest.mark.parametrize("name", NETWORKS)
def test_shipped_to_keras(name: str) -> None:
    """Every network."""
    agree(short(NETWORKS[name]), "keras")


@pytest.mark.parametrize("name", TEMPLATES.keys() - NETWORKS.keys())
def test_formulas_are_no_keras_models(name: str) -> None:
    """A formula is refused in a sentence that names what can be had."""
    with pytest.raises(UsageError, match="is a formula, and Keras trains models made of layers; export it with"):
        script_of(TEMPLATES[name], "keras")


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize("name", EXPORTED)
def test_what_frameworks_have_otherwise(name: str, to: str) -> None:
    """Shared parameters, second biases, weights of classes, computed inputs, tokens that are amounts, too."""
    agree(parse_template(EXPORTED[name], "t", "t"), to)


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("lstm", {"start1[1]": 0.3, "eta": 0.05, "W1[2,1]": 1.5}),
        ("gru-reset-before", {"start1[1]": 0.0}),
        ("self-attention", {"$dk1": 5.0, "x[2,1]": 0.5}),
        ("transformer-block", {"$dk4": 3.0, "x[1]": 2.0, "$normeps3": 0.1}),
        ("batch-norm", {"$normeps2": 0.5, "$running2": 0.3, "rmstart2[1]": 0.5}),
        ("iris", {"order#3": 5.0, "class#7": 1.0, "raw[1]#9": 7.5, "$beta1": 0.5}),
        ("mazur", {"b1": -0.2, "t[1]": 0.5}),
        ("encoder-4-2-4", {"$momentum": 0.0}),
    ],
)
def test_numbers_of_a_person(name: str, typed: Typed, to: str) -> None:
    """What a person has typed into a book: another divisor of an attention, a state to start from, a class."""
    agree(short(TEMPLATES[name]), to, typed)


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize("seed", range(40))
def test_random_trainings(seed: int, to: str) -> None:
    """Any optimizer, schedule, clipping, penalty, batch, order, dropout and scale."""
    agree(parse_template(random_training(Random(seed), 12), "t", "t"), to)


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize("seed", range(30))
def test_random_stacks(seed: int, to: str) -> None:
    """Layers of any kind one behind the other."""
    random = Random(seed)
    text = random_template(random, iterations=6, scale=random.choice(("none", "standard", "minmax")))
    agree(parse_template(text, "t", "t"), to)


@pytest.mark.parametrize("to", FRAMEWORKS)
@pytest.mark.parametrize("seed", range(15))
def test_random_networks(seed: int, to: str) -> None:
    """Dense layers, shared and frozen biases."""
    agree(parse_template(random_network(Random(seed)), "t", "t"), to)


def with_training(formula: str, seed: int) -> str:
    """A formula, and any way to train it."""
    lines = training(Random(seed), samples=1, iterations=12).splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(("l1 ", "l2 ")))
    return formula.partition("[training]")[0] + "".join(kept)


@pytest.mark.parametrize("seed", range(40))
def test_random_formulas(seed: int) -> None:
    """Of numbers, which autograd differentiates as they are written."""
    agree(parse_template(with_training(random_expression(Random(seed)), seed), "t", "t"), "pytorch")


@pytest.mark.parametrize("seed", range(60))
def test_random_formulas_of_arrays(seed: int) -> None:
    """Axes, slices from the end, transposes and stacks as PyTorch has them."""
    agree(parse_template(with_training(random_arrays(Random(seed)), seed), "t", "t"), "pytorch")


@pytest.mark.parametrize("to", FRAMEWORKS)
def test_a_script_stands_alone(to: str, tmp_path: Path) -> None:
    """Run by itself, where neither xlbp nor its tests can be imported, it prints the same."""
    template = short(TEMPLATES["iris"])
    script = tmp_path / "script.py"
    script.write_text(script_of(template, to), "utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    losses = [[float(loss) for loss in line.split()[1:]] for line in run.stdout.splitlines()]
    assert np.array(losses) == pytest.approx(reference(template), rel=1e-12)


@pytest.mark.parametrize("to", FRAMEWORKS)
def test_another_rate_is_noticed(to: str) -> None:
    """A planted fault: what a script trains with is what is compared."""
    template = short(TEMPLATES["mazur"])
    script = script_of(template, to)
    assert "0.5)" in script
    slower = printed(script.replace("0.5)", "0.4)"))
    assert abs(slower - reference(template)).max() > 1e-4
