"""A sigmoid layer with dropout, and a sigmoid output on a batch: binary cross-entropy, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "binary_cross_entropy"
dropout_seed = 3
[[network.layers]]
units = 4
activation = "sigmoid"
dropout = 0.4
weights = [[0.3, -0.5], [0.8, 0.2], [-0.4, 0.6], [0.9, -0.1]]
bias = [0.4, -0.3, 0.2, 0.1]
[[network.layers]]
units = 1
activation = "sigmoid"
weights = [[0.7, -0.4, 0.3, 0.5]]
bias = [0.2]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8]]
targets = [[1], [0], [1]]
[training]
iterations = 4
learning_rate = 0.5
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W1, b1, W2, b2, eta = p["W1"], p["b1"], p["W2"], p["b2"], 0.5
    keep, r = 0.6, 69621 * (3 + 31337) % 2147483647
    told = []
    for _ in range(rows):
        drawn = []
        for _ in range(12):
            r = 16807 * r % 2147483647
            drawn.append(r + 1 > 0.4 * 2147483647)
        mask = np.array(drawn).reshape(4, 3).T / keep
        z1 = x @ W1.T + b1
        a1 = 1 / (1 + np.exp(-z1))
        h1 = a1 * mask
        z2 = h1 @ W2.T + b2
        a2 = 1 / (1 + np.exp(-z2))
        E = -np.mean(t * np.log(a2) + (1 - t) * np.log(1 - a2))
        dz2 = a2 - t
        dW2 = dz2.T @ h1 / len(x)
        db2 = dz2.sum(axis=0) / len(x)
        da1 = dz2 @ W2 * mask
        dz1 = da1 * a1 * (1 - a1)
        dW1 = dz1.T @ x / len(x)
        db1 = dz1.sum(axis=0) / len(x)
        row = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "a1": a1, "h1": h1, "z2": z2, "a2": a2, "E": E}
        told.append(row | {"dz2": dz2, "dW2": dW2, "db2": db2, "dz1": dz1, "dW1": dW1, "db1": db1})
        W1, b1 = W1 - eta * dW1, b1 - eta * db1
        W2, b2 = W2 - eta * dW2, b2 - eta * db2
    return told
