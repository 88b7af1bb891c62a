"""Two convolutions, max pooling and average pooling: half the squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_squared_error"
[[network.layers]]
kind = "conv2d"
filters = 1
kernel = [2, 2]
weights = [[[-0.13, 0.15], [-0.51, 0.62]]]
bias = [0.1]
activation = "relu"
[[network.layers]]
kind = "conv2d"
filters = 1
kernel = [2, 2]
weights = [[[0.4, -0.3], [0.2, 0.7]]]
bias = [0.05]
[[network.layers]]
kind = "max_pool"
size = [2, 2]
[[network.layers]]
kind = "avg_pool"
size = [2, 2]
[[network.layers]]
kind = "flatten"
[data]
inputs = [[[0.9, 0.1, 0.7, 1.6, 0.5, 0.3], [0.9, 0.1, 0.7, 1.6, 0.5, 0.3], [0.9, 0.1, 0.7, 1.6, 0.5, 0.3],
 [0.9, 0.1, 0.7, 1.6, 0.5, 0.3], [0.5, 0.7, 1.9, 0.3, 1.2, 0.1], [1.1, 0.2, 0.6, 1.4, 0.9, 0.7]]]
targets = [[0.64]]
[training]
iterations = 4
learning_rate = 0.1
"""


def convolved(x: Any, K: Any) -> Any:
    """The sum over each window of the numbers times the weights at their places."""
    rows, columns = len(x) - 1, len(x[0]) - 1
    return np.array([[np.sum(x[i : i + 2, j : j + 2] * K) for j in range(columns)] for i in range(rows)])


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    K1, b1, K2, b2, eta, x, t = p["K1"][0, 0], p["b1"], p["K2"][0, 0], p["b2"], 0.1, x[0], t[0]
    told = []
    for _ in range(rows):
        z1 = convolved(x, K1) + b1
        a1 = np.maximum(z1, 0)
        z2 = convolved(a1, K2) + b2
        pooled = np.zeros((2, 2))
        for i in range(2):
            for j in range(2):
                pooled[i, j] = z2[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
        mean = pooled.sum() / 4
        E = np.sum((mean - t) ** 2) / 2
        dmean = (mean - t)[0]
        dz2 = np.zeros((4, 4))
        for i in range(2):
            for j in range(2):
                window = z2[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                dpooled = dmean / 4
                winner = np.arange(4).reshape(2, 2) == window.argmax()
                dz2[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = dpooled * winner
        dK2, db2 = np.zeros((2, 2)), dz2.sum()
        da1 = np.zeros((5, 5))
        for i in range(4):
            for j in range(4):
                dK2 += dz2[i, j] * a1[i : i + 2, j : j + 2]
                da1[i : i + 2, j : j + 2] += dz2[i, j] * K2
        dz1 = da1 * (z1 > 0)
        dK1, db1 = np.zeros((2, 2)), dz1.sum()
        for i in range(5):
            for j in range(5):
                dK1 += dz1[i, j] * x[i : i + 2, j : j + 2]
        row = {"K1": [[K1]], "b1": b1, "K2": [[K2]], "b2": b2, "z1": [[z1]], "z2": [[z2]], "p3": [[pooled]], "E": E}
        told.append(row | {"dz2": [[dz2]], "dK1": [[dK1]], "db1": [db1], "dK2": [[dK2]], "db2": [db2]})
        K1, b1, K2, b2 = K1 - eta * dK1, b1 - eta * db1, K2 - eta * dK2, b2 - eta * db2
    return told
