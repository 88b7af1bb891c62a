"""What the exported model of Keras's calls the weights of a network."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.templates import WITH_NETWORK, loaded
from xlbp.interchange.keras_names import is_sequential, keras_names
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template

GRU = """
[network]
[[network.layers]]
kind = "gru"
units = 1
recurrent_bias = [0.1, 0.2, 0.3]
[data]
inputs = [[[1], [2]]]
targets = [[1]]
[training]
learning_rate = 0.5
"""


def names_of(template: Template) -> dict[str, list[object]]:
    """By layer and weight."""
    return {key: called.tolist() for key, called in keras_names(template.model.network).items()}


@pytest.mark.parametrize("name", WITH_NETWORK)
def test_each_parameter_has_one_place(name: str) -> None:
    """Every trained number stands in exactly one weight."""
    template = loaded(name)
    counted = Counter(name for called in keras_names(template.model.network).values() for name in called.ravel())
    trained = template.model.parameters()
    assert {name: counted[name] for name in trained} == dict.fromkeys(trained, 1)


def test_kernels_have_a_row_for_each_input() -> None:
    """Mazur's network is two dense layers with their activations; a frozen bias that all share is each unit's."""
    called = names_of(load_template("mazur"))
    assert list(called) == ["0.kernel", "0.bias", "1.kernel", "1.bias"]
    assert called["0.kernel"] == [["W1[1,1]", "W1[2,1]"], ["W1[1,2]", "W1[2,2]"]]
    assert called["1.bias"] == ["b2", "b2"]


def test_kernels_of_convolutions_have_the_places_first() -> None:
    """(rows, columns, channels, filters)."""
    called = names_of(load_template("cnn"))["0.kernel"]
    assert called == [[[["K1[1,1,1,1]"]], [["K1[1,1,1,2]"]]], [[["K1[1,1,2,1]"]], [["K1[1,1,2,2]"]]]]


def test_a_gru_has_its_update_gate_first() -> None:
    """Ours are r, z, n, Keras's z, r, h; with both biases, one below the other."""
    called = names_of(parse_template(GRU, "t", "t"))
    assert called["0.cell.kernel"] == [["W1[2,1]", "W1[1,1]", "W1[3,1]"]]
    assert called["0.cell.bias"] == [["b1[2]", "b1[1]", "b1[3]"], ["c1[2]", "c1[1]", "c1[3]"]]


def test_heads_have_an_axis_of_their_own() -> None:
    """Two heads of two: (features, heads, width), and back (heads, width, features)."""
    called = keras_names(load_template("transformer-block").model.network)
    assert called["attention.query_dense.kernel"][0].tolist() == [["Q4[1,1]", "Q4[2,1]"], ["Q4[3,1]", "Q4[4,1]"]]
    assert called["attention.output_dense.kernel"][1, 0].tolist() == ["O4[1,3]", "O4[2,3]", "O4[3,3]", "O4[4,3]"]


@pytest.mark.parametrize(("name", "expected"), [("rnn", True), ("gru", False), ("gru-reset-before", False)])
def test_chains(name: str, expected: bool) -> None:
    """A recurrence stands in a chain, but not one that starts from a state, nor a GRU that Keras has not."""
    assert is_sequential(load_template(name).model.network) is expected
