"""Templates of networks that are too large to be shown at once, small enough to test with."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


def large_network(
    sizes: Sequence[int],
    activations: Sequence[str],
    loss: str,
    samples: int = 1,
    biases: Sequence[str] = (),
    notation: str = "",
) -> str:
    """The text of a template; ``biases`` are lines of TOML, one or more per layer."""
    random = Random(7)

    def rows(height: int, width: int, low: float = -0.5) -> list[list[float]]:
        return [[round(random.uniform(low, 0.5), 2) for _ in range(width)] for _ in range(height)]

    layers = "".join(
        f'[[network.layers]]\nunits = {units}\nactivation = "{activation}"\nweights = {rows(units, below)}\n{bias}\n'
        for below, units, activation, bias in zip(
            sizes, sizes[1:], activations, biases or ["bias = 0.1"] * len(activations), strict=False
        )
    )
    targets = rows(samples, sizes[-1], 0.1)
    if loss == "cross_entropy":
        targets = [[float(i == s % sizes[-1]) for i in range(sizes[-1])] for s in range(samples)]
    data = f"[data]\ninputs = {rows(samples, sizes[0])}\ntargets = {targets}\n"
    return f'[network]\nloss = "{loss}"\n{layers}{notation}{data}[training]\nlearning_rate = 0.3\niterations = 3\n'


SHARED, FROZEN = "bias = 0.2\nbias_shared = true", "bias = 0.1\nbias_trainable = false"
NETWORKS = {
    "batch": large_network([8, 12, 6], ["tanh", "softmax"], "cross_entropy", 4),
    "mixed": large_network([10, 6, 5, 3], ["identity", "relu", "sigmoid"], "mse", 1, [SHARED, FROZEN, "bias = false"]),
    "data sheet": large_network([10, 8, 3], ["leaky_relu", "softmax"], "mse", 9, [SHARED, FROZEN]),
    "logit": large_network([9, 9, 2], ["softplus", "sigmoid"], "binary_cross_entropy", 2),
    "gated": large_network([20, 6, 1], ["silu", "sigmoid"], "half_squared_error", 3),
    "one layer": large_network([41, 2], ["sigmoid"], "half_squared_error"),
    "by input": large_network(
        [9, 8, 2], ["tanh", "identity"], "half_squared_error", 2, notation='[notation]\nweights = "by_input"\n'
    ),
}
