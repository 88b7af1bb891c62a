"""Random stacks with everything else drawn as well: loss, data, tests, optimizer, schedule, penalties, batches."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from parity.agree import agree, agree_in_symbols
from parity.random_layers import TOKENS, data_of, has_key_biases, least, random_stack
from parity.random_training import training


def random_template(random: Random, iterations: int, scale: str = "none") -> str:
    """Everything drawn.

    Tokens have no scale.  A batch norm takes three samples or more: of two numbers it makes 1 and -1.
    """
    network, loss, given, made = random_stack(random)
    samples, tests = random.randint(2, 4), random.choice((0, 0, 2))
    samples = max(samples, 3) if "batch_norm" in network else samples
    more = f'accuracy = {random.choice(("true", "false"))}\nscale = "{scale if given.kind != TOKENS else "none"}"'
    trained = training(random, samples, iterations)
    while has_key_biases(network) and not re.search(r"sgd|momentum\"|nesterov", trained):
        trained = training(random, samples, iterations)
    if "batch_norm" in network:
        trained = re.sub(r"batch_size = \d", "batch_size = 3", trained)
    return network + data_of(random, loss, given, made, samples, tests, more) + trained


@pytest.mark.parametrize("seed", range(120))
def test_in_symbols(seed: int, tmp_path: Path) -> None:
    """Five rows of the symbols."""
    text = random_template(Random(seed), iterations=4)
    agree_in_symbols(text, tmp_path, least(text))


@pytest.mark.parametrize("seed", range(500, 530))
def test_in_books(seed: int, tmp_path: Path) -> None:
    """Nine rows, as IronCalc recalculates them; every third with scaled data."""
    scale = ("none", "standard", "minmax")[seed % 3]
    text = random_template(Random(seed), iterations=8, scale=scale)
    agree(text, tmp_path, least(text))
