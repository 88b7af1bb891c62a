"""An LSTM over three steps with a target at each: half the squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_squared_error"
[[network.layers]]
kind = "lstm"
units = 1
weights = [[0.95, 0.8], [0.7, 0.45], [0.45, 0.25], [0.6, 0.4]]
recurrent = [[0.8], [0.1], [0.15], [0.25]]
bias = [0.65, 0.15, 0.2, 0.1]
initial = 0.3
initial_cell = 0.5
returns = "all"
[data]
inputs = [[[1, 2], [0.5, 3], [-0.4, 0.7]]]
targets = [[[0.5], [1.25], [-0.3]]]
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
        h, c, past = [], [], []
        state, cell = np.array([0.3]), np.array([0.5])
        for step in range(3):
            zi, zf, zg, zo = W @ x[step] + U @ state + b
            i, f, g, o = sigmoid(zi), sigmoid(zf), np.tanh(zg), sigmoid(zo)
            past.append((state, cell, i, f, g, o))
            cell = f * cell + i * g
            state = o * np.tanh(cell)
            h.append(state)
            c.append(cell)
        E = ((np.array(h) - t) ** 2).sum() / 2
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        dstate = dcell = np.zeros(1)
        for step in (2, 1, 0):
            before, cell_before, i, f, g, o = past[step]
            k = np.tanh(c[step])
            dh = h[step] - t[step] + dstate
            dc = dh * o * (1 - k**2) + dcell
            di, df, dg, do = dc * g, dc * cell_before, dc * i, dh * k
            dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)])
            dW += np.outer(dz, x[step])
            dU += np.outer(dz, before)
            db += dz
            dstate = U.T @ dz
            dcell = dc * f
        told.append({"W1": W, "U1": U, "b1": b, "a1": [h], "c1": [c], "E": E, "dW1": dW, "dU1": dU, "db1": db})
        W, U, b = W - eta * dW, U - eta * dU, b - eta * db
    return told
