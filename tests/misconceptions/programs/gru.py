"""A GRU over two steps with a target at each, reset after the product: half the squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_squared_error"
[[network.layers]]
kind = "gru"
units = 2
weights = [[0.95, 0.8], [0.7, 0.45], [0.45, 0.25], [-0.3, 0.6], [0.2, -0.5], [0.4, 0.1]]
recurrent = [[0.8, 0.2], [0.1, -0.4], [0.15, 0.3], [0.5, -0.2], [0.7, -0.6], [0.3, 0.9]]
bias = [0.65, 0.15, 0.2, -0.1, 0.3, 0.05]
initial = [0.5, -0.4]
returns = "all"
[data]
inputs = [[[1, 2], [0.5, 3]]]
targets = [[[0.5, 0.1], [1.25, -0.6]]]
[training]
iterations = 4
learning_rate = 0.1
"""


def sigmoid(z: Any) -> Any:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W, U, b, eta, x, t = p["W1"], p["U1"], p["b1"], 0.1, x[0], t[0]
    told = []
    for _ in range(rows):
        hs, past = [], []
        h = np.array([0.5, -0.4])
        for step in range(2):
            r = sigmoid(W[:2] @ x[step] + U[:2] @ h + b[:2])
            z = sigmoid(W[2:4] @ x[step] + U[2:4] @ h + b[2:4])
            part = U[4:] @ h
            n = np.tanh(W[4:] @ x[step] + b[4:] + r * part)
            past.append((h, r, z, n, part))
            h = (1 - z) * n + z * h
            hs.append(h)
        E = ((np.array(hs) - t) ** 2).sum() / 2
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        later = np.zeros(2)
        for step in (1, 0):
            h, r, z, n, part = past[step]
            dh = hs[step] - t[step] + later
            dzn = dh * (1 - z) * (1 - n**2)
            dzz = dh * (h - n) * z * (1 - z)
            dzr = dzn * part * r * (1 - r)
            dsum = np.concatenate([dzr, dzz, dzn])
            dpast = np.concatenate([dzr, dzz, dzn * r])
            dW += np.outer(dsum, x[step])
            dU += np.outer(dpast, h)
            db += dsum
            later = dh * z + U.T @ dpast
        told.append({"W1": W, "U1": U, "b1": b, "a1": [hs], "E": E, "dW1": dW, "dU1": dU, "db1": db})
        W, U, b = W - eta * dW, U - eta * dU, b - eta * db
    return told
