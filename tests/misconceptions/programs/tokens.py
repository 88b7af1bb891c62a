"""Embedded tokens and a softmax at each step, with a token that occurs twice: cross-entropy, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "cross_entropy"
[[network.layers]]
kind = "embedding"
rows = 3
size = 2
weights = [[0.3, -0.5], [0.8, 0.2], [-0.4, 0.6]]
[[network.layers]]
units = 3
activation = "softmax"
weights = [[0.7, -0.4], [-0.6, 0.9], [0.2, 0.5]]
bias = [0.2, 0.1, -0.1]
[data]
inputs = [[0, 1, 1, 2]]
targets = [[[0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]]
[training]
iterations = 4
learning_rate = 0.3
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    C, W, b, eta, tokens, t = p["W1"], p["W2"], p["b2"], 0.3, [0, 1, 1, 2], t[0]
    told = []
    for _ in range(rows):
        z1 = C[tokens]
        z2 = z1 @ W.T + b
        u = np.exp(z2)
        a2 = u / u.sum(axis=1, keepdims=True)
        E = -np.sum(t * np.log(a2)) / 4
        dz2 = (a2 - t) / 4
        dW, db = dz2.T @ z1, dz2.sum(axis=0)
        dz1 = dz2 @ W
        dC = np.zeros_like(C)
        for step, token in enumerate(tokens):
            dC[token] += dz1[step]
        row = {"W1": C, "W2": W, "b2": b, "z1": [z1], "z2": [z2], "a2": [a2], "E": E}
        told.append(row | {"dz2": [dz2], "dz1": [dz1], "dW1": dC, "dW2": dW, "db2": db})
        C, W, b = C - eta * dC, W - eta * dW, b - eta * db
    return told
