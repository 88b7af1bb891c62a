"""Formulas of arrays: two matrices and a bias, half the squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[expression]
variables = { W = [[0.3, -0.5], [0.8, 0.2]], b = [0.1, -0.2], V = [[0.7, -0.4], [-0.6, 0.9]] }
constants = { x = [0.5, -1.2], t = [0.3, 0.7] }
steps = ["z = W @ x + b", "h = tanh(z)", "y = V @ h", "E = sum((y - t)**2) / 2"]
objective = "E"
goal = "minimize"
[training]
iterations = 4
learning_rate = 0.3
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """The loss, gradients and parameters of every row."""
    W, b, V, eta, x, t = p["W"], p["b"], p["V"], 0.3, np.array([0.5, -1.2]), np.array([0.3, 0.7])
    told = []
    for _ in range(rows):
        z = W @ x + b
        h = np.tanh(z)
        y = V @ h
        E = ((y - t) ** 2).sum() / 2
        dy = y - t
        dV = np.outer(dy, h)
        dh = V.T @ dy
        dz = dh * (1 - h**2)
        dW, db = np.outer(dz, x), dz
        told.append({"W": W, "b": b, "V": V, "E": E, "dE/dW": dW, "dE/db": db, "dE/dV": dV, "dE/dh": dh})
        W, b, V = W - eta * dW, b - eta * db, V - eta * dV
    return told
