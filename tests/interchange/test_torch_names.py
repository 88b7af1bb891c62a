"""What the exported module of PyTorch's calls the parameters of a network."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import xlbp
from tests.templates import WITH_NETWORK, loaded
from xlbp.interchange.held import layer_name
from xlbp.interchange.state_dict import numbers_of
from xlbp.interchange.torch_names import is_sequential, layer_key, torch_names, torch_names_for
from xlbp.template.load import load_template, parse_template
from xlbp.template.network import Network
from xlbp.template.template import Template

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


@pytest.mark.parametrize("name", WITH_NETWORK)
def test_each_parameter_has_one_place(name: str) -> None:
    """Every trained number stands in the state dict exactly once, in a tensor of PyTorch's shape."""
    template = loaded(name)
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


NAMED = """
[network]
[[network.layers]]
name = "encoder_rnn"
kind = "rnn"
units = 2
[[network.layers]]
name = "hidden"
units = 2
[[network.layers]]
name = "head"
units = 2
[data]
inputs = [[[1], [2]], [[0], [3]]]
targets = [[1, 0], [0, 1]]
[training]
learning_rate = 0.1
"""


@pytest.mark.parametrize("modules", [("encoder.rnn", "hidden", "head"), ("rnn", "linear2", "linear3")])
def test_layers_are_known_by_their_own_names_or_by_the_exported_ones(modules: tuple[str, ...]) -> None:
    """``head.weight`` is the layer called head, though another one is as large; ``linear3.weight`` goes on working."""
    template = parse_template(NAMED, "t", "t")
    exported = list(torch_names(network(template)).values())
    keys = [f"{modules[0]}.{key}" for key in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")]
    keys += [f"{module}.{key}" for module in modules[1:] for key in ("weight", "bias")]
    called = torch_names_for(network(template), keys[::-1])
    assert list(called) == keys
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(called.values(), exported, strict=True))
    state = {key: np.full(names.shape, float(n)) for n, (key, names) in enumerate(called.items())}
    numbers = numbers_of(network(template), dict(reversed(state.items())), "the state dict and t")
    assert (numbers["W2[1,1]"], numbers["W3[1,1]"], numbers["b3[2]"]) == (4.0, 6.0, 7.0)


@pytest.mark.slow
def test_check_knows_a_layer_by_its_own_name() -> None:
    """In any order, and alone: a wrong number of ``head`` is one of layer 3."""
    template = parse_template(NAMED, "t", "t")
    weights = xlbp.trace(template, iterations=1)["W3"][0]
    assert xlbp.check(template, {"head.weight": weights}).ok
    departed = xlbp.check(template, {"head.weight": weights + 0.5, "hidden.weight": weights}).first
    assert departed is not None
    assert departed.name.startswith("W")


@pytest.mark.parametrize(
    ("module", "layer", "key"),
    [
        ("head", "head", "head.weight"),
        ("encoder.fc1", "encoder_fc1", "encoder_fc1.weight"),
        ("0", "layer_0", "layer_0.weight"),
        ("enc.0", "enc_0", "enc_0.weight"),
        ("attn.out_proj", "attn_out_proj", "attn.out_proj.weight"),
    ],
)
def test_what_a_layer_of_a_module_is_called(module: str, layer: str, key: str) -> None:
    """A name that a template may have; what is within an attention of PyTorch's stays within its layer."""
    assert layer_name(module) == layer
    assert layer_key(f"{module}.weight") == key
