"""Quantities as elements of tensors: which, what for, and which go into which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.made_up_blocks import made_up
from xlbp.template.blocks.activation import Gated
from xlbp.template.blocks.block import Role
from xlbp.template.layer import Node
from xlbp.template.load import load_template
from xlbp.template.model import Model


def model_of(template: str, *overrides: str) -> Model:
    """The model of a shipped template."""
    return load_template(template, overrides).model


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("W2[1,2]", Role.WEIGHT), ("b1", Role.BIAS), ("z1[2]", Role.PRE_ACTIVATION), ("a2[1]", Role.ACTIVATION),
        ("x[1]", Role.INPUT), ("t[2]", Role.TARGET), ("e[1]", Role.ERROR), ("E[1]", Role.LOSS), ("E", Role.LOSS),
        ("dW2[1,2]", None), ("eta", None), ("W2+[1,2]", None), ("f'1[1]", None),
    ],
)  # fmt: skip
def test_a_quantity_has_the_role_of_its_tensor(name: str, role: Role | None) -> None:
    """So have the data, the errors and the losses; a gradient's is asked of what it is the gradient of."""
    model = model_of("mazur")
    assert model.role(model.quantity(name)) is role


def test_a_computation_graph_has_no_tensors() -> None:
    """Its names say nothing, whatever they look like: x and E are no input and no loss."""
    model = model_of("into-backprop")
    assert model.tensors.by_name == {}
    assert {model.role(model.quantity(name)) for name in ("a", "x", "E", "t")} == {None}


def test_a_local_derivative_is_of_an_element_by_the_one_that_goes_into_it() -> None:
    """Of a node by its argument in a graph; nothing else is one."""
    network, graph = model_of("xor"), model_of("into-backprop")
    assert network.local(network.quantity("f'1[2]@3")) == ("a1[2]@3", "z1[2]@3")
    assert graph.local(graph.quantity("∂f/∂d")) == ("f", "d")
    assert [network.local(network.quantity(name)) for name in ("a1[2]@3", "dz1[2]@3", "eta")] == [None] * 3
    assert graph.local(graph.quantity("df/dd")) is None


def test_a_pre_activation_goes_into_an_activation() -> None:
    """All pieces of a maxout unit into one; what is no pre-activation into none, nor where there is no function."""
    model = model_of("iris", "network.layers.1.activation={name='maxout',pieces=2}")
    names = [f"z1[{piece}]@7" for piece in range(1, 4)]
    assert [model.tensors.activated(model.quantity(name)) for name in names] == ["a1[1]@7", "a1[1]@7", "a1[2]@7"]
    assert [model.tensors.activated(model.quantity(name)) for name in ("a1[1]@2", "E", "|dW1|")] == [None] * 3


def test_tensors_of_several_indices_go_into_one_another() -> None:
    """The element in the same place, whatever the letters are."""
    model = made_up(2).template.model
    assert model.tensors.activated(model.quantity("z1[2,1]@2")) == "a1[2,1]@2"
    assert model.local(model.quantity("f'1[2,1]@2")) == ("a1[2,1]@2", "z1[2,1]@2")
    assert model.tensors.activated(model.quantity("z3[1]@1")) is None
    assert {model.role(model.quantity(name)) for name in ("K1[1,1,2]", "U3[1,2]", "R3[2,2]")} == {Role.WEIGHT}


def test_two_tensors_of_a_layer_have_two_letters() -> None:
    """A parameter g and the gate g of silu, which may follow it, would be taken for one another."""
    network = made_up(2).template.model.network
    nodes = (*network.nodes[:3], Node(2, Gated("silu"), (2,)), network.nodes[4])
    with pytest.raises(ValueError, match="layer 2 has two tensors of the letter 'g'"):
        replace(network, nodes=nodes).tensors.by_name  # noqa: B018


def test_the_loss_of_a_sample_is_without_the_penalty() -> None:
    """Where there is one sample, the penalty comes on top of its loss; a graph has its objective."""
    assert model_of("mazur").loss_of("") == "E"
    assert model_of("mazur", "training.l2=0.1").loss_of("") == "Edata"
    assert model_of("xor").loss_of("@3") == "E@3"
    assert model_of("into-backprop").loss_of("") == "f"


def test_a_model_may_start_from_other_numbers() -> None:
    """Of a network and of a graph; the rest stays."""
    for template in ("mazur", "into-backprop"):
        model = model_of(template)
        numbers = {name: 0.5 + 0.01 * place for place, name in enumerate(model.parameters())}
        assert model.starting_from(numbers).parameters() == numbers
        assert model.starting_from(numbers).constants() == model.constants()
