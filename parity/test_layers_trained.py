"""Recurrent and convolutional networks, a transformer and a batch norm, trained in every way there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parity.agree import agree
from parity.layered_templates import CNN, NORMALISED, RNN, TRANSFORMER, training
from parity.optimizers import STATES
from parity.random_layers import decayed
from parity.random_training import OPTIMIZERS, RATES, SCHEDULES

NETWORKS = pytest.mark.parametrize(
    "network", [RNN, CNN, TRANSFORMER, NORMALISED], ids=["rnn", "cnn", "transformer", "batch norm"]
)
IN_A_NETWORK = ("U1[1,1]", "K1[1,1,1,1]", "Q4[1,1]", "G2[1]")  # a parameter of each


@NETWORKS
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, decayed('"sgd"'), decayed('"adam"')])
def test_optimizers(network: str, optimizer: str, tmp_path: Path) -> None:
    """Six rows; each state of torch.optim has its columns."""
    name = optimizer.split('"')[1]
    book = agree(network + training(RATES.get(name, 0.03), more=f"optimizer = {optimizer}"), tmp_path)
    [first] = (parameter for parameter in IN_A_NETWORK if parameter in book.columns)
    kept = {state for state in STATES[name] if f"{state}:{first}" in book.columns}
    assert kept == set(STATES[name]) - ({"u"} if name == "rmsprop" and "momentum" not in optimizer else set())


@NETWORKS
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules(network: str, schedule: str, tmp_path: Path) -> None:
    """Nine rates."""
    agree(network + training(iterations=8, more=f"schedule = {schedule}"), tmp_path)


@NETWORKS
@pytest.mark.parametrize(
    "more",
    [
        *("clip_value = 0.02", "clip_norm = 0.05", "l1 = 0.02", "l2 = 0.05", "l1 = 0.01\nl2 = 0.03"),
        *("batch_size = 1", "batch_size = 2", "batch_size = 2\nshuffle = { seed = 3 }"),
    ],
)
def test_clipping_penalties_and_batches(network: str, more: str, tmp_path: Path) -> None:
    """The gradients' length counts all of W, U, K, b; penalties are on matrices, on no bias, scale or position."""
    if "batch_norm" in network:  # of two numbers it makes 1 and -1, whatever they are
        more = re.sub(r"batch_size = \d", "batch_size = 4", more)
    book = agree(network + training(more=more), tmp_path)
    assert ("El2" in book.columns) == ("l2" in more)


@pytest.mark.parametrize("network", [RNN, CNN, NORMALISED], ids=["rnn", "cnn", "batch norm"])
@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_scaled(network: str, scale: str, tmp_path: Path) -> None:
    """Feature by feature over samples and steps; an image by its only channel; test samples by the same numbers."""
    book = agree(network.replace("accuracy = true", f'scale = "{scale}"') + training(), tmp_path)
    features = sum(name.startswith("a0[1,") and name.endswith("@1") for name in book.columns)
    assert features == (4 if "conv2d" in network else 0 if "batch_norm" in network else 2)
