"""A ReLU layer and a softmax on a batch: cross-entropy with a penalty on the weights, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "cross_entropy"
[[network.layers]]
units = 3
activation = "relu"
weights = [[0.3, -0.5], [0.8, 0.2], [-0.4, 0.6]]
bias = [0.4, 0.3, 0.2]
[[network.layers]]
units = 3
activation = "softmax"
weights = [[0.7, -0.4, 0.3], [-0.6, 0.9, 0.1], [0.2, 0.5, -0.8]]
bias = [0.2, 0.1, -0.1]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8], [0.2, 0.9]]
targets = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]
[training]
iterations = 4
learning_rate = 0.3
l2 = 0.1
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W1, b1, W2, b2, eta, l2 = p["W1"], p["b1"], p["W2"], p["b2"], 0.3, 0.1
    told = []
    for _ in range(rows):
        z1 = x @ W1.T + b1
        a1 = np.maximum(z1, 0)
        z2 = a1 @ W2.T + b2
        u = np.exp(z2)
        a2 = u / u.sum(axis=1, keepdims=True)
        Edata = -np.mean(np.sum(t * np.log(a2), axis=1))
        E = Edata + l2 / 2 * (np.sum(W1**2) + np.sum(W2**2))
        dz2 = a2 - t
        dW2 = dz2.T @ a1 / len(x) + l2 * W2
        db2 = dz2.sum(axis=0) / len(x)
        da1 = dz2 @ W2
        dz1 = da1 * (z1 > 0)
        dW1 = dz1.T @ x / len(x) + l2 * W1
        db1 = dz1.sum(axis=0) / len(x)
        row = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "z1": z1, "a1": a1, "z2": z2, "a2": a2, "E": E}
        told.append(row | {"Edata": Edata, "dz2": dz2, "dW2": dW2, "db2": db2, "dz1": dz1, "dW1": dW1, "db1": db1})
        W1, b1 = W1 - eta * dW1, b1 - eta * db1
        W2, b2 = W2 - eta * dW2, b2 - eta * db2
    return told
