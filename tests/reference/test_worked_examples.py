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
BATCH_NORM = """[network]
[[network.layers]]
units = 1
weights = [[0.5, -0.3]]
bias = 0.3
[[network.layers]]
kind = "batch_norm"
[data]
inputs = [[1, 0], [2, 1], [3, -1], [4, 2]]
targets = [[0], [0], [1], [1]]
"""
LAYER_NORM = """[network]
[[network.layers]]
units = 3
weights = [[0.5, -0.3], [0.1, 0.8], [-0.4, 0.2]]
bias = false
[[network.layers]]
kind = "layer_norm"
[data]
inputs = [[1, 2]]
targets = [[1, 0, -1]]
"""
ATTENTION = """[network]
[[network.layers]]
kind = "attention"
size = 2
out = false
query = [[1, 0], [0, 1]]
key = [[0, 1], [1, 0]]
value = [[1, 3], [2, 4]]
{more}
[data]
inputs = [[[1, 0], [0, 1], [1, 1]]]
targets = [[[1, 1], [2, 2], [3, 3]]]
"""
POVINELLI = """[network]
[[network.layers]]
kind = "attention"
size = 4
out = false
query = [[0.2, 0.1, -0.1, 0], [-0.1, 0, 0.3, 0.2], [0, 0.2, 0.1, -0.2], [0.3, -0.2, 0, 0.1]]
key = [[0.1, 0, 0.2, -0.1], [0.2, 0.1, -0.2, 0], [0, 0.3, 0.1, 0.2], [-0.1, 0, 0.1, 0.2]]
value = [[0.3, 0, 0.1, 0], [0.1, 0.2, -0.1, 0.1], [0, 0.1, 0.2, -0.2], [-0.2, 0, 0.1, 0.3]]
[data]
inputs = [[[0.5, 0.2, 0.1, -0.1], [0, 0.3, -0.2, 0.2], [0.4, -0.1, 0, 0.3]]]
targets = [[[0.1, 0, 0.05, -0.05], [0, 0.1, -0.05, 0.05], [0.05, -0.05, 0.1, 0]]]
"""
SKIP_GRAM = """[network]
loss = "cross_entropy"
loss_over_steps = "sum"
[[network.layers]]
kind = "embedding"
rows = 4
size = 2
weights = [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.1], [0.2, 0.3]]
[[network.layers]]
units = 4
activation = "softmax"
weights = [[0.3, -0.2], [0.1, 0.4], [-0.4, 0.2], [0.2, 0.1]]
bias = false
[data]
alphabet = "abcd"
inputs = ["abbccd"]
targets = ["bacbdc"]
"""
BIGRAM = """[network]
loss = "cross_entropy"
[[network.layers]]
kind = "embedding"
rows = 4
size = 4
activation = "softmax"
weights = { init = "zeros" }
[data]
alphabet = ".ema"
inputs = [".emma"]
targets = ["emma."]
"""
TRANSFORMER = """[network]
loss = "cross_entropy"
[[network.layers]]
name = "tokens"
kind = "embedding"
rows = 4
size = 4
weights = [[-0.26, 0.04, -0.13, 0.1], [0.13, -0.43, -0.49, 0.34], [-0.24, -0.27, 0.5, -0.03],
           [0.34, -0.02, 0.14, -0.35]]
[[network.layers]]
name = "read"
kind = "positions"
weights = [[0.05, 0.15, 0.01, 0.1], [0.07, -0.17, 0.1, 0.04], [-0.08, -0.19, 0.15, -0.01]]
[[network.layers]]
kind = "layer_norm"
[[network.layers]]
name = "attended"
kind = "attention"
size = 4
heads = 2
causal = true
query = [[0.22, -0.11, 0.38, 0.47], [0.38, 0.3, -0.4, -0.06], [0.21, -0.06, -0.36, 0.13], [0.42, 0.44, -0.28, -0.2]]
key = [[0.01, 0.08, 0.36, 0.36], [-0.11, 0.4, 0.49, 0.46], [-0.15, 0.18, 0.17, 0.4], [0.09, 0.43, -0.34, 0.07]]
value = [[0.21, -0.22, -0.41, -0.21], [-0.29, -0.44, 0.3, 0.27], [0.33, 0.35, -0.09, 0.37], [0.07, 0.49, -0.35, -0.46]]
out = [[0.11, 0.38, -0.19, -0.3], [-0.46, 0.48, -0.42, -0.09], [0.22, 0.01, 0.1, 0.11], [-0.17, 0.5, -0.47, -0.34]]
[[network.layers]]
name = "kept"
kind = "add"
from = ["read", "attended"]
[[network.layers]]
kind = "layer_norm"
[[network.layers]]
units = 4
activation = "relu"
weights = [[-0.46, 0.4, 0.14, 0.44], [0.37, -0.12, 0.1, 0.01], [-0.19, -0.04, 0.06, -0.07], [0.46, 0.02, 0.12, 0.22]]
bias = 0
[[network.layers]]
name = "thought"
units = 4
weights = [[-0.26, 0.05, -0.48, 0.13], [-0.2, -0.49, 0.12, -0.03], [0.48, -0.08, 0.13, 0.18],
           [0.02, 0.08, -0.44, -0.15]]
bias = 0
[[network.layers]]
kind = "add"
from = ["kept", "thought"]
[[network.layers]]
units = 4
activation = "softmax"
weights = { same_as = "tokens" }
bias = false
[data]
inputs = [[0, 1, 2]]
targets = [[[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]]
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
    # a bias before the norm changes nothing
    "batch norm": Example(
        BATCH_NORM,
        0.1,
        (0.273259191825, 0.218362648607, 0.0369538658058, 0.00595238113187, 0.00595238095238),
        {"W1[1,1]": -0.129982398384, "W1[1,2]": -0.216700751487, "b1[1]": 0.0, "G2[1]": 0.523241010668, "B2[1]": -0.5},
    ),
    "layer norm": Example(
        LAYER_NORM,
        0.1,
        (2.62104727288, 0.776928918038, 0.000887457774126, 9.72335411061e-17, 0.0),
        {"W1[1,1]": -1.17324232276, "W1[1,2]": -2.34648464552, "W1[2,1]": -0.0689873441287, "W1[3,2]": 2.48445933377,
         "G2[1]": 1.35471124175, "G2[2]": 1.9950847626, "G2[3]": -0.228770718117, "B2[2]": 1.4124746945},
    ),
    # three tokens of two features; the weights are transposed here, as PyTorch has them
    "attention": Example(
        ATTENTION.format(more=""),
        0.1,
        (11.1339621603, 5.54396866565, 2.112234468, 0.556749449033, 0.491363914942),
        {"Q1[1,1]": 2.3772078665, "Q1[2,1]": 0.531463415717, "Q1[1,2]": 2.07422201445, "K1[1,2]": 2.3772078665,
         "K1[2,1]": 0.101766031886, "V1[1,1]": 1.68679521674, "V1[2,1]": 4.78015116772, "V1[1,2]": 1.97282277871},
    ),
    "attention, causal": Example(
        ATTENTION.format(more="causal = true"),
        0.1,
        (1.9165362951, 1.01511005831, 0.0748649475988, 0.000265323822954, 4.98364839167e-13),
        {"Q1[1,1]": 0.668115351167, "Q1[2,1]": 0.135360632578, "Q1[1,2]": 0.768508799761, "K1[1,2]": 0.668115351167,
         "K1[2,2]": 0.768508799761, "V1[1,1]": -0.222152572352, "V1[2,1]": 2.57784983171, "V1[2,2]": 1.35360266757},
    ),
    # Richard Povinelli, Neural Networks (Marquette University): three tokens of four features, scores scaled
    "attention of four features": Example(
        POVINELLI,
        0.1,
        (0.0286116337697, 0.0277221574111, 0.022179956178, 0.0166928070761, 0.0166804556416),
        {"Q1[1,1]": -0.000127150245655, "Q1[4,2]": -4.56273750135e-05, "Q1[1,4]": 6.98695147718e-05,
         "K1[1,1]": -1.75235695698e-05, "K1[4,1]": -0.0001466183395, "K1[4,4]": 0.00013620629052,
         "V1[2,1]": 0.0510052366624, "V1[4,4]": -0.00933525358245},
    ),
    # Mikolov et al. (2013), with the whole softmax: four words, a window of one
    "skip-gram": Example(
        SKIP_GRAM,
        0.1,
        (8.33354032457, 8.19012295439, 6.18911636959, 2.82715820266, 2.77859706125),
        {"W1[1,1]": -0.0479775228645, "W1[2,2]": 0.3007096466, "W1[4,1]": 0.456495512684,
         "W2[1,1]": 0.540265117675, "W2[3,2]": -0.387241824316, "W2[4,1]": -0.296903145114},
    ),
    # Andrej Karpathy, makemore (2022): five pairs of letters
    "bigrams": Example(
        BIGRAM,
        1.0,
        (1.38629436112, 1.26061490795, 0.668604285549, 0.313033137403, 0.283945252489),
        {"W1[1,1]": 0.05, "W1[1,2]": -0.15, "W1[3,1]": 0.1, "W1[3,3]": -0.1, "W1[4,1]": -0.15},
    ),
    # a block as GPT-2 has it, norms first, with relu: the embedding is read in and, transposed, read out
    "transformer": Example(
        TRANSFORMER,
        0.5,
        (1.6462281904, 1.28387014969, 0.407156978592, 0.000911927963104, 8.35301354236e-05),
        {"W1[1,1]": 0.067774509265, "W1[1,4]": -0.261080820263, "W1[2,2]": -0.157094649295, "W1[3,3]": 0.218099132713,
         "W1[4,3]": -0.176076197081, "P2[1,1]": 0.111376689741, "P2[2,3]": -0.0935719864648, "P2[3,4]": 0.124531342959},
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
