"""A straight line by any optimizer: half the mean squared error on a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_mse"
[[network.layers]]
units = 1
weights = [[0.3, -0.5]]
bias = [0.4]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8]]
targets = [[1.5], [-0.7], [0.4]]
[training]
iterations = 8
learning_rate = 0.1
OPTIMIZER
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """The losses, gradients and parameters of every row."""
    W1, b1, eta = p["W1"], p["b1"], 0.1
    told = []
    kept: dict[str, Any] = {}
    for step in range(rows):
        z1 = x @ W1.T + b1
        e = z1 - t
        E = np.mean(e**2) / 2
        dW1 = e.T @ x / len(x)
        db1 = e.mean(axis=0)
        told.append({"W1": W1, "b1": b1, "z1": z1, "E": E, "dW1": dW1, "db1": db1})
        length = np.sqrt((dW1**2).sum() + (db1**2).sum())
        W1, b1 = move("W1", W1, dW1, kept, step, eta, length), move("b1", b1, db1, kept, step, eta, length)
    return told


def move(name: str, w: Any, g: Any, kept: dict[str, Any], step: int, eta: float, length: float) -> Any:
    """A parameter after the update."""
    return w - eta * g
