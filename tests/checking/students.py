"""Backpropagation as students write it, in plain NumPy, each program right unless a ``fault`` is asked for.

They log what such programs log, under the names that people use.  Samples are rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Log = dict[str, Any]


def sigmoid(z: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


def collected(records: list[Log]) -> Log:
    """A list of records as a mapping of arrays."""
    return {name: np.array([record[name] for record in records]) for name in records[0]}


def xor(iterations: int = 20, fault: str = "", rate: float = 1.0) -> Log:
    """The template ``xor``: two tanh units, a sigmoid, binary cross-entropy, full batch."""
    X, T = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    W1, b1 = np.array([[-0.9, 0.7], [-0.1, 0.5]]), np.array([-1.0, -0.1])
    W2, b2 = np.array([[0.4, -0.5]]), np.array([0.9])
    records, batch = [], len(X)
    for _ in range(iterations + 1):
        z1 = X @ W1.T + (0 if fault == "bias forgotten" else b1)
        a1 = np.tanh(z1)
        z2 = a1 @ W2.T + b2
        y = sigmoid(z2)
        loss = -np.mean(T * np.log(y) + (1 - T) * np.log(1 - y))
        dz2 = (y - T) / (1 if fault == "sum for mean" else batch)
        if fault == "sigma' once more":
            dz2 = dz2 * y * (1 - y)
        dW2, db2 = dz2.T @ a1, dz2.sum(axis=0)
        if fault == "bias of one sample":
            db2 = dz2[0]
        step = (W2 - rate * dW2) if fault == "updated weights" else W2
        da1 = dz2 @ step
        slope = 1 - a1 * a1
        if fault == "slope at a":
            slope = 1 - np.tanh(a1) ** 2
        if fault == "slope of the sigmoid":
            slope = a1 * (1 - a1)
        if fault == "no slope":
            slope = np.ones_like(a1)
        dz1 = da1 * slope
        dW1, db1 = dz1.T @ X, dz1.sum(axis=0)
        records.append({
            **{"W1": W1, "b1": b1, "W2": W2, "b2": b2, "loss": loss, "a1": a1, "y": y},
            **{"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2},
        })  # fmt: skip
        sign = -1 if fault == "uphill" else 1
        W1, b1 = W1 - sign * rate * dW1, b1 - sign * rate * db1
        W2, b2 = W2 - sign * rate * dW2, b2 - sign * rate * db2
        rate *= 0.9 if fault == "rate decays" else 1
    return collected(records)


def mazur(iterations: int = 10, fault: str = "", rate: float = 0.5, w5: float = 0.4) -> Log:
    """The template ``mazur``: two sigmoid layers, one sample, half the squared error, fixed biases."""
    x, t = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    W1, W2 = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[w5, 0.45], [0.5, 0.55]])
    records = []
    for _ in range(iterations + 1):
        h = sigmoid(W1 @ x + 0.35)
        o = sigmoid(W2 @ h + 0.6)
        loss = np.sum((o - t) ** 2) * (1 if fault == "no half" else 0.5)
        delta2 = (o - t) * o * (1 - o) * (2 if fault == "no half" else 1)
        if fault == "no outer slope":
            delta2 = o - t
        dW2 = np.outer(delta2, h)
        moved = W2 - rate * dW2
        way = {"updated weights": moved, "transposed": W2.T}.get(fault, W2)
        delta1 = (way.T @ delta2) * h * (1 - h)
        if fault == "one path":
            delta1 = way[0] * delta2[0] * h * (1 - h)
        dW1 = np.outer(delta1, x)
        records.append({"loss": loss, "W1": W1, "W2": W2, "dW1": dW1, "dW2": dW2})
        W1, W2 = W1 - rate * dW1, moved
    return collected(records)


def rnn(iterations: int = 10, fault: str = "", rate: float = 0.1) -> Log:
    """The template ``rnn``: two tanh units over two steps, an output at each, half the squared error."""
    xs, ts = [np.array([1.0]), np.array([2.0])], [np.array([2.0]), np.array([3.0])]
    Wxh, Whh, bh = np.array([[0.5], [0.6]]), np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([0.1, -0.1])
    Why, by = np.array([[1.0, 2.0]]), np.array([0.1])
    records = []
    for _ in range(iterations + 1):
        hs, ys, loss = [np.zeros(2)], [], 0.0
        for x, t in zip(xs, ts, strict=True):
            hs.append(np.tanh(Wxh @ x + Whh @ hs[-1] + bh))
            ys.append(Why @ hs[-1] + by)
            loss += float(np.sum((ys[-1] - t) ** 2) / 2)
        dWxh, dWhh, dbh, dWhy, dby = (np.zeros_like(p) for p in (Wxh, Whh, bh, Why, by))
        later = np.zeros(2)
        for step in (1, 0):
            dy = ys[step] - ts[step]
            dWhy, dby = dWhy + np.outer(dy, hs[step + 1]), dby + dy
            dh = Why.T @ dy + (0 if fault == "earlier steps dropped" else later)
            if fault == "direct term dropped" and step == 0:
                dh = later
            dz = dh * (1 - hs[step + 1] ** 2)
            dWxh, dWhh = dWxh + np.outer(dz, xs[step]), dWhh + np.outer(dz, hs[step])
            dbh = dbh + dz
            later = (Whh if fault == "recurrent transposed" else Whh.T) @ dz
        records.append({
            **{"Wxh": Wxh, "Whh": Whh, "bh": bh, "Why": Why, "by": by, "loss": loss},
            **{"dWxh": dWxh, "dWhh": dWhh, "dbh": dbh, "dWhy": dWhy, "dby": dby},
        })  # fmt: skip
        Wxh, Whh, bh = Wxh - rate * dWxh, Whh - rate * dWhh, bh - rate * dbh
        Why, by = Why - rate * dWhy, by - rate * dby
    return collected(records)


SOFTMAX = """
[network]
loss = "cross_entropy"
[[network.layers]]
units = 3
activation = "relu"
weights = [[0.5, -0.3], [0.2, 0.7], [-0.4, 0.6]]
bias = [0.1, 0.2, 0.3]
[[network.layers]]
units = 3
activation = "softmax"
weights = [[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [-0.7, 0.2, 0.3]]
[data]
inputs = [[0.5, 1.0], [-1.0, 0.7], [0.9, -0.4], [0.3, 0.2]]
targets = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
[training]
iterations = 10
learning_rate = 0.3
"""


def softmax(iterations: int = 10, fault: str = "", rate: float = 0.3) -> Log:
    """The template :data:`SOFTMAX`: three ReLU units, softmax, cross-entropy; weights as (inputs, units)."""
    X = np.array([[0.5, 1.0], [-1.0, 0.7], [0.9, -0.4], [0.3, 0.2]])
    T = np.eye(3)[[0, 1, 2, 0]]
    W1, b1 = np.array([[0.5, 0.2, -0.4], [-0.3, 0.7, 0.6]]), np.array([0.1, 0.2, 0.3])
    W2, b2 = np.array([[0.3, 0.1, -0.7], [-0.2, 0.4, 0.2], [0.5, -0.6, 0.3]]), np.zeros(3)
    records, batch = [], len(X)
    for _ in range(iterations + 1):
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        Z2 = A1 @ W2 + b2
        P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        loss = -np.mean(np.sum(T * np.log(P), axis=1))
        dZ2 = (P - T) / batch
        if fault == "diagonal Jacobian":
            dZ2 = -T / P * P * (1 - P) / batch
        dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
        dZ1 = (dZ2 @ W2.T) * (1 if fault == "no mask" else Z1 > 0)
        dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0)
        records.append({
            **{"W1": W1, "b1": b1, "W2": W2, "b2": b2, "loss": loss, "probs": P},
            **{"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2},
        })  # fmt: skip
        W1, b1, W2, b2 = W1 - rate * dW1, b1 - rate * db1, W2 - rate * dW2, b2 - rate * db2
    return collected(records)


PROGRAMS: dict[str, Callable[..., Log]] = {"xor": xor, "mazur": mazur, "rnn": rnn}
