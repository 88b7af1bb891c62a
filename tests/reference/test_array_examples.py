"""Formulas of papers as arrays: the numbers are those of the same formulas written out with a name for each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from xlbp.reference.train import train
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.load import parse_template

ROWS = (0, 1, 10, 100)


@dataclass(frozen=True)
class Example:
    """A formula, the derivatives in row 0 by array, and E in rows 0, 1, 10 and 100."""

    expression: str
    gradients: dict[str, Any]
    losses: tuple[float, ...]
    rate: float = 0.1


ATTENTION = """
variables = { W_Q = [[1, 0], [0, 1]], W_K = [[0, 1], [1, 0]], W_V = [[1, 2], [3, 4]] }
constants = { X = [[1, 0], [0, 1], [1, 1]], t = [[1, 1], [2, 2], [3, 3]], d_k = 2MASK }
steps = ["Q = X @ W_Q", "K = X @ W_K", "V = X @ W_V", "A = softmax(Q @ K.T / sqrt(d_k)PLUS)",
         "E = sum((A @ V - t)**2) / 2"]
"""
MASK = "M = [[0, -1000, -1000], [0, 0, -1000], [0, 0, 0]]"

EXAMPLES = {
    "attention": Example(
        ATTENTION.replace("MASK", "").replace("PLUS", ""),
        {
            "W_Q": [[2.3772078665, 0.531463415717], [2.07422201445, 0.101766031886]],
            "W_K": [[0.531463415717, 0.101766031886], [2.3772078665, 2.07422201445]],
            "W_V": [[1.68679521674, 4.78015116772], [1.97282277871, 5.06617872969]],
        },
        (11.1339621603, 5.54396866565, 2.112234468, 0.556749449033),
    ),
    "causal": Example(
        ATTENTION.replace("MASK", f", {MASK}").replace("PLUS", " + M"),
        {
            "W_Q": [[0.668115351167, 0.135360632578], [0.768508799761, 0.0349671839842]],
            "W_K": [[0.135360632578, 0.0349671839842], [0.668115351167, 0.768508799761]],
            "W_V": [[-0.222152572352, 2.57784983171], [-0.106876637833, 1.35360266757]],
        },
        (1.9165362951, 1.01511005831, 0.0748649475988, 0.000265323822954),
    ),
    "layer norm": Example(
        """
        variables = { W = [[0.5, -0.3], [0.1, 0.8], [-0.4, 0.2]], g = [1, 1, 1], b = [0, 0, 0] }
        constants = { x = [1, 2], t = [1, 0, -1], eps = 1e-5 }
        steps = ["z = W @ x", "mu = mean(z)", "s = sqrt(var(z) + eps)", "y = g * (z - mu) / s + b",
                 "E = 0.5 * sum((y - t)**2)"]
        """,
        {
            "W": [
                [-1.17324232276, -2.34648464552],
                [-0.0689873441287, -0.137974688257],
                [1.24222966689, 2.48445933377],
            ],
            "g": [1.35471124175, 1.9950847626, -0.228770718117],
            "b": [-1.76677197701, 1.4124746945, 0.354297282515],
        },
        (2.62104727288, 0.776928918038, 0.000887457774126, 9.72335411061e-17),
    ),
    "batch norm": Example(
        """
        variables = { w = [0.5, -0.3], b = 0.3, gamma = 1, beta = 0 }
        constants = { X = [[1, 0], [2, 1], [3, -1], [4, 2]], t = [0, 0, 1, 1], eps = 1e-5 }
        steps = ["z = X @ w + b", "n = (z - mean(z, axis=0)) / sqrt(var(z, axis=0) + eps)", "y = gamma * n + beta",
                 "E = mean((y - t)**2) / 2"]
        """,
        {"w": [-0.129982398384, -0.216700751487], "b": 0.0, "gamma": 0.523241010668, "beta": -0.5},
        (0.273259191825, 0.218362648607, 0.0369538658058, 0.00595238113187),
    ),
    "skip-gram": Example(
        """
        steps = ["L = log_softmax(V @ U.T)", "E = -sum(C * L)"]
        constants = { C = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]] }
        [expression.variables]
        V = [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.1], [0.2, 0.3]]
        U = [[0.3, -0.2], [0.1, 0.4], [-0.4, 0.2], [0.2, 0.1]]
        """,
        {
            "V": [
                [-0.0479775228645, -0.268185157596],
                [0.135592366458, 0.3007096466],
                [-0.126774367753, -0.286473534109],
                [0.456495512684, -0.065952256556],
            ],
            "U": [
                [0.540265117675, -0.177243245275],
                [-0.435214477734, 0.203532374714],
                [0.191852505174, -0.387241824316],
                [-0.296903145114, 0.360952694877],
            ],
        },
        (8.33354032457, 8.19012295439, 6.18911636959, 2.82715820266),
    ),
    "contrastive": Example(
        """
        variables = { u = [[0.25, 0.59], [0.48, -0.94], [0.89, 0.8]], v = [[0.48, 0.88], [0.84, -0.07], [0.3, -0.77]] }
        constants = { I = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], tau = 0.5 }
        steps = ["S = u @ v.T / tau", "E = mean(logsumexp(S) - sum(I * S, axis=-1))"]
        """,
        {
            "u": [
                [0.0512979993133, -0.256870373257],
                [-0.247914311132, -0.287809243915],
                [0.183679155906, 0.881933840739],
            ],
            "v": [
                [0.358783911082, 0.206633297702],
                [-0.0134833791733, 0.690841857772],
                [-0.345300531909, -0.897475155475],
            ],
        },
        (1.65611000363, 0.778117161997, 0.0902423305284, 0.00206723207806),
        rate=0.5,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_papers_formula_as_arrays_is_the_one_written_out(name: str) -> None:
    """Derivatives in row 0, and the objective over a hundred rows, are those of the formula number by number."""
    example = EXAMPLES[name]
    text = f"[expression]\n{example.expression}\n[training]\niterations = 100\nlearning_rate = {example.rate}\n"
    template = parse_template(text, "example.toml", name)
    graph, history = template.model, train(template)
    assert isinstance(graph, ArrayGraph)
    for array, gradients in example.gradients.items():
        found = [history[graph.gradient(element)][0] for element in graph.elements(array)]
        np.testing.assert_allclose(found, np.ravel(gradients), rtol=1e-10, atol=1e-14)
    assert [history["E"][row] for row in ROWS] == pytest.approx(example.losses, rel=1e-9, abs=1e-17)
