"""The schedules of the learning rate a template may name, with their numbers and what these are by default.

The mathematics stands in :mod:`xlbp.model.schedules` and :mod:`xlbp.reference.optimizers`.
"""

from __future__ import annotations

SCHEDULES: dict[str, dict[str, float]] = {  # in the order of the panel, by which a saved book is recognised
    "constant": {},
    "step": {"every": 100, "factor": 0.1},
    "exponential": {"factor": 0.99},
    "inverse_time": {"decay": 0.01, "every": 1},
    "cosine": {"period": 0, "lowest": 0.0},  # a period of 0 stands for all iterations
    "warmup": {"start": 0.333333333333333, "iterations": 5},
    "piecewise": {},  # until = [10, 50], rates = [0.5, 0.1, 0.01]
}
ON_THE_PANEL = {"iterations": "warmup"}  # called otherwise there, where it would be read as the training's
