"""Small networks that take numbers together: norms and attention, as templates."""

from __future__ import annotations

TRAINING = "[training]\niterations = 3\nlearning_rate = 0.1\n"

BATCH_NORM = f"""
[network]
[[network.layers]]
units = 2
weights = [[0.5, -0.3], [0.2, 0.7]]
bias = 0.3
[[network.layers]]
kind = "batch_norm"
gamma = [1.5, 0.5]
[[network.layers]]
units = 1
weights = [[0.4, -0.6]]
[data]
inputs = [[1, 0], [2, 1], [3, -1], [4, 2]]
targets = [[0], [0], [1], [1]]
{TRAINING}"""

LAYER_NORM = f"""
[network]
[[network.layers]]
units = 3
weights = [[0.5, -0.3], [0.1, 0.8], [-0.4, 0.2]]
[[network.layers]]
kind = "layer_norm"
[data]
inputs = [[[1, 2], [0.5, -1]]]
targets = [[[1, 0, -1], [0, 1, 0]]]
{TRAINING}"""

TWO_HEADS = f"""
[network]
loss = "cross_entropy"
[[network.layers]]
name = "tokens"
kind = "embedding"
rows = 4
size = 2
weights = [[0.3, -0.2], [0.1, 0.4], [-0.4, 0.2], [0.2, 0.1]]
[[network.layers]]
kind = "attention"
size = 2
heads = 2
causal = true
query = [[1, 0], [0, 1]]
key = [[0.5, 1], [1, -0.5]]
value = [[1, 2], [-1, 1]]
out = [[1, 0.5], [-0.5, 1]]
[[network.layers]]
units = 4
weights = {{ same_as = "tokens" }}
bias = false
activation = "softmax"
[data]
alphabet = "helo"
inputs = ["hel"]
targets = ["elo"]
{TRAINING}"""
