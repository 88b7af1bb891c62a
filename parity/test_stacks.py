"""Random stacks with everything else drawn as well: loss, data, tests, optimizer, schedule, penalties, batches."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from parity.agree import agree, agree_in_symbols
from parity.random_layers import data_of, random_stack
from parity.random_training import training


def random_template(random: Random, iterations: int, scale: str = "none") -> str:
    """Everything drawn."""
    network, loss, given, made = random_stack(random)
    samples, tests = random.randint(2, 4), random.choice((0, 0, 2))
    more = f'accuracy = {random.choice(("true", "false"))}\nscale = "{scale}"'
    return network + data_of(random, loss, given, made, samples, tests, more) + training(random, samples, iterations)


@pytest.mark.parametrize("seed", range(120))
def test_in_symbols(seed: int, tmp_path: Path) -> None:
    """Five rows of the symbols."""
    agree_in_symbols(random_template(Random(seed), iterations=4), tmp_path)


@pytest.mark.parametrize("seed", range(500, 530))
def test_in_books(seed: int, tmp_path: Path) -> None:
    """Nine rows, as IronCalc recalculates them; every third with scaled data."""
    scale = ("none", "standard", "minmax")[seed % 3]
    agree(random_template(Random(seed), iterations=8, scale=scale), tmp_path)
