"""A straight line on inputs that are scaled to a mean of 0 and a deviation of 1: mean squared error."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "mse"
[[network.layers]]
units = 1
weights = [[0.3, -0.5]]
bias = [0.4]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8], [2.1, 0.4]]
targets = [[1.5], [-0.7], [0.4], [0.2]]
scale = "standard"
[training]
iterations = 4
learning_rate = 0.1
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """The losses, gradients and parameters of every row."""
    W1, b1, eta = p["W1"], p["b1"], 0.1
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    told = []
    for _ in range(rows):
        z1 = x @ W1.T + b1
        E = np.mean((z1 - t) ** 2)
        dz1 = 2 * (z1 - t)
        dW1, db1 = dz1.T @ x / len(x), dz1.mean(axis=0)
        told.append({"W1": W1, "b1": b1, "a0": x, "z1": z1, "E": E, "dW1": dW1, "db1": db1})
        W1, b1 = W1 - eta * dW1, b1 - eta * db1
    return told
