"""The picture's nodes and edges: who stands in which layer, and what leads where."""

from __future__ import annotations

import pytest

from tests.teaching import Expected, shown, shown_of
from tests.templates import DRAWN, WITH_NETWORK
from xlbp.workbook.drawing.diagram import MOST_EDGES, MOST_NODES, Layers, diagram
from xlbp.workbook.page.lens import Lens

pytestmark = pytest.mark.slow  # whole books, or many processes


def picture(expected: Expected) -> Layers:
    """The picture of a book."""
    return diagram(Lens(expected.contents, expected.facts))


def dense(inputs: int, units: int) -> str:
    """A network of one hidden layer and one output."""
    head = '[[network.layers]]\nunits = {}\nactivation = "sigmoid"\nweights = {}\nbias = 0.1\n'
    layers = head.format(units, [[0.1] * inputs] * units) + head.format(1, [[0.2] * units])
    data = f"[data]\ninputs = {[[0.5] * inputs]}\ntargets = [[1.0]]\n[training]\nlearning_rate = 0.1\niterations = 1\n"
    return f"[network]\n{layers}{data}"


def test_symbols_layer_by_layer() -> None:
    """Inputs first, then each layer's units, by the source's symbols."""
    found = [[node.symbol for node in layer] for layer in picture(shown("mazur"))]
    assert found == [["i1", "i2"], ["out_h1", "out_h2"], ["out_o1", "out_o2"]]


def test_edges_of_a_unit() -> None:
    """A unit has an edge from each node of the layer before it, with the weight's gradient, and its bias."""
    edges = picture(shown("mazur"))[2][0].edges
    found = [(edge.source, edge.symbol, edge.quantity, edge.gradient) for edge in edges]
    weights = [("a1[1]", "w5", "W2[1,1]", "dW2[1,1]"), ("a1[2]", "w6", "W2[1,2]", "dW2[1,2]")]
    assert [*weights, ("", "b2", "b2", "")] == found


def test_a_trained_bias_has_its_gradient() -> None:
    """A bias comes from nowhere; a trained one has a gradient."""
    bias = picture(shown("xor"))[1][1].edges[-1]
    assert (bias.source, bias.symbol, bias.quantity, bias.gradient) == ("", "b2", "b1[2]", "db1[2]")


def test_a_long_edge_passes_through() -> None:
    """In f = (a + b) · c the edge from c to f passes beside d, as a line without a number."""
    layers = picture(shown("into-backprop"))
    assert [[node.symbol for node in layer] for layer in layers] == [["a", "b", "c"], ["d", "c"], ["f"]]
    passing = next(node for node in layers[1] if not node.forward)
    assert ("c", [passing.key]) == (
        passing.edges[0].source,
        [edge.source for edge in layers[2][0].edges if edge.source not in ("d",)],
    )


def test_a_constant_of_two_late_steps_passes_once() -> None:
    """A constant that two later steps use is one line on its way, not two nodes of one key."""
    text = """
[expression]
variables = { x = 1 }
constants = { k = 2 }
steps = ["u = x ** 2", "p = u * k", "q = u + k", "f = p * q"]
[training]
iterations = 1
learning_rate = 0.1
"""
    layers = picture(shown_of(text))
    assert [node.symbol for node in layers[1]] == ["u", "k"]
    assert [[edge.source for edge in node.edges] for node in layers[2]] == [["u", "k>1"], ["u", "k>1"]]


@pytest.mark.parametrize(
    ("inputs", "units", "drawn"),
    [
        (2, 2, True),
        (3, 10, True),
        (4, 10, False),
        (3, 11, False),
        (10, 4, True),
        (11, 3, False),
        (7, 6, True),
        (6, 7, False),
    ],
)
def test_a_large_network_has_no_picture(inputs: int, units: int, drawn: bool) -> None:
    """Up to 10 nodes in a layer and 48 edges between two, biases among them, are drawn."""
    assert drawn == (inputs <= MOST_NODES and units <= MOST_NODES and (inputs + 1) * units <= MOST_EDGES)
    assert drawn == bool(picture(shown_of(dense(inputs, units))))


@pytest.mark.parametrize("name", DRAWN)
def test_every_edge_comes_from_the_layer_before(name: str) -> None:
    """An edge starts at a node one layer to the left, or at none; no two nodes have one key."""
    layers = picture(shown(name))
    keys = [node.key for layer in layers for node in layer]
    assert len(keys) == len(set(keys)) > 1
    for before, layer in zip([[], *layers], layers, strict=False):
        sources = {edge.source for node in layer for edge in node.edges if edge.source}
        assert sources <= {node.key for node in before}


@pytest.mark.parametrize("name", DRAWN)
def test_every_quantity_of_the_picture_exists(name: str) -> None:
    """What a node or an edge shows has a cell."""
    expected = shown(name)
    layout = expected.contents.layout
    nodes = [node for layer in picture(expected) for node in layer]
    shown_names = {n for node in nodes for n in (node.forward, node.backward)}
    shown_names |= {n for node in nodes for edge in node.edges for n in (edge.quantity, edge.gradient)}
    assert set() == shown_names - {""} - set(layout.columns) - set(layout.panel)


@pytest.mark.parametrize("name", [name for name in DRAWN if name in WITH_NETWORK])
def test_layers_are_those_of_the_network(name: str) -> None:
    """A node per input and unit."""
    expected = shown(name)
    model = expected.contents.template.model
    wanted = [len(model.inputs[0]), *(layer.units for layer in model.layers)]
    assert wanted == [len(layer) for layer in picture(expected)]


@pytest.mark.parametrize(("edges", "rows"), [(0, 4), (3, 4), (5, 6)])
def test_rows_of_a_node(edges: int, rows: int) -> None:
    """A node takes three rows or one per edge, and one of air."""
    node = picture(shown("mazur"))[1][0]
    node.edges[:] = [node.edges[0]] * edges
    assert rows == node.rows
