"""The shipped templates of recurrence and convolution, and of residual arrows, a few iterations of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from parity.agree import agrees
from parity.books import recalculated_template
from xlbp.template.load import load_template

SHIPPED = (
    *("rnn", "char-rnn", "lstm", "gru", "gru-reset-before", "vanishing-in-time", "lstm-remembers", "sine-forecast"),
    *("cnn", "conv-learns", "edge-detector", "three-digits", "residual-arrows"),
)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped(name: str, tmp_path: Path) -> None:
    """Every column."""
    template = load_template(name)
    few = replace(template.training, iterations=min(template.training.iterations, 5))
    agrees(recalculated_template(replace(template, training=few), tmp_path))
