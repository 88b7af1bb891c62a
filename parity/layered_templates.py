"""Small templates of recurrence and convolution, written out, for what is tried once on each."""

from __future__ import annotations

SEQUENCES = """
[data]
inputs = [
  [[0.5, -0.3], [0.8, 0.1], [-0.6, 0.9]], [[-0.2, 0.7], [0.4, -0.5], [0.3, 0.6]],
  [[0.9, 0.2], [-0.7, 0.3], [0.1, -0.8]],
]
targets = [[[1, 0], [0, 1], [0, 1]], [[0, 1], [0, 1], [1, 0]], [[1, 0], [1, 0], [0, 1]]]
test_inputs = [[[0.3, 0.3], [-0.4, 0.6], [0.7, -0.2]]]
test_targets = [[[0, 1], [1, 0], [0, 1]]]
accuracy = true
"""
IMAGES = """
[data]
inputs = [
  [[0.9, 0.1, 0.3, 0.7], [0.2, 0.8, 0.5, 0.4], [0.6, 0.35, 0.95, 0.15], [0.05, 0.45, 0.25, 0.75]],
  [[0.1, 0.6, 0.2, 0.3], [0.7, 0.9, 0.15, 0.55], [0.4, 0.05, 0.65, 0.85], [0.95, 0.35, 0.5, 0.25]],
  [[0.3, 0.2, 0.8, 0.45], [0.5, 0.1, 0.6, 0.9], [0.15, 0.7, 0.25, 0.4], [0.85, 0.55, 0.05, 0.35]],
]
targets = [[1, 0], [0, 1], [1, 0]]
test_inputs = [[[0.4, 0.3, 0.9, 0.2], [0.1, 0.5, 0.7, 0.6], [0.8, 0.25, 0.35, 0.15], [0.65, 0.45, 0.75, 0.05]]]
test_targets = [[0, 1]]
accuracy = true
"""
RNN = f"""
[network]
loss = "cross_entropy"
[[network.layers]]
kind = "rnn"
units = 2
returns = "all"
weights = [[0.4, -0.3], [0.2, 0.6]]
recurrent = [[0.5, -0.2], [0.3, 0.7]]
bias = [0.1, -0.1]
initial = [0.2, -0.4]
[[network.layers]]
units = 2
activation = "softmax"
weights = [[0.8, -0.5], [-0.4, 0.9]]
{SEQUENCES}"""
CNN = f"""
[network]
loss = "cross_entropy"
[[network.layers]]
kind = "conv2d"
filters = 2
kernel = [2, 2]
activation = "relu"
weights = [[[0.5, -0.2], [0.3, 0.4]], [[-0.3, 0.6], [0.7, -0.1]]]
bias = [0.1, -0.05]
[[network.layers]]
kind = "max_pool"
size = 2
stride = 1
[[network.layers]]
kind = "flatten"
[[network.layers]]
units = 2
activation = "softmax"
weights = [[0.3, -0.6, 0.2, 0.5, -0.4, 0.7, 0.1, -0.3], [-0.2, 0.4, 0.6, -0.5, 0.3, -0.1, 0.8, 0.2]]
{IMAGES}"""


def training(rate: float = 0.1, iterations: int = 5, more: str = "") -> str:
    """[training]."""
    return f"[training]\niterations = {iterations}\nlearning_rate = {rate}\n{more}\n"
