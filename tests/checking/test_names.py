"""A quantity is known under every name that people give it, in every shape that is unambiguous."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.checking.students import SOFTMAX, mazur, softmax, xor
from xlbp.checking.reading.values import log_of_columns
from xlbp.checking.vocabulary import Vocabulary
from xlbp.errors import UsageError
from xlbp.expectation.contents import lay_out
from xlbp.interchange.keras_names import keras_names
from xlbp.pipeline import check, trace
from xlbp.reference.train import train
from xlbp.template.load import load_template, parse_template


@cache
def vocabulary(name: str) -> Vocabulary:
    """Of a shipped template."""
    return Vocabulary(lay_out(load_template(name), "en"))


def first(name: str, label: str) -> Any:
    """The names that a label stands for first, as lists; None if it is unknown."""
    targets = vocabulary(name).targets(label)
    return targets[0].given.tolist() if targets else None


W1 = [["W1[1,1]", "W1[1,2]"], ["W1[2,1]", "W1[2,2]"]]
DW1 = [["dW1[1,1]", "dW1[1,2]"], ["dW1[2,1]", "dW1[2,2]"]]


@pytest.mark.parametrize("label", ["W1", "W_1", "weights1", "theta1"])
def test_weights(label: str) -> None:
    """With and without an underscore, and in words."""
    assert first("mazur", label) == W1


@pytest.mark.parametrize(
    "label", ["dW1", "W1_grad", "grad_W1", "dL/dW1", "dE_dW1", "W1.grad", "grads.W1", "dLoss/dW1", "∇W1", "DW1"]
)
def test_gradients(label: str) -> None:
    """In the usual spellings; the shape decides where one may also be a symbol's, as dE/dw1 is."""
    assert DW1 in [target.given.tolist() for target in vocabulary("mazur").targets(label)]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("w5", "W2[1,1]"),
        ("∂E_total/∂w5", "dW2[1,1]"),
        ("dE_total/dw5", "dW2[1,1]"),
        ("dE/dw5", "dW2[1,1]"),
        ("out_h1", "a1[1]"),
        ("net_h1", "z1[1]"),
        ("W1[2,1]", "W1[2,1]"),
        ("E_total", "E"),
        ("loss", "E"),
        ("lr", "eta"),
        ("w5+", "W2+[1,1]"),
        ("W1[0][1]", "W1[1,2]"),
        ("W1_0_1", "W1[1,2]"),
    ],
)
def test_single_quantities(label: str, name: str) -> None:
    """The reference's names, the book's symbols, as a keyboard has them, and elements as programs count them."""
    assert first("mazur", label) == name


def test_elements_that_count_from_zero_all_do() -> None:
    """W1[1,1] is the last of them where W1[0,0] is there as well."""
    own = Vocabulary(lay_out(load_template("mazur"), "en"))
    own.read_families(["W1[0,0]", "W1[1,1]"])
    assert own.targets("W1[1,1]")[0].names.tolist() == "W1[2,2]"


def test_names_of_recurrent_networks() -> None:
    """As texts on them have it."""
    for label, whole in {"Wxh": "W1", "Whh": "U1", "bh": "b1", "Why": "W2", "by": "b2", "dWhh": "dU1"}.items():
        assert first("rnn", label) == first("rnn", whole) is not None


def test_layers_may_be_counted_by_those_with_weights() -> None:
    """Where the second layer with weights is the fourth of all."""
    layers = [node.layer for node, _ in vocabulary("cnn").model.each_parameter()]
    assert layers[-1] > 2
    assert first("cnn", "W2") == first("cnn", f"W{layers[-1]}")


LOG = xor(3)
SHAPES = {
    "flat": {"W1": LOG["W1"].reshape(4, 4)},
    "a batch axis": {"loss": LOG["loss"].reshape(4, 1)},
    "samples in columns": {"a1": LOG["a1"].transpose(0, 2, 1), "y": LOG["y"].transpose(0, 2, 1)},
    "a column": {"b1": LOG["b1"][:, :, None]},
    "one row": {"W1": LOG["W1"][0], "loss": LOG["loss"][0]},
    "by symbol over the batch": {"h1": LOG["a1"][:, :, 0]},
    "one sample": {"h1@2": LOG["a1"][:, 1, 0]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    """Numbers are found wherever the shape leaves no doubt."""
    result = check("xor", SHAPES[shape])
    assert (result.ok, result.misshapen, result.unknown) == (True, {}, {}), str(result)
    assert result.checked == sum(np.asarray(values).size for values in SHAPES[shape].values())


def test_the_batch_axis_of_one_sample_stays() -> None:
    """An activation of mazur may be (iterations + 1, 1, units), or without the 1."""
    traced = trace("mazur", ("training.iterations=3",))
    names, values = traced.columns, traced.rows
    a1 = np.stack([values[:, names.index(name)] for name in ("a1[1]", "a1[2]")], axis=1)
    for array in (a1, a1[:, None, :]):
        assert check("mazur", {"a1": array}).checked == 8


def test_square_weights_turn_with_the_others() -> None:
    """W2 of the softmax network is square and starts as (inputs, units): its numbers say so."""
    log = softmax(3)
    result = check(SOFTMAX, {"W2": log["W2"], "dW2": log["dW2"]})
    assert result.ok
    assert "W2, dW2" in " ".join(result.notes)


STATE = {
    "as exported": ("0.weight", "0.bias", "2.weight", "2.bias"),
    "in a module": ("net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"),
    "by their order": ("fc1.weight", "fc1.bias", "out.weight", "out.bias"),
}


@pytest.mark.parametrize("way", STATE)
@pytest.mark.parametrize("gradient", ["{}.grad", "grad.{}", "grads.{}"])
def test_state_dicts(way: str, gradient: str) -> None:
    """PyTorch's keys, exported or of one's own module, and the gradients beside them."""
    keys = dict(zip(("W1", "b1", "W2", "b2"), STATE[way], strict=True))
    log = {key: LOG[name] for name, key in keys.items()}
    log |= {gradient.format(key): LOG[f"d{name}"] for name, key in keys.items()}
    result = check("xor", log)
    assert (result.ok, result.unknown, result.quantities) == (True, {}, 18)


def test_kernels_of_keras_are_turned() -> None:
    """(inputs, units), by names with paths and numbers of variables."""
    log = {
        "sequential/dense/kernel:0": LOG["W1"].transpose(0, 2, 1),
        "sequential/dense/bias:0": LOG["b1"],
        "sequential/dense_1/kernel:0": LOG["W2"].transpose(0, 2, 1),
        "sequential/dense_1/bias:0": LOG["b2"],
    }
    result = check("xor", log)
    assert (result.ok, result.quantities) == (True, 9)


GRU = """
[network]
[[network.layers]]
kind = "gru"
units = 2
recurrent_bias = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
[[network.layers]]
units = 1
[data]
inputs = [[[1], [2]]]
targets = [[1]]
[training]
learning_rate = 0.5
iterations = 2
"""
OF_KERAS = {"gru/gru_cell": "0.cell", "dense": "1"}  # a path in a log, and the layer of the exported model


@pytest.mark.slow
@pytest.mark.parametrize("paths", [{path: path for path in OF_KERAS.values()}, OF_KERAS], ids=["exported", "one's own"])
def test_gates_of_keras_have_its_order(paths: dict[str, str]) -> None:
    """A GRU has the update gate first there, in kernels, biases and their gradients."""
    template = parse_template(GRU, "t", "t")
    history = train(template)
    log: dict[str, np.ndarray] = {}
    for path, layer in paths.items():
        for key, names in keras_names(template.model.network).items():
            if key.rpartition(".")[0] == layer:
                label = f"{path}/{key.rpartition('.')[2]}" if "/" in "".join(paths) else key
                log[label] = np.stack([history[name] for name in names.ravel()], axis=1).reshape(3, *names.shape)
    result = check(template, log)
    assert (result.ok, result.unknown, result.quantities) == (True, {}, 6 + 12 + 6 + 6 + 2 + 1)
    r_first = {label: values[..., ::-1] if "kernel" in label else values for label, values in log.items()}
    assert not check(template, r_first).ok


def test_a_shared_bias_may_be_given_for_each_unit() -> None:
    """PyTorch has one for each; all of them must be equal."""
    result = check("mazur", {"0.weight": mazur(2)["W1"], "0.bias": np.full((3, 2), 0.35)})
    assert (result.ok, result.misshapen) == (True, {})


def test_two_dimensional_logs_of_one_moment() -> None:
    """Without any rows, all numbers are those of iteration 0."""
    log = log_of_columns({"W1": LOG["W1"][0].tolist()})
    assert check("xor", {"W1": log.columns[0].values}).iterations == 0


RNN = trace("rnn", ("training.iterations=3",))
OF_PYTORCH = {"rnn.weight_ih_l0": RNN["W1"], "rnn.weight_hh_l0": RNN["U1"], "rnn.bias_ih_l0": RNN["b1"]}


@pytest.mark.slow
def test_of_two_biases_the_sum_is_compared() -> None:
    """PyTorch's recurrences have two, the sheet has one: 7 too much in the second is a departure."""
    half = {"rnn.bias_ih_l0": RNN["b1"] - 0.25, "rnn.bias_hh_l0": np.full((4, 2), 0.25)}
    result = check("rnn", {**OF_PYTORCH, **half})
    assert (result.ok, result.checked, result.unknown) == (True, 4 * (2 + 4 + 2), {})
    assert not check("rnn", {**OF_PYTORCH, "rnn.bias_hh_l0": np.full((4, 2), 7.0)}).ok
    gradients = {f"rnn.bias_{of}_l0.grad": RNN["db1"] for of in ("ih", "hh")}
    assert check("rnn", gradients).ok
    assert not check("rnn", {"rnn.bias_hh_l0.grad": 2 * RNN["db1"]}).ok


def test_a_second_bias_of_fewer_rows_is_left_out() -> None:
    """Two biases that were logged over different numbers of iterations can't be added."""
    result = check("rnn", {**OF_PYTORCH, "rnn.bias_hh_l0": np.zeros((3, 2))})
    assert "can't be added to rnn.bias_ih_l0" in result.misshapen["rnn.bias_hh_l0"]


def test_a_second_bias_alone_is_not_compared() -> None:
    """Beside others it is listed as left out, with what is missing; by itself there is nothing to compare."""
    second = {"rnn.bias_hh_l0": np.full((4, 2), 7.0)}
    result = check("rnn", {"rnn.weight_hh_l0": RNN["U1"], **second})
    assert "the sum of rnn.bias_ih_l0 and this one" in result.misshapen["rnn.bias_hh_l0"]
    assert "1 name not compared" in str(result)
    with pytest.raises(UsageError, match="nothing could be compared"):
        check("rnn", second)
    assert any("rnn.bias_hh_l0 is not given" in note for note in check("rnn", OF_PYTORCH).notes)


@pytest.mark.slow
@pytest.mark.parametrize("head", ["head", "fc", "linear"])
def test_other_modules_are_matched_by_their_order(head: str) -> None:
    """Where ``rnn`` is known by its name, the other module is the other layer, whatever it is called."""
    log = OF_PYTORCH | {f"{head}.weight": RNN["W2"], f"{head}.weight.grad": RNN["dW2"], f"{head}.bias": RNN["b2"]}
    result = check("rnn", log)
    assert (result.ok, result.unknown) == (True, {})
    assert check("rnn", {**log, f"{head}.weight": RNN["W2"] + 1}).first is not None


WAYS = {  # of naming the elements of a recurrent matrix, with what is added to an index that counts from 1
    "from 1": ("{0}[{1},{2}]", 0),
    "from 0": ("{0}[{1},{2}]", -1),
    "chained": ("{0}[{1}][{2}]", -1),
    "underscores": ("{0}_{1}_{2}", -1),
    "digits": ("{0}_{1}{2}", 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [(1, 2), (2,)], ids=["all", "one row"])
def test_elements_of_an_alias(way: str, rows: tuple[int, ...]) -> None:
    """They count from 0 or 1, whichever all of a family can be read by, complete or not."""
    form, more = WAYS[way]
    log = {
        form.format(alias, i + more, j + more): RNN[whole][:, i - 1, j - 1]
        for alias, whole in (("Whh", "U1"), ("dWhh", "dU1"))
        for i in rows
        for j in (1, 2)
    }
    result = check("rnn", log)
    assert (result.ok, result.unknown, result.quantities) == (True, {}, 4 * len(rows))
    first = next(iter(log))
    assert not check("rnn", {**log, first: log[first] + 1}).ok


@pytest.mark.parametrize(("template", "log"), [(SOFTMAX, softmax(3)), ("xor", xor(3))], ids=["4 x 2", "square"])
def test_elements_by_input_and_unit_are_turned(template: str, log: dict[str, np.ndarray]) -> None:
    """As an array of that shape is: W1[2,3] is the weight of the third unit there."""
    turned = {name: log[name] if template == SOFTMAX else log[name].transpose(0, 2, 1) for name in ("W1", "dW1")}
    each = {
        f"{name}[{i + 1},{j + 1}]": array[:, i, j]
        for name, array in turned.items()
        for i, j in np.ndindex(array.shape[1:])
    }
    result = check(template, each)
    assert (result.ok, result.unknown, result.quantities) == (True, {}, len(each))
    assert "turned to be compared: W1, dW1" in " ".join(result.notes)
    some = {label: values for label, values in each.items() if label.endswith("3]")}
    assert not some or check(template, some).ok
