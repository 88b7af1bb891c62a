"""Two layers, tanh and sigmoid, on a batch: mean squared error and gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "mse"
[[network.layers]]
units = 2
activation = "tanh"
weights = [[0.3, -0.5], [0.8, 0.2]]
bias = [0.4, -0.3]
[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.7, -0.4], [-0.6, 0.9]]
bias = [0.2, 0.1]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8]]
targets = [[1, 0.2], [0, 0.9], [0.4, 1]]
[training]
iterations = 4
learning_rate = 0.4
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W1, b1, W2, b2, eta = p["W1"], p["b1"], p["W2"], p["b2"], 0.4
    told = []
    for _ in range(rows):
        z1 = x @ W1.T + b1
        a1 = np.tanh(z1)
        z2 = a1 @ W2.T + b2
        a2 = 1 / (1 + np.exp(-z2))
        E = np.mean((a2 - t) ** 2)
        da2 = 2 * (a2 - t) / t.shape[1]
        dz2 = da2 * a2 * (1 - a2)
        dW2 = dz2.T @ a1 / len(x)
        db2 = dz2.mean(axis=0)
        da1 = dz2 @ W2
        dz1 = da1 * (1 - a1**2)
        dW1 = dz1.T @ x / len(x)
        db1 = dz1.mean(axis=0)
        row = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "a1": a1, "z2": z2, "a2": a2, "E": E}
        told.append(row | {"da2": da2, "dz2": dz2, "dW2": dW2, "db2": db2, "dz1": dz1, "dW1": dW1, "db1": db1})
        W1 = W1 - eta * dW1
        b1 = b1 - eta * db1
        W2 = W2 - eta * dW2
        b2 = b2 - eta * db2
    return told
