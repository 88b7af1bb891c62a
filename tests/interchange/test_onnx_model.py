"""Networks as ONNX models: onnx's reference evaluator gives the numbers of the book."""

from __future__ import annotations

import sys
from random import Random

import numpy as np
import onnx
import pytest

from tests.interchange.onnx_networks import answered, computed, exported, samples_of
from tests.random_templates import random_network
from tests.shaped_networks import CASES, made, random_stack
from xlbp import __version__
from xlbp.errors import EngineError, UsageError
from xlbp.interchange.targets import export_to
from xlbp.reference.train import train
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template

EXACT = 1e-12
ONE_OF_EACH = (  # every block, every axis that it can go along, every form of a parameter
    *(
        "rnn, two biases",
        "lstm, two biases",
        "rnn",
        "rnn, relu, last",
        "rnn, one number",
        "lstm, last",
        "gru, new",
        "gru, every",
        "gru, before",
    ),
    *("recurrent on a signal", "dense on a signal", "conv1d on one channel", "conv1d on steps", "pooled steps"),
    *("conv2d, channels", "conv2d, padded", "conv2d, kinds of activation", "max_pool, overlapping", "avg_pool"),
    *("add", "concat of steps", "concat of maps", "same_as", "same_as, kernels", "dropout", "gates of steps"),
    *("softmax of steps", "tied embedding", "layer_norm of a sequence", "batch_norm of maps", "batch_norm of a signal"),
    *("attention, causal", "attention, heads, causal, biases", "attention, no division", "attention on a signal"),
    *("layer_norm and positions on a signal", "attention, keys that are queries", "transformer"),
)


def agree(template: Template, iteration: int) -> None:
    """The model of an iteration answers as the book's network does."""
    network = template.model.network
    model = exported(template, iteration)
    output = computed(model, samples_of(template), network.takes_tokens)
    assert output.shape[1:] == tuple(network.output_shape)
    np.testing.assert_allclose(output.reshape(len(output), -1), answered(template, iteration), rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("case", ONE_OF_EACH)
def test_every_block(case: str) -> None:
    """Each block's operators compute what the reference does, after two steps of training."""
    agree(made(CASES[case]), 2)


@pytest.mark.parametrize("seed", range(6))
def test_any_network(seed: int) -> None:
    """So they do in networks that nobody has drawn up."""
    agree(random_stack(seed), 1)
    agree(parse_template(random_network(Random(seed)), "drawn", "drawn"), 10)


@pytest.mark.parametrize("name", ["iris", "spiral", "sine-forecast", "self-attention-causal"])
def test_shipped(name: str) -> None:
    """Scaled inputs and inputs that are computed of others are given to the model as the data have them."""
    agree(load_template(name, ("training.iterations=2",)), 2)


def test_targets_in_the_units_of_the_data() -> None:
    """Where the targets are scaled, the model answers in the units of the data."""
    template = parse_template(
        "[network]\n[[network.layers]]\nunits = 1\n[data]\ninputs = [[1], [2], [4]]\ntargets = [[100], [230], [390]]\n"
        'scale = "minmax"\nscale_targets = "standard"\n[training]\nlearning_rate = 0.5\niterations = 50\n',
        *("scaled", "scaled"),
    )
    output = computed(exported(template, 50), samples_of(template))
    np.testing.assert_allclose(output.ravel(), [100, 230, 390], atol=30)
    agree(template, 50)


@pytest.mark.parametrize("iteration", [0, 1, 7])
def test_each_iteration_has_its_own_parameters(iteration: int) -> None:
    """The answers to the samples are the outputs in that row of the sheet."""
    template = load_template("mazur", ("training.iterations=7",))
    history = train(template)
    output = computed(exported(template, iteration), samples_of(template))
    row = [history[name][iteration] for name in template.model.network.output]
    np.testing.assert_allclose(output[0], row, rtol=EXACT)


def test_arrays_are_called_as_in_the_book() -> None:
    """A reader of the model finds W1, b1, W2, b2, in the book's shapes, and the model says what it is."""
    model = exported(load_template("mazur"), 3)
    assert {array.name: tuple(array.dims) for array in model.graph.initializer} == {
        "W1": (2, 2), "b1": (), "W2": (2, 2), "b2": (),
    }  # fmt: skip
    facts = {prop.key: prop.value for prop in model.metadata_props}
    assert facts == {"xlbp": __version__, "template": "mazur", "iteration": "3", "loss": "half_squared_error"}
    assert "parameters of iteration 3" in model.doc_string
    assert [entry.name for entry in (*model.graph.input, *model.graph.output)] == ["x", "y"]


@pytest.mark.parametrize("case", ["layer_norm", "batch_norm", "gates of steps", "transformer", "gru", "conv2d"])
def test_nothing_is_in_single_precision(case: str) -> None:
    """No number of a model stands in an attribute, which would be a float32, nor in an array of these."""
    model = exported(made(CASES[case]), 0)
    inner = [node for function in model.functions for node in function.node]
    kinds = {a.type for node in (*model.graph.node, *inner) for a in node.attribute}
    assert onnx.AttributeProto.FLOAT not in kinds
    assert {array.data_type for array in model.graph.initializer} <= {onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64}


def test_dropout_is_left_out() -> None:
    """A new sample meets no dropout."""
    operators = [node.op_type for node in exported(made(CASES["dropout"]), 0).graph.node]
    assert "Dropout" not in operators


def test_what_can_not_be_exported() -> None:
    """A formula, a row that there is not, and parameters that are no numbers are refused in one sentence."""
    with pytest.raises(UsageError, match="micrograd is a formula, which has no inputs to answer to"):
        exported(load_template("micrograd"), 0)
    with pytest.raises(UsageError, match="there is no iteration 101; choose one from 0 to 100"):
        exported(load_template("mazur", ("training.iterations=100",)), 101)
    text = "[network]\n[[network.layers]]\nunits = 1\n[data]\ninputs = [[9e99]]\ntargets = [[1]]\n"
    diverging = parse_template(f"{text}[training]\nlearning_rate = 9e99\niterations = 9\n", "far", "far")
    with pytest.raises(UsageError, match=r"the training diverges: W1\[1,1\] is no number at iteration 9"):
        exported(diverging, 9)


def test_without_onnx(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Who has no onnx is told how to get it, and no file is written."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    for name in [name for name in sys.modules if name.startswith("onnx.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(EngineError, match=r"writing an ONNX model needs the package onnx.*pip install 'xlbp\[onnx\]'"):
        export_to("mazur", "onnx", f"{tmp_path}/m.onnx", None, (), False)
    with pytest.raises(EngineError):
        exported(load_template("mazur"), 0)
