"""Random formulas, by every optimizer, schedule and clipping, up and down: all nodes and all their derivatives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from parity.agree import agree
from parity.random_training import training
from tests.random_templates import random_expression


@pytest.mark.parametrize("seed", range(60))
def test_plain(seed: int, tmp_path: Path) -> None:
    """Ten steps of gradient descent or ascent."""
    agree(random_expression(Random(seed)), tmp_path)


@pytest.mark.parametrize("seed", range(60, 160))
def test_everything(seed: int, tmp_path: Path) -> None:
    """The formula, and how it is trained, drawn."""
    random = Random(seed)
    formula, _, _ = random_expression(random).partition("[training]")
    drawn = training(random, samples=1, iterations=20).splitlines(keepends=True)
    agree(formula + "".join(line for line in drawn if not line.startswith(("l1 ", "l2 "))), tmp_path)
