"""The marks of what a step or a place adds to a gradient: only its own uses of the parameter move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from xlbp.classroom.exercise.slopes import BEFORE, Slope, slope_of
from xlbp.expectation.contents import lay_out
from xlbp.reference.train import train
from xlbp.symbols.interpret import Interpreter
from xlbp.symbols.program import Column
from xlbp.template.load import parse_template
from xlbp.template.quantity import PART

STEP = 1e-5
SEQUENCES = """
[network]
loss = "half_mse"
[[network.layers]]
kind = "gru"
units = 2
recurrent_bias = [0.1, -0.2]
returns = "all"
[[network.layers]]
units = 1
weights = {init = "normal", std = 1, seed = 3}
[data]
inputs = [[[0.5], [-0.3], [0.8]], [[-0.6], [0.9], [0.1]]]
targets = [[[0.2], [0.1], [-0.3]], [[0.4], [-0.2], [0.3]]]
[training]
iterations = 1
learning_rate = 0.1
l2 = 0.01
"""
SHARED = """
[network]
[[network.layers]]
name = "first"
units = 2
activation = "tanh"
weights = [[0.3, -0.4], [0.2, 0.7]]
[[network.layers]]
units = 2
weights = { same_as = "first" }
bias = false
[data]
inputs = [[0.5, -0.8]]
targets = [[0.2, 0.4]]
[training]
iterations = 1
learning_rate = 0.1
"""


def moved_target(slope: Slope, columns: Mapping[str, Column], row: Mapping[str, Any], step: float) -> float:
    """What the target becomes where the node is moved by a step."""
    values = {**row, slope.node: row[slope.node] + step}
    for name in slope.between:
        values[name] = Interpreter(values)(slope.expression(columns[name]))
    return float(values[slope.target])


@pytest.mark.parametrize("text", [SEQUENCES, SHARED], ids=["steps", "layers"])
def test_a_part_is_what_its_own_uses_change(text: str) -> None:
    """Each part of every gradient is the difference of two passes in which the other uses stay, times the samples."""
    contents = lay_out(parse_template(text, "test", "test"), "en")
    template = contents.template
    row = {name: np.asarray(values[0]) for name, values in train(template).items()}
    row |= {name: np.asarray(value) for name, value in template.inputs().items() if name not in row}
    columns = {column.name: column for column in contents.program.columns}
    parts = [name for name in map(contents.quantity, columns) if name.relation == PART]
    assert parts
    for part in parts:
        slope = slope_of(contents, part)
        unmoved = row | {BEFORE + name: value for name, value in row.items()}

        ends = [moved_target(slope, columns, unmoved, step) for step in (STEP, -STEP)]
        difference = slope.count * (ends[0] - ends[1]) / (2 * STEP)
        assert difference == pytest.approx(float(row[part]), rel=1e-6, abs=1e-9), part
