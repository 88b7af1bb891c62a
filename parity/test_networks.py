"""Every activation and loss, batches, dropout, scaling, tests and penalties, then everything together at random."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from parity.agree import agree
from parity.random_training import HIDDEN, LOSSES, data, network, random_training
from tests.random_templates import random_network

SGD = "[training]\niterations = 30\nlearning_rate = 0.1\n"


def made(random: Random, loss: str, samples: int, **more: str) -> str:
    """A network of two to four layers, with its data."""
    widths = [random.randint(1, 4) for _ in range(random.randint(2, 4))]
    hidden = more.get("hidden")
    part = network(random, loss, widths, lambda: hidden or random.choice(HIDDEN), output=more.get("output", ""))
    return part + data(random, loss, widths, samples, 2, more.get("scale", "none"), "accuracy" in more)


@pytest.mark.parametrize("samples", range(1, 6))
@pytest.mark.parametrize("activation", HIDDEN)
def test_activations(activation: str, samples: int, tmp_path: Path) -> None:
    """In hidden layers and in the last one: value, slope, and what passes through."""
    random = Random(f"{activation} {samples}")
    output = activation if activation != '"softmax"' else '"identity"'
    agree(made(random, '"half_squared_error"', samples, hidden=activation, output=output) + SGD, tmp_path)


@pytest.mark.parametrize("samples", range(1, 6))
@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss: str, samples: int, tmp_path: Path) -> None:
    """Of outputs, of samples and of the batch, with the share of hits."""
    agree(made(Random(f"{loss} {samples}"), loss, samples, accuracy="yes") + SGD, tmp_path)


@pytest.mark.parametrize("batch", ["all", 2, 3])
@pytest.mark.parametrize("loss", ['"binary_cross_entropy"', '"cross_entropy"'])
def test_class_weights(loss: str, batch: str | int, tmp_path: Path) -> None:
    """PyTorch's weight and pos_weight, of each row's batch and of the samples for testing."""
    random = Random(f"{loss} {batch}")
    widths = [2, 3, 3]
    part = network(random, loss, widths, lambda: random.choice(HIDDEN))
    part += data(random, loss, widths, 6, 3, "none", accuracy=True) + "class_weights = [0.4, 1, 2.5]\n"
    size = f'"{batch}"' if isinstance(batch, str) else batch
    agree(f"{part}{SGD}batch_size = {size}\nl2 = 0.1\n", tmp_path)


@pytest.mark.parametrize("over", ["mean", "sum"])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
def test_class_weights_of_steps(loss: str, over: str, tmp_path: Path) -> None:
    """The weighted mean is that over all steps of all sequences, of a single one, too."""
    output = "softmax" if loss == "cross_entropy" else "sigmoid"
    for words in ('["abc", "cab", "aab"]', '["abca"]'):
        text = (
            f'[network]\nloss = "{loss}"\nloss_over_steps = "{over}"\n'
            '[[network.layers]]\nkind = "rnn"\nunits = 2\nreturns = "all"\n'
            f'[[network.layers]]\nunits = 3\nactivation = "{output}"\n'
            f'[data]\nalphabet = "abc"\ninputs = {words}\ntargets = {words}\n'
            "class_weights = { a = 2, c = 0.5 }\n"
        )
        agree(text + SGD, tmp_path)


@pytest.mark.parametrize("samples", range(1, 6))
@pytest.mark.parametrize("penalty", ["l1 = 0.05", "l2 = 0.05", "l1 = 0.02\nl2 = 0.03"])
def test_penalties(penalty: str, samples: int, tmp_path: Path) -> None:
    """On the weights and on no bias; they are part of the loss that falls."""
    agree(made(Random(f"{penalty} {samples}"), '"mse"', samples) + SGD + penalty + "\n", tmp_path)


@pytest.mark.parametrize("shuffle", ["", "shuffle = true\n", "shuffle = { seed = 7 }\n"])
@pytest.mark.parametrize("batch", [1, 2, 3, 4, 6, 7])
def test_batches(batch: int, shuffle: str, tmp_path: Path) -> None:
    """Seven samples: one by one, in batches that do and do not divide them, and all at once."""
    random = Random(f"{batch} {shuffle}")
    agree(made(random, '"cross_entropy"', 7, accuracy="yes") + SGD + f"batch_size = {batch}\n{shuffle}", tmp_path)


@pytest.mark.parametrize("scale", ["standard", "minmax"])
@pytest.mark.parametrize("samples", [3, 5, 8])
def test_scaled(scale: str, samples: int, tmp_path: Path) -> None:
    """By the training samples' mean and population deviation, or range; the test samples by the same numbers."""
    agree(made(Random(f"{scale} {samples}"), '"mse"', samples, scale=scale) + SGD, tmp_path)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_dropout(share: float, seed: int, tmp_path: Path) -> None:
    """The book's own masks, each 0 or 1 / (1 - p), and no mask where a sample is for testing."""
    random, widths = Random(f"{share} {seed}"), [2, 5, 3, 2]
    part = network(random, '"mse"', widths, lambda: random.choice(HIDDEN), dropout=lambda: share)
    book = agree(part + data(random, '"mse"', widths, 3, 2, "none", False) + SGD, tmp_path)
    drawn = [value for name, column in book.columns.items() if name.startswith("q") for value in column]
    assert 0 < sum(value == 0 for value in drawn) < len(drawn)


@pytest.mark.parametrize("seed", range(40))
def test_plain(seed: int, tmp_path: Path) -> None:
    """Random networks of the tests' own kind, ten steps down."""
    agree(random_network(Random(seed)), tmp_path)


@pytest.mark.parametrize("seed", range(200))
def test_everything(seed: int, tmp_path: Path) -> None:
    """Everything drawn: layers, loss, data, tests, dropout, optimizer, schedule, clipping, penalties, batches."""
    agree(random_training(Random(seed), iterations=25), tmp_path)
