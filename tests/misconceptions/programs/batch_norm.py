"""A batch norm between two layers: mean squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "mse"
[[network.layers]]
units = 2
weights = [[0.3, -0.5], [0.8, 0.2]]
bias = false
[[network.layers]]
kind = "batch_norm"
eps = 0.01
gamma = [1.2, 0.8]
beta = [0.1, -0.2]
activation = "tanh"
[[network.layers]]
units = 1
weights = [[0.7, -0.4]]
bias = [0.2]
[data]
inputs = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8], [0.2, 1.1]]
targets = [[1], [0.3], [-0.4], [0.8]]
[training]
iterations = 4
learning_rate = 0.2
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W1, G, B, W3, b3, eta, eps = p["W1"], p["G2"], p["B2"], p["W3"], p["b3"], 0.2, 0.01
    told = []
    for _ in range(rows):
        z1 = x @ W1.T
        mean, variance = z1.mean(axis=0), z1.var(axis=0)
        s = np.sqrt(variance + eps)
        n = (z1 - mean) / s
        z2 = G * n + B
        a2 = np.tanh(z2)
        z3 = a2 @ W3.T + b3
        E = np.mean((z3 - t) ** 2)
        dz3 = 2 * (z3 - t)
        dW3, db3 = dz3.T @ a2 / len(x), dz3.mean(axis=0)
        dz2 = dz3 @ W3 * (1 - a2**2)
        dG, dB = (dz2 * n).mean(axis=0), dz2.mean(axis=0)
        dn = dz2 * G
        dv = (dn * (z1 - mean)).sum(axis=0) * -0.5 / s**3
        dmean = -(dn / s).sum(axis=0)
        dz1 = dn / s + dv * 2 * (z1 - mean) / len(x) + dmean / len(x)
        dW1 = dz1.T @ x / len(x)
        row = {"W1": W1, "G2": G, "B2": B, "W3": W3, "b3": b3, "z1": z1, "n2": n, "z2": z2, "a2": a2, "z3": z3, "E": E}
        told.append(row | {"dz1": dz1, "dW1": dW1, "dG2": dG, "dB2": dB, "dW3": dW3, "db3": db3})
        W1, G, B = W1 - eta * dW1, G - eta * dG, B - eta * dB
        W3, b3 = W3 - eta * dW3, b3 - eta * db3
    return told
