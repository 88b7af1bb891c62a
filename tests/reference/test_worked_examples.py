"""Worked examples of the literature, trained on: their numbers were computed apart, as graphs of single numbers.

These graphs agreed with PyTorch 2.14 in double precision; the numbers are its loss in rows 0, 1, 10, 100 and 500, and
gradients of row 0, to twelve digits.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from xlbp.reference.train import train
from xlbp.template.load import parse_template

ROWS = (0, 1, 10, 100, 500)


class Example(NamedTuple):
    """A template without its training, the rate, the losses of :data:`ROWS`, and gradients of the first row."""

    text: str
    rate: float
    losses: tuple[float, ...]
    gradients: dict[str, float]


RNN = """[network]
[[network.layers]]
kind = "rnn"
units = 2
weights = [[0.5], [0.6]]
recurrent = [[0.1, 0.3], [0.2, 0.4]]
bias = [0.1, -0.1]
returns = "all"
[[network.layers]]
units = 1
weights = [[1, 2]]
bias = 0.1
[data]
inputs = [[[1], [2]]]
targets = [[[2], [3]]]
"""
HELLO = """[network]
loss = "cross_entropy"
loss_over_steps = "sum"
[[network.layers]]
kind = "rnn"
units = 3
weights = [[0.287027, 0.84606, 0.572392, 0.486813], [0.902874, 0.871522, 0.691079, 0.18998],
           [0.537524, 0.09234, 0.55815, 0.491528]]
recurrent = 0.427043
bias = 0.567001
bias_shared = true
returns = "all"
[[network.layers]]
units = 4
activation = "softmax"
weights = [[0.37168, 0.974829459, 0.830034886], [0.39141, 0.282585823, 0.659835709],
           [0.64985, 0.09821557, 0.3342870884], [0.91266, 0.32581642, 0.144630018]]
bias = false
[data]
inputs = [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]]]
targets = [[[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]]
"""
LSTM = """[network]
[[network.layers]]
kind = "lstm"
units = 1
weights = [[0.95, 0.8], [0.7, 0.45], [0.45, 0.25], [0.6, 0.4]]
recurrent = [[0.8], [0.1], [0.15], [0.25]]
bias = [0.65, 0.15, 0.2, 0.1]
returns = "all"
[data]
inputs = [[[1, 2], [0.5, 3]]]
targets = [[[0.5], [1.25]]]
"""
COMPANIES = """[network]
loss = "mse"
[[network.layers]]
kind = "lstm"
units = 1
weights = [[1.65], [1.63], [0.94], [-0.19]]
recurrent = [[2.0], [2.7], [1.41], [4.38]]
bias = [0.62, 1.62, -0.32, 0.59]
[data]
inputs = [[[0], [0.5], [0.25], [1]], [[1], [0.5], [0.25], [1]]]
targets = [[0], [1]]
"""
GRU = """[network]
[[network.layers]]
kind = "gru"
units = 1
weights = [[0.95, 0.8], [0.7, 0.45], [0.45, 0.25]]
recurrent = [[0.8], [0.1], [0.15]]
bias = [0.65, 0.15, 0.2]
{form}
initial = 0.5
returns = "all"
[data]
inputs = [[[1, 2], [0.5, 3]]]
targets = [[[0.5], [1.25]]]
"""
CNN = """[network]
[[network.layers]]
kind = "conv2d"
filters = 1
kernel = 2
weights = [[[-0.13, 0.15], [-0.51, 0.62]]]
bias = false
[[network.layers]]
kind = "max_pool"
size = 2
activation = "sigmoid"
[[network.layers]]
kind = "flatten"
[[network.layers]]
units = 2
weights = [[0.61, 0.82, 0.96, -1], [0.02, -0.5, 0.23, 0.17]]
bias = false
[data]
inputs = [[[0.51, 0.9, 0.88, 0.84, 0.05], [0.4, 0.62, 0.22, 0.59, 0.1], [0.11, 0.2, 0.74, 0.33, 0.14],
           [0.47, 0.01, 0.85, 0.7, 0.09], [0.76, 0.19, 0.72, 0.17, 0.57]]]
targets = [[0.64, 0.12]]
"""
KERNEL = """[network]
loss = "half_mse"
[[network.layers]]
kind = "conv2d"
filters = 1
kernel = 3
weights = { init = "zeros" }
bias = false
[data]
inputs = [[[0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 1, 0], [0, 0, 1, 0, 1]]]
targets = [[[1, 2, -1], [1, -1, 1], [-1, -1, 1]]]
"""
EXAMPLES = {
    # Caicloud, TensorFlow (2017), chapter 8; the targets 2 and 3 are ours
    "rnn": Example(
        RNN,
        0.1,
        (0.133481033581, 0.000814249739021, 6.87964855731e-05, 2.46939061664e-11, 0.0),
        {"W1[1,1]": -0.476657003752, "W1[2,1]": -0.983711985745, "b1[2]": -0.864096121203,
         "U1[1,1]": -0.0382344904038, "U1[2,1]": -0.0642396482582, "U1[1,2]": -0.032899782628,
         "W2[1,2]": -0.443916428387, "b2[1]": -0.711645110248},
    ),
    # Analytics Vidhya, Fundamentals of deep learning: recurrent neural networks (2017)
    "hello": Example(
        HELLO,
        0.1,
        (6.81128397699, 5.79638045994, 4.27459648579, 0.721922256752, 0.0487898648907),
        {"W1[1,1]": 0.0686506483357, "W1[1,4]": 0.0, "W1[2,3]": 0.0961766262246, "W1[3,1]": -0.0134659136702,
         "U1": 0.235696924639, "b1": 0.388103805007, "W2[1,1]": 1.48296690827, "W2[4,3]": -0.196792650297},
    ),
    # Aidan Gomez, Backpropogating an LSTM: a numerical example (2016)
    "lstm": Example(
        LSTM,
        0.1,
        (0.114910363059, 0.110880801307, 0.0915662139956, 0.0704215957775, 0.0631453917392),
        {"W1[1,1]": -0.00220368893477, "W1[2,2]": -0.018919625226, "W1[3,1]": -0.0267162184827,
         "W1[4,2]": -0.162603888761, "U1[1,1]": -0.000598318772846, "U1[2,1]": -0.00338228283054,
         "U1[3,1]": -0.0103960852776, "U1[4,1]": -0.0296998727781, "b1[3]": -0.0364083922366},
    ),
    # StatQuest, LSTM clearly explained (2022): the sum over two companies, of which the loss here is the mean
    "lstm of two companies": Example(
        COMPANIES,
        0.2,
        tuple(e / 2 for e in (0.000977632662627, 0.000960054389714, 0.00093793915004, 0.000772628644428,
                              0.000462101210486)),
        {"U1[2,1]": -8.25298718954e-06 / 2, "W1[2,1]": -0.000291429269355 / 2, "b1[1]": -0.00175691659633 / 2,
         "U1[3,1]": -0.00374630211466 / 2, "b1[3]": 0.0153988338532 / 2, "W1[4,1]": -0.00183281428265 / 2},
    ),
    # the data and the numbers of Gomez; the reset before the product, as Cho et al. (2014) have it
    "gru, reset before": Example(
        GRU.format(form='reset = "before"'),
        0.1,
        (0.2207005181, 0.217379829835, 0.186306628402, 0.0889419087457, 0.0798849531857),
        {"W1[1,1]": -6.07586883405e-05, "U1[1,1]": -4.10791822764e-05, "b1[1]": -7.86930367812e-05,
         "W1[2,2]": 0.111527595992, "U1[2,1]": 0.0233365422552, "W1[3,1]": -0.0339756037302,
         "U1[3,1]": -0.0235628951852},
    ),
    # and after it, as PyTorch has it, with a bias there
    "gru, reset after": Example(
        GRU.format(form="recurrent_bias = 0.1"),
        0.1,
        (0.216599293762, 0.213459216185, 0.183037475363, 0.0890546180035, 0.0799196916292),
        {"W1[1,1]": -0.00011619329001, "U1[1,1]": -7.81420751564e-05, "b1[2]": 0.0471059440857,
         "U1[2,1]": 0.0247966045188, "W1[3,2]": -0.0963555045037, "U1[3,1]": -0.0197008359197,
         "c1[1]": -0.037368530542},
    ),
    # datascience.stackexchange.com, question 27506; the targets are ours
    "cnn": Example(
        CNN,
        0.1,
        (0.0424352467138, 0.0303022650996, 0.00175104016798, 8.43705356913e-15, 8.66668474974e-34),
        {"K1[1,1,1,1]": 0.0447296169159, "K1[1,1,1,2]": 0.0943625213162, "K1[1,1,2,1]": 0.0112882448502,
         "K1[1,1,2,2]": 0.0685658435674, "W4[1,1]": 0.144181182658, "W4[2,4]": -0.0818235874176},
    ),
    # microsoft/ai-edu, 17.3: a picture and its filtered copy give back the filter
    "a kernel": Example(
        KERNEL,
        0.5,
        (0.666666666667, 0.386145404664, 0.0494862102079, 0.00280819368833, 2.96072765271e-05),
        {"K1[1,1,1,1]": 0.111111111111, "K1[1,1,1,2]": 0.0, "K1[1,1,2,2]": -0.666666666667,
         "K1[1,1,3,1]": -0.444444444444},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example_is_trained_as_its_graph_is(name: str) -> None:
    """The losses over five hundred iterations, and the gradients of the first."""
    example = EXAMPLES[name]
    text = f"{example.text}[training]\niterations = {ROWS[-1]}\nlearning_rate = {example.rate}\n"
    history = train(parse_template(text, "example", "example"))
    assert [history["E"][row] for row in ROWS] == pytest.approx(example.losses, rel=1e-10, abs=1e-15)
    gradients = {parameter: history[f"d{parameter}"][0] for parameter in example.gradients}
    assert gradients == pytest.approx(example.gradients, rel=1e-11, abs=1e-14)
