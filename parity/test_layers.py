"""Recurrence, convolution, attention, norms, pooling and joined layers in real books; what decides between equals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parity.agree import agree
from parity.layered_templates import CNN, SEQUENCES, training
from parity.losses import LOSSES
from parity.twins import TWINS
from xlbp.model.blocks import BLOCKS
from xlbp.template import losses as template_losses

RECURRENT = {
    "lstm": "initial = 0.3\ninitial_cell = [0.5, -0.4]",
    "lstm, two biases": "recurrent_bias = [0.2, -0.3, 0.1, 0.4, -0.2, 0.3, 0.5, -0.1]",
    "gru": "initial = [0.3, -0.2]",
    "gru, bias of the new gate": "recurrent_bias = [0.2, -0.3]",
    "gru, biases": "initial = 0.4\nrecurrent_bias = [0.2, -0.3, 0.1, 0.4, -0.2, 0.3]",
    "gru, before": 'reset = "before"\ninitial = [0.3, -0.2]',
    "rnn": "initial = [0.3, -0.2]",
    "rnn, two biases": "recurrent_bias = [0.2, -0.3]",
    "rnn, relu": 'activation = "relu"\ninitial = [0.3, 0.2]',
}


def recurrent(kind: str, more: str, returns: str) -> str:
    """[[network.layers]] of two units, with weights drawn."""
    return (
        f'[[network.layers]]\nkind = "{kind}"\nunits = 2\nreturns = "{returns}"\n{more}\n'
        'weights = { init = "uniform", low = -0.9, high = 0.9, seed = 5 }\nbias = 0.1\n'
    )


@pytest.mark.parametrize("over_steps", ["mean", "sum"])
@pytest.mark.parametrize("loss", ["cross_entropy", "half_mse"])
@pytest.mark.parametrize("layer", RECURRENT)
def test_recurrent(layer: str, loss: str, over_steps: str, tmp_path: Path) -> None:
    """Every step's output counts; the second layer takes the states of the first, step by step."""
    kind = layer.partition(",")[0]
    last = "softmax" if loss == "cross_entropy" else "sigmoid"
    text = (
        f'[network]\nloss = "{loss}"\nloss_over_steps = "{over_steps}"\n{recurrent(kind, RECURRENT[layer], "all")}'
        f'[[network.layers]]\nunits = 2\nactivation = "{last}"\nweights = [[0.8, -0.5], [-0.4, 0.9]]\n{SEQUENCES}'
    )
    agree(text + training(0.2), tmp_path)


def test_an_encoder_and_a_decoder(tmp_path: Path) -> None:
    """One set of weights and recurrent weights serves two layers; their gradients are sums over both."""
    text = (
        '[network]\nloss = "mse"\n[[network.layers]]\nname = "first"\nkind = "lstm"\nunits = 2\nreturns = "all"\n'
        'weights = { init = "xavier_uniform", seed = 1 }\n[[network.layers]]\nname = "second"\nkind = "lstm"\n'
        'units = 2\nreturns = "all"\nweights = { same_as = "first" }\nrecurrent = { same_as = "first" }\n'
        f'bias = {{ same_as = "first" }}\ninitial = 0.5\n{SEQUENCES.replace("accuracy = true", "")}'
    )
    book = agree(text + training(0.2), tmp_path)
    assert {f"dU1[1,1]|{part}" for part in range(1, 7)} <= book.columns.keys()
    assert "dU2[1,1]" not in book.columns


OF_FEATURES = {  # what stands between a layer of two units and softmax, step by step
    "layer_norm": "",
    "layer_norm, eps": "eps = 0.1\ngamma = [1.2, -0.7]\nbeta = [0.3, 0.1]",
    "batch_norm": "",
    "batch_norm, options": "eps = 0.01\nmomentum = 0.4\ngamma = [1.2, -0.7]\nbeta = 0.2\nrunning_var = [0.5, 2]",
    "batch_norm, frozen": 'momentum = 1\nfrozen = ["gamma"]\nrunning_mean = 0.3',
    "positions": "weights = [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]",
    "attention": "size = 2",
    "attention, causal": "size = 2\ncausal = true",
    "attention, heads": "size = 4\nheads = 2",
    "attention, heads, causal, biases": "size = 4\nheads = 2\ncausal = true\nbias = 0.1\nout_bias = [0.1, 0, 0, -0.3]",
    "attention, biases": "size = 2\nbias = [0.1, -0.2, 0.3, 0.4, 0.2, -0.1]\nout_bias = 0.2",
    "attention, no projection": "size = 3\nout = false",
    "attention, no projection, causal, biases": "size = 4\nheads = 4\nout = false\ncausal = true\nbias = 0.2",
    "attention, unscaled": "size = 2\ndivide_by_root_of = 1",
    "attention, frozen": 'size = 2\nfrozen = ["query", "out"]',
}
CANCELLED = 1e-3  # some gradients are 0 but for rounding, as of what a norm, or softmax, takes away again


@pytest.mark.parametrize("loss", ["cross_entropy", "half_mse"])
@pytest.mark.parametrize("layer", OF_FEATURES)
def test_norms_and_attention(layer: str, loss: str, tmp_path: Path) -> None:
    """In a row all samples; those for testing by the running statistics that the row above has left."""
    kind, last = layer.partition(",")[0], "softmax" if loss == "cross_entropy" else "sigmoid"
    text = (
        f'[network]\nloss = "{loss}"\n[[network.layers]]\nunits = 2\nweights = [[0.7, -0.4], [0.3, 0.9]]\n'
        f'[[network.layers]]\nkind = "{kind}"\n{OF_FEATURES[layer]}\n'
        f'[[network.layers]]\nunits = 2\nactivation = "{last}"\n{SEQUENCES}'
    )
    agree(text + training(0.2), tmp_path, least=CANCELLED)


@pytest.mark.parametrize("batch", [2, 3])
@pytest.mark.parametrize("options", ["", "momentum = 0.5\ngamma = [0.9, -1.3]\nrunning_var = 0.7"])
def test_batch_norm_of_maps(options: str, batch: int, tmp_path: Path) -> None:
    """torch.nn.BatchNorm2d, on batches of a few pictures: their running statistics reach the test sample's."""
    pool, norm = '[[network.layers]]\nkind = "max_pool"', f'[[network.layers]]\nkind = "batch_norm"\n{options}\n'
    text = CNN.replace('activation = "relu"\n', "").replace(pool, f'{norm}activation = "relu"\n{pool}')
    book = agree(text + training(0.2, more=f"batch_size = {batch}"), tmp_path, least=CANCELLED)
    assert {"mu2[1]", "rm2[2]", "rv2[1]", "dv2[2]", "n2[1,1,1]@T1"} <= book.columns.keys()
    assert not {"mu2[1]@1", "mu2[1]@T1", "v2[1]@T1"} & book.columns.keys()
    assert len(set(book.columns["rm2[1]"])) == len(book.columns["rm2[1]"])


@pytest.mark.parametrize("more", ["", 'frozen = ["weights"]', 'activation = "tanh"'])
def test_embedding(more: str, tmp_path: Path) -> None:
    """A row of the table for each token; one that stands twice in a sequence gets the sum, one that never does none."""
    text = (
        f'[network]\nloss = "mse"\n[[network.layers]]\nkind = "embedding"\nrows = 5\nsize = 2\n{more}\n'
        '[[network.layers]]\nkind = "positions"\n[[network.layers]]\nkind = "gru"\nunits = 2\n'
        "[data]\ninputs = [[1, 1, 0], [3, 0, 1]]\ntargets = [[0.3, -0.2], [0.5, 0.1]]\n"
        "test_inputs = [[4, 2, 0]]\ntest_targets = [[0.1, 0.2]]\n"
    )
    book = agree(text + training(0.3), tmp_path)
    assert ("dW1[2,1]|2" in book.columns) == ("frozen" not in more)
    assert all(not book.columns[name].any() for name in ("dW1[3,1]", "dW1[5,2]") if name in book.columns)


@pytest.mark.parametrize("layer", ["attention, causal", "batch_norm", "layer_norm", "positions"])
def test_steps_left_out(layer: str, tmp_path: Path) -> None:
    """A pooling drops the last step, which then has no slope, or reaches the loss through the others."""
    kind = layer.partition(",")[0]
    text = (
        f'[network]\nloss = "half_mse"\n[[network.layers]]\nunits = 2\nweights = [[0.7, -0.4], [0.3, 0.9]]\n'
        f'[[network.layers]]\nkind = "{kind}"\n{OF_FEATURES[layer]}\n'
        '[[network.layers]]\nkind = "avg_pool"\nsize = 2\n'
        "[data]\ninputs = [[[0.5, -0.3], [0.8, 0.1], [-0.6, 0.9]], [[-0.2, 0.7], [0.4, -0.5], [0.3, 0.6]]]\n"
        "targets = [[[0.3], [0.1]], [[-0.2], [0.6]]]\n"
    )
    book = agree(text + training(0.2), tmp_path, least=CANCELLED)
    assert ("dz1[3,1]@1" in book.columns) == (kind == "batch_norm")


def test_every_block_has_a_twin() -> None:
    """And every loss its row."""
    assert TWINS.keys() == BLOCKS.keys()
    assert LOSSES.keys() == template_losses.LOSSES.keys()


def test_frozen(tmp_path: Path) -> None:
    """What is frozen has neither gradient nor update, but the loss comes back through it."""
    text = (
        f'[network]\nloss = "mse"\n{recurrent("gru", "", "all")}frozen = ["recurrent"]\n'
        '[[network.layers]]\nunits = 2\nweights = [[0.8, -0.5], [-0.4, 0.9]]\nfrozen = ["weights"]\n'
        f"{SEQUENCES.replace('accuracy = true', '')}"
    )
    book = agree(text + training(0.2), tmp_path)
    assert not {"dU1[1,1]", "U1[1,1]", "dW2[1,1]"} & book.columns.keys()
    assert {"dW1[1,1]", "db2[1]", "dz2[1,1]@1"} <= book.columns.keys()


@pytest.mark.parametrize("padding", [[0, 0], [1, 2]])
@pytest.mark.parametrize("stride", [[1, 1], [2, 1], [2, 3]])
def test_windows(stride: list[int], padding: list[int], tmp_path: Path) -> None:
    """Strides and zeros around, each direction its own, over two channels; what does not fit is dropped."""
    values = np.random.default_rng(1).uniform(-1, 1, (2, 2, 4, 5)).round(2).tolist()
    rows, columns = ((n + 2 * p - k) // s + 1 for n, p, k, s in zip((4, 5), padding, (3, 2), stride, strict=True))
    targets = np.random.default_rng(2).uniform(-1, 1, (2, 2, rows, columns)).round(2).tolist()
    text = (
        '[network]\nloss = "half_mse"\n[[network.layers]]\nkind = "conv2d"\nfilters = 2\nkernel = [3, 2]\n'
        f'stride = {stride}\npadding = {padding}\nactivation = "tanh"\n'
        f"[data]\ninputs = {values}\ntargets = {targets}\n"
    )
    agree(text + training(0.5), tmp_path)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
def test_equal_numbers_in_a_window(kind: str, stride: int, tmp_path: Path) -> None:
    """Of equal ones the first has the whole slope, row by row; in a mean all have theirs."""
    image = [[1, 1, 0, 0, 1], [1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [0, 1, 0, 1, 1], [1, 0, 0, 1, 1]]
    size = (5 - 2) // stride + 1
    text = (
        '[network]\nloss = "mse"\n[[network.layers]]\nkind = "conv2d"\nfilters = 1\nkernel = 1\nweights = [[[0.5]]]\n'
        f'bias = 0\nactivation = "relu"\n[[network.layers]]\nkind = "{kind}"\nsize = 2\nstride = {stride}\n'
        f'[[network.layers]]\nkind = "flatten"\n[[network.layers]]\nunits = 1\n'
        f'weights = {{ init = "uniform", seed = 2 }}\n[data]\ninputs = [{image}]\ntargets = [[1]]\n'
    )
    assert size > 1
    agree(text + training(0.5), tmp_path)


def test_joined(tmp_path: Path) -> None:
    """A residual arrow over a convolution, and its maps beside another's; the data goes into both."""
    image = [[0.9, 0.1, 0.3], [0.2, 0.8, 0.5], [0.6, 0.35, 0.95]]
    text = (
        '[network]\nloss = "binary_cross_entropy"\n[[network.layers]]\nname = "left"\nkind = "conv2d"\nfilters = 1\n'
        'kernel = 3\npadding = 1\nactivation = "tanh"\n[[network.layers]]\nname = "right"\nfrom = "input"\n'
        'kind = "conv2d"\nfilters = 1\nkernel = 1\n[[network.layers]]\nname = "sum"\nkind = "add"\n'
        'from = ["left", "right"]\nactivation = "sigmoid"\n[[network.layers]]\nkind = "concat"\n'
        'from = ["sum", "right", "left"]\n[[network.layers]]\nkind = "avg_pool"\nsize = 3\n[[network.layers]]\n'
        'kind = "flatten"\n[[network.layers]]\nunits = 1\nactivation = "sigmoid"\n'
        f"[data]\ninputs = [{image}, {image[::-1]}]\ntargets = [[1], [0]]\n"
    )
    agree(text + training(0.5), tmp_path)


@pytest.mark.parametrize("layer", ["lstm", "gru", "rnn"])
def test_dropout_between_steps(layer: str, tmp_path: Path) -> None:
    """Every step has masks of its own, what is kept apart has none."""
    text = (
        f'[network]\nloss = "cross_entropy"\n{recurrent(layer, "", "all")}[[network.layers]]\nkind = "dropout"\n'
        f'dropout = 0.4\n[[network.layers]]\nunits = 2\nactivation = "softmax"\n{SEQUENCES}'
    )
    book = agree(text + training(0.2), tmp_path)
    drawn = [value for name, column in book.columns.items() if name.startswith("q2[") for value in column]
    assert 0 < sum(value == 0 for value in drawn) < len(drawn)
