"""The training of ``mazur`` as a person writes it in NumPy, with every number kept: what the reference is held against.

The network is 2-2-2, sigmoid everywhere, half squared errors, one sample, biases shared and not trained:

    z = W a' + b       a = 1 / (1 + e^-z)
    delta2 = (a2 - t) a2 (1 - a2)     delta1 = (W2^T delta2) a1 (1 - a1)     dW = delta a'^T     W+ = W - eta dW
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLUMNS = 51  # all but the iteration's number


def train_mazur(iterations: int) -> NDArray[np.float64]:
    """(T + 1, 51): the columns of the training sheet but the first."""
    x, target, eta, b1, b2 = np.array([0.05, 0.10]), np.array([0.01, 0.99]), 0.5, 0.35, 0.60
    w1, w2 = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])
    kept = np.empty((iterations + 1, COLUMNS))
    for t in range(iterations + 1):
        z1 = w1 @ x + b1
        a1 = 1 / (1 + np.exp(-z1))
        z2 = w2 @ a1 + b2
        a2 = 1 / (1 + np.exp(-z2))
        e = a2 - target
        each = e * e / 2
        slope2 = a2 * (1 - a2)
        delta2 = e * slope2
        back = w2.T @ delta2
        slope1 = a1 * (1 - a1)
        delta1 = back * slope1
        dw1, dw2 = np.outer(delta1, x), np.outer(delta2, a1)
        norms = [np.sqrt((dw1 * dw1).sum()), np.sqrt((dw2 * dw2).sum())]
        new1, new2 = w1 - eta * dw1, w2 - eta * dw2
        parts = (w1.ravel(), w2.ravel(), z1, a1, z2, a2, e, each, [each.sum()], e, slope2, delta2, back, slope1, delta1)
        kept[t] = np.concatenate((*parts, dw1.ravel(), dw2.ravel(), norms, new1.ravel(), new2.ravel()))
        w1, w2 = new1, new2
    return kept
