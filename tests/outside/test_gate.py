"""A made-up block, a file for each side, gets a verified book with every sheet, and its exercise is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outside import gate_by_hand, gate_in_symbols
from tests.outside.gate import read_gate
from xlbp.model import blocks as in_symbols
from xlbp.pipeline import generate
from xlbp.reference import blocks as by_hand
from xlbp.template import layer_kinds

TEMPLATE = """[template]
title = "A gate of two parameters"

[network]
[[network.layers]]
units = 3
weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]
bias = 0.1
[[network.layers]]
kind = "gate"
slopes = [0.7, -0.9, 1.1]
bias = [0.2, 0.1, -0.3]
[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.4, -0.7, 0.5], [-0.2, 0.6, 0.9]]
bias = 0.2

[data]
inputs = [[0.5, 1.0], [-1.0, 0.4], [0.8, -0.6]]
targets = [[1, 0], [0, 1], [0.5, 0.2]]

[training]
iterations = 6
learning_rate = 0.4
"""


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template with a gate between two dense layers; xlbp knows of it by three entries, and nothing else of it."""
    monkeypatch.setitem(layer_kinds.KINDS, "gate", read_gate)
    monkeypatch.setitem(in_symbols.BLOCKS, "gate", gate_in_symbols.forward)
    monkeypatch.setitem(by_hand.BLOCKS, "gate", by_hand.Entry(gate_by_hand.forward, gate_by_hand.backward))
    path = tmp_path / "gate.toml"
    path.write_text(TEMPLATE, "utf-8")
    return str(path)


def test_its_book_is_verified(template: str, tmp_path: Path) -> None:
    """Every cell of every sheet agrees with NumPy in IronCalc, the formulas are the template's, and the loss falls."""
    made = generate(template, tmp_path / "gate.xlsx")
    assert made.report is not None
    assert (made.report.ok, made.report.unchecked, made.report.diverged_at) == (True, 0, None)
