"""Causal attention after a layer norm: half the mean squared error, gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

TEMPLATE = """
[network]
loss = "half_squared_error"
[[network.layers]]
kind = "layer_norm"
eps = 0.01
gamma = [1.2, 0.8]
beta = [0.1, -0.2]
[[network.layers]]
kind = "attention"
size = 2
causal = true
query = [[0.9, -0.3], [0.4, 0.7]]
key = [[0.5, 0.8], [-0.6, 0.2]]
value = [[0.3, -0.7], [0.6, 0.5]]
out = false
[data]
inputs = [[[1, 0.5], [-0.4, 0.8], [0.6, -1.1]]]
targets = [[[0.5, -0.2], [0.1, 0.6], [-0.3, 0.4]]]
[training]
iterations = 4
learning_rate = 0.2
"""


def train(p: dict[str, Any], x: Any, t: Any, rows: int) -> list[dict[str, Any]]:
    """Every array of every row."""
    G, B, Q, K, V, eta, eps, x, t = p["G1"], p["B1"], p["Q2"], p["K2"], p["V2"], 0.2, 0.01, x[0], t[0]
    mask, d = np.tril(np.ones((3, 3))), 2
    told = []
    for _ in range(rows):
        mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        n = (x - mean) / np.sqrt(variance + eps)
        y = G * n + B
        q, k, v = y @ Q.T, y @ K.T, y @ V.T
        s = q @ k.T / np.sqrt(d)
        u = np.exp(s) * mask
        share = u / u.sum(axis=1, keepdims=True)
        z = share @ v
        E = ((z - t) ** 2).sum() / 2
        dz = z - t
        dshare, dv = dz @ v.T, share.T @ dz
        ds = share * (dshare - (dshare * share).sum(axis=1, keepdims=True))
        dq, dk = ds @ k / np.sqrt(d), ds.T @ q / np.sqrt(d)
        dQ, dK, dV = dq.T @ y, dk.T @ y, dv.T @ y
        dy = dq @ Q + dk @ K + dv @ V
        dG, dB = (dy * n).sum(axis=0), dy.sum(axis=0)
        row = {
            "G1": G,
            "B1": B,
            "Q2": Q,
            "K2": K,
            "V2": V,
            "z1": [y],
            "q2": [q],
            "k2": [k],
            "v2": [v],
            "z2": [z],
            "E": E,
        }
        told.append(row | {"dz1": [dy], "dQ2": dQ, "dK2": dK, "dV2": dV, "dG1": dG, "dB1": dB})
        G, B = G - eta * dG, B - eta * dB
        Q, K, V = Q - eta * dQ, K - eta * dK, V - eta * dV
    return told
