"""The same networks and formulas in PyTorch: gradients and ten updates, to 1e-12.

What is compared is what a reader sees: the workbook's formulas, recalculated by IronCalc.
Run by ``make parity``, which installs PyTorch's CPU build; nothing else needs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import tomllib
import torch

import xlbp.pipeline as xlbp
from tests.random_templates import random_expression, random_network
from xlbp.recalc.base import Area
from xlbp.recalc.ironcalc import IronCalc
from xlbp.spec.load import parse_template
from xlbp.spec.model import Graph, Network

torch.set_default_dtype(torch.float64)
Columns = dict[str, np.ndarray]

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "softplus": torch.nn.functional.softplus,
    "softmax": lambda z: torch.softmax(z, dim=1),
}


def recalculated(text: str, path: Path) -> tuple[Columns, object]:
    """The book's columns by name, as IronCalc computes them, and the template's model."""
    source = path / "random.toml"
    source.write_text(text, "utf-8")
    made = xlbp.generate(str(source), path / "book.xlsx", language="en", force=True, check_it=False)
    contents = xlbp.lay_out(xlbp.load_template(str(source)), "en")
    layout = contents.layout
    area = Area("Training", layout.first_row, layout.last_row, len(layout.columns))
    [grid] = IronCalc().values(made.path, [area])
    values = np.array([[np.nan if isinstance(v, str) else v for v in row] for row in grid])
    return {name: values[:, number - 1] for name, number in layout.columns.items()}, contents.template


def close(found: np.ndarray, expected: list[float]) -> None:
    """To 1e-12 of the quantity's own size; what is no number fails."""
    wanted = np.array(expected)
    assert np.abs(found - wanted).max() <= 1e-12 * max(1.0, np.abs(wanted).max())


def torch_network(network: Network, rate: float, iterations: int) -> dict[str, list[float]]:
    """Names to values by iteration, from autograd and plain SGD."""
    x, t = torch.tensor(network.inputs), torch.tensor(network.targets)
    weights = [torch.tensor(layer.weights, requires_grad=True) for layer in network.layers]
    biases = [
        torch.tensor(layer.bias.values, requires_grad=layer.bias.trainable) if layer.bias else None
        for layer in network.layers
    ]
    found: dict[str, list[float]] = {}
    for _ in range(iterations + 1):
        a = x
        for layer, w, b in zip(network.layers, weights, biases, strict=True):
            z = a @ w.T + (0 if b is None else b)
            a = ACTIVATIONS[layer.activation](z)
        loss = {
            "half_squared_error": lambda z, a: ((a - t) ** 2).sum(1).mean() / 2,
            "mse": lambda z, a: torch.nn.functional.mse_loss(a, t),
            "binary_cross_entropy": lambda z, a: torch.nn.functional.binary_cross_entropy_with_logits(z, t),
            "cross_entropy": lambda z, a: torch.nn.functional.cross_entropy(z, t),
        }[network.loss](z, a)
        parameters = [p for p in (*weights, *biases) if p is not None and p.requires_grad]
        for p in parameters:
            p.grad = None
        loss.backward()
        found.setdefault("E", []).append(loss.item())
        for number, (layer, w, b) in enumerate(zip(network.layers, weights, biases, strict=True), start=1):
            for (i, j), value in np.ndenumerate(w.detach().numpy()):
                found.setdefault(f"W{number}[{i + 1},{j + 1}]", []).append(float(value))
                found.setdefault(f"dW{number}[{i + 1},{j + 1}]", []).append(w.grad[i, j].item())
            if b is not None and b.requires_grad:
                for name, value, gradient in zip(layer.bias.names(number), b.tolist(), b.grad.tolist(), strict=True):
                    found.setdefault(name, []).append(value)
                    found.setdefault(f"d{name}", []).append(gradient)
        with torch.no_grad():
            for p in parameters:
                p.sub_(rate * p.grad)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_networks(seed: int, tmp_path: Path) -> None:
    """Random networks: loss, every parameter and every gradient at every one of eleven rows."""
    text = random_network(Random(seed))
    columns, template = recalculated(text, tmp_path)
    expected = torch_network(template.model, template.training.learning_rate, 10)
    assert set(expected) <= set(columns)
    for name, values in expected.items():
        close(columns[name], values)


def on_tensors(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A formula may hand plain numbers over; PyTorch wants tensors of one shape."""
    return lambda *args: function(*torch.broadcast_tensors(*map(torch.as_tensor, args)))


NAMES = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "sin", "cos", "abs")
FUNCTIONS = {name: on_tensors(getattr(torch, name)) for name in NAMES} | {
    "softplus": on_tensors(torch.nn.functional.softplus),
    "max": on_tensors(torch.maximum),
    "min": on_tensors(torch.minimum),
}


@pytest.mark.parametrize("seed", range(60))
def test_expressions(seed: int, tmp_path: Path) -> None:
    """Random formulas: Python itself evaluates the template's text on tensors, autograd does the rest."""
    text = random_expression(Random(seed))
    columns, template = recalculated(text, tmp_path)
    assert isinstance(template.model, Graph)
    raw = parse_template(text, "random", "random")
    steps = tomllib.loads(text)["expression"]["steps"]
    values = {name: torch.tensor(value, requires_grad=True) for name, value in raw.model.variables.items()}
    sign = 1 if raw.model.maximize else -1
    for iteration in range(11):
        scope: dict[str, object] = {**FUNCTIONS, **values, **{k: torch.tensor(v) for k, v in raw.model.fixed.items()}}
        for step in steps:
            name, _, formula = step.partition(" = ")
            scope[name] = torch.as_tensor(eval(formula, {"__builtins__": {}}, scope))
        objective = scope["f"]
        if not math.isfinite(objective.item()):
            assert math.isnan(columns["f"][iteration])
            break
        gradients = torch.autograd.grad(objective, list(values.values()), allow_unused=True)
        close(columns["f"][iteration : iteration + 1], [objective.item()])
        for (name, value), gradient in zip(list(values.items()), gradients, strict=True):
            slope = 0.0 if gradient is None else gradient.item()
            assert math.isfinite(slope)
            close(columns[f"df/d{name}"][iteration : iteration + 1], [slope])
            close(columns[name][iteration : iteration + 1], [value.item()])
            values[name] = (value.detach() + sign * template.training.learning_rate * slope).requires_grad_()
