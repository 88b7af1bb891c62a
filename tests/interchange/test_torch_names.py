"""What the exported module of PyTorch's calls the parameters of a network."""

from __future__ import annotations

from collections import Counter

import pytest

from xlbp.interchange.torch_names import is_sequential, torch_names
from xlbp.template.load import load_template, parse_template, shipped
from xlbp.template.network import Network
from xlbp.template.template import Template

NETWORKS = [t for t in map(load_template, shipped()) if isinstance(t.model, Network)]
GRU = """
[network]
[[network.layers]]
kind = "gru"
units = 2
recurrent_bias = [0.1, 0.2]
[[network.layers]]
units = 1
[data]
inputs = [[[1], [2]]]
targets = [[1]]
[training]
learning_rate = 0.5
"""


def network(template: Template) -> Network:
    """Of a template that has one."""
    assert isinstance(template.model, Network)
    return template.model


@pytest.mark.parametrize("template", NETWORKS, ids=lambda t: t.name)
def test_each_parameter_has_one_place(template: Template) -> None:
    """Every trained number stands in the state dict exactly once, in a tensor of PyTorch's shape."""
    called = torch_names(network(template))
    counted = Counter(name for names in called.values() for name in names.ravel())
    assert {name: counted[name] for name in template.model.parameters()} == dict.fromkeys(
        template.model.parameters(), 1
    )


def test_a_chain_counts_its_modules() -> None:
    """Mazur's network is Linear, Sigmoid, Linear, Sigmoid; a frozen bias that all share is each unit's."""
    called = torch_names(network(load_template("mazur")))
    assert list(called) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert called["0.weight"].tolist() == [["W1[1,1]", "W1[1,2]"], ["W1[2,1]", "W1[2,2]"]]
    assert called["2.bias"].tolist() == ["b2", "b2"]


def test_queries_keys_and_values_are_one_tensor() -> None:
    """nn.MultiheadAttention keeps them one below the other, in that order; tied weights stand with their owner."""
    called = torch_names(network(load_template("transformer-block")))
    assert called["attention.in_proj_weight"].shape == (12, 4)
    assert called["attention.in_proj_weight"][[0, 4, 8], 0].tolist() == ["Q4[1,1]", "K4[1,1]", "V4[1,1]"]
    assert [key for key, names in called.items() if "W1[1,1]" in names] == ["embedding.weight"]


def test_a_gru_with_one_second_bias_has_zeros_for_the_others() -> None:
    """PyTorch's bias_hh_l0 has three gates, the sheet's second bias is of the last one."""
    called = torch_names(network(parse_template(GRU, "t", "t")))
    assert called["gru.bias_hh_l0"].tolist() == [None, None, None, None, "c1[1]", "c1[2]"]


@pytest.mark.parametrize(("name", "expected"), [("cnn", True), ("rnn", False), ("three-two-two", False)])
def test_only_chains_are_sequences(name: str, expected: bool) -> None:
    """A recurrence, which returns two things, and a bias that is trained for all units need a module of their own."""
    assert is_sequential(network(load_template(name))) is expected
