"""Recurrent units, tanh, over three steps with a target at each: half the squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_squared_error"
[[network.layers]]
kind = "rnn"
units = 2
weights = [[0.5, -0.3], [0.2, 0.7]]
recurrent = [[0.6, -0.4], [0.3, 0.8]]
bias = [0.1, -0.2]
initial = [0.3, -0.1]
returns = "all"
[data]
inputs = [[[1, 0.5], [-0.4, 0.8], [0.6, -1.1]]]
targets = [[[0.5, -0.2], [0.1, 0.6], [-0.3, 0.4]]]
[training]
iterations = 4
learning_rate = 0.2
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    W, U, b, h0, eta, x, t = p["W1"], p["U1"], p["b1"], np.array([0.3, -0.1]), 0.2, x[0], t[0]
    told = []
    for _ in range(rows):
        z, h = np.zeros((3, 2)), np.zeros((3, 2))
        past = h0
        for step in range(3):
            z[step] = W @ x[step] + U @ past + b
            past = h[step] = np.tanh(z[step])
        E = ((h - t) ** 2).sum() / 2
        dh, dz = np.zeros((3, 2)), np.zeros((3, 2))
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        later = np.zeros(2)
        for step in (2, 1, 0):
            before = h[step - 1] if step else h0
            dh[step] = h[step] - t[step] + later
            dz[step] = dh[step] * (1 - h[step] ** 2)
            dW += np.outer(dz[step], x[step])
            dU += np.outer(dz[step], before)
            db += dz[step]
            later = U.T @ dz[step]
        row = {"W1": W, "U1": U, "b1": b, "z1": [z], "a1": [h], "E": E, "da1": [dh], "dz1": [dz]}
        told.append(row | {"dW1": dW, "dU1": dU, "db1": db})
        W, U, b = W - eta * dW, U - eta * dU, b - eta * db
    return told
