"""Every schedule against torch.optim.lr_scheduler, far beyond its own end; clipping against torch.nn.utils."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parity.agree import agree
from parity.random_training import SCHEDULES
from parity.test_optimizers import GRAPH, two_layers

EDGES = (
    '{ name = "cosine", period = 30 }',  # up again from 30 to 60, down to 90
    '{ name = "cosine", period = 1, lowest = 0.01 }',
    '{ name = "cosine", period = 30, lowest = 0.2 }',  # above the rate itself
    '{ name = "warmup", iterations = 1, start = 0.25 }',
    '{ name = "warmup", iterations = 1, start = 1 }',
    '{ name = "warmup", iterations = 1000 }',
    '{ name = "step", every = 1, factor = 0.9 }',
    '{ name = "step", every = 1000 }',
    '{ name = "step", every = 10, factor = 0 }',
    '{ name = "exponential", factor = 1.01 }',
    '{ name = "inverse_time", decay = 0 }',
    '{ name = "piecewise", until = [100], rates = [0.1, 0.2] }',
    '{ name = "piecewise", until = [0, 7], rates = [1.0, 0.2, 0.1] }',
)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("schedule", [*SCHEDULES, *EDGES])
def test_the_rate(schedule: str, optimizer: str, tmp_path: Path) -> None:
    """A hundred rates, and what the optimizer makes of them; AdamW's decay follows the rate, too."""
    text = (
        f'{GRAPH}[training]\niterations = 100\nlearning_rate = 0.1\noptimizer = "{optimizer}"\nschedule = {schedule}\n'
    )
    book = agree(text, tmp_path)
    assert (":rate" in book.columns) == (schedule != '"constant"')


CLIPS = ("clip_value = 0.01", "clip_value = 1000", "clip_norm = 0.02", "clip_norm = 1000", "clip_norm = 1e-9")


@pytest.mark.parametrize(
    "optimizer", ["sgd", "nesterov", "adam", "adagrad", '{ name = "rmsprop", weight_decay = 0.1 }']
)
@pytest.mark.parametrize("clip", CLIPS)
def test_clipping(clip: str, optimizer: str, tmp_path: Path) -> None:
    """Clipped before the optimizer sees them, and before the weight decay; 1000 clips nothing."""
    choice = optimizer if optimizer.startswith("{") else f'"{optimizer}"'
    text = f"[training]\niterations = 100\nlearning_rate = 0.02\noptimizer = {choice}\n{clip}\n"
    agree(two_layers() + text, tmp_path)


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
@pytest.mark.parametrize("clip", CLIPS)
def test_clipping_a_graph(clip: str, goal: str, tmp_path: Path) -> None:
    """All variables together have one length."""
    text = f'{GRAPH}goal = "{goal}"\n[training]\niterations = 50\nlearning_rate = 0.1\noptimizer = "momentum"\n{clip}\n'
    agree(text, tmp_path)


@pytest.mark.parametrize("clip", ["clip_value = 2", "clip_norm = 5"])
def test_exactly_at_the_limit(clip: str, tmp_path: Path) -> None:
    """Gradients of 2 and of -2, 3 and 4, are at the limit itself: the value stays, the norm loses PyTorch's 1e-6."""
    steps = "f = 2 * a - 2 * b" if "value" in clip else "f = 3 * a - 4 * b"
    text = f'[expression]\nvariables = {{ a = 0.5, b = 0.25 }}\nsteps = ["{steps}"]\n'
    book = agree(f"{text}[training]\niterations = 3\nlearning_rate = 0.5\n{clip}\n", tmp_path)
    kept = 1.0 if "value" in clip else 5 / (5 + 1e-6)
    np.testing.assert_allclose(book.columns["a+"][0], 0.5 - 0.5 * book.columns["df/da"][0] * kept, rtol=1e-15)
