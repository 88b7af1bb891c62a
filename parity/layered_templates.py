"""Small templates of recurrence, convolution, attention and batch norm, for what is tried once on each."""

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
TRANSFORMER = """
[network]
loss = "cross_entropy"
[[network.layers]]
name = "tokens"
kind = "embedding"
rows = 4
size = 4
weights = [[-0.26, 0.74, -0.13, 0.1], [0.13, -0.43, -0.99, 0.34], [-0.74, -0.27, 0.5, -0.03],
           [0.34, -0.02, 0.64, -0.85]]
[[network.layers]]
name = "read"
kind = "positions"
weights = [[0.35, 0.15, 0.01, 0.1], [0.07, -0.57, 0.1, 0.04], [-0.08, -0.19, 0.45, -0.01]]
[[network.layers]]
kind = "layer_norm"
gamma = [1.1, 0.9, 0.8, 1.2]
[[network.layers]]
name = "attended"
kind = "attention"
size = 4
heads = 2
causal = true
query = [[0.22, -0.11, 0.38, 0.87], [0.38, 0.3, -0.4, -0.06], [0.21, -0.76, -0.36, 0.13], [0.42, 0.44, -0.28, -0.2]]
key = [[0.01, 0.08, 0.36, 0.76], [-0.11, 0.4, 0.49, 0.46], [-0.85, 0.18, 0.17, 0.4], [0.09, 0.43, -0.34, 0.07]]
value = [[0.21, -0.22, -0.41, -0.81], [-0.29, -0.44, 0.3, 0.27], [0.33, 0.75, -0.09, 0.37], [0.07, 0.49, -0.35, -0.46]]
out = [[0.11, 0.38, -0.19, -0.3], [-0.46, 0.48, -0.42, -0.09], [0.22, 0.01, 0.1, 0.91], [-0.17, 0.5, -0.47, -0.34]]
[[network.layers]]
name = "kept"
kind = "add"
from = ["read", "attended"]
[[network.layers]]
kind = "layer_norm"
beta = [0.1, -0.2, 0.3, 0]
[[network.layers]]
units = 3
activation = "gelu"
weights = [[-0.46, 0.4, 0.14, 0.44], [0.37, -0.12, 0.1, 0.71], [-0.19, -0.74, 0.06, -0.07]]
bias = [0.1, 0.2, 0.3]
[[network.layers]]
name = "thought"
units = 4
weights = [[-0.26, 0.05, -0.48], [-0.2, -0.49, 0.12], [0.48, -0.08, 0.73], [0.02, 0.08, -0.44]]
[[network.layers]]
kind = "add"
from = ["kept", "thought"]
[[network.layers]]
units = 4
activation = "softmax"
weights = { same_as = "tokens" }
bias = false
[data]
inputs = [[0, 1, 2], [3, 3, 1], [2, 0, 3]]
targets = [
  [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], [[0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]],
  [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
]
test_inputs = [[1, 1, 0], [2, 3, 0]]
test_targets = [[[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]], [[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]]
accuracy = true
"""
NORMALISED = """
[network]
loss = "cross_entropy"
[[network.layers]]
units = 3
weights = [[0.4, -0.3], [0.2, 0.6], [-0.7, 0.5]]
bias = false
[[network.layers]]
kind = "batch_norm"
momentum = 0.3
gamma = [1.2, 0.7, -0.9]
beta = [0.2, 0.1, 0]
activation = "tanh"
[[network.layers]]
units = 2
activation = "softmax"
weights = [[0.8, -0.5, 0.3], [-0.4, 0.9, 0.6]]
[data]
inputs = [[0.5, -0.3], [0.8, 0.1], [-0.6, 0.9], [-0.2, 0.7], [0.4, -0.5], [0.3, 0.6]]
targets = [[1, 0], [0, 1], [0, 1], [1, 0], [0, 1], [1, 0]]
test_inputs = [[0.9, 0.2], [-0.7, 0.3]]
test_targets = [[1, 0], [0, 1]]
accuracy = true
"""


def training(rate: float = 0.1, iterations: int = 5, more: str = "") -> str:
    """[training]."""
    return f"[training]\niterations = {iterations}\nlearning_rate = {rate}\n{more}\n"
