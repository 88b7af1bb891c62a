"""What the picture of a network or of a graph holds: nodes in layers, and the edges that lead into each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xlbp.template import names
from xlbp.template.graph import Graph
from xlbp.template.network import Layer, Network
from xlbp.workbook.page.lens import Lens

MOST_NODES, MOST_EDGES = 10, 48  # in a layer, and between two layers


@dataclass(frozen=True)
class Edge:
    """From a node to the one it belongs to: a quantity on it, and if it is trained, that one's gradient."""

    source: str
    symbol: str
    quantity: str
    gradient: str = ""


@dataclass
class Node:
    """A unit: its symbol, the quantities it shows, and what leads into it.  A passing line shows none."""

    key: str
    symbol: str
    forward: str = ""
    backward: str = ""
    edges: list[Edge] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The rows it takes: three for itself, one for each edge, and one of air."""
        return 1 if not self.forward else max(3, len(self.edges)) + 1


Layers = list[list[Node]]


def diagram(lens: Lens) -> Layers:
    """The picture, or [] if it is too large for one."""
    model = lens.contents.template.model
    assert isinstance(model, Network | Graph)
    layers = _network(lens, model) if isinstance(model, Network) else _graph(lens, model)
    too_large = any(len(layer) > MOST_NODES or sum(len(n.edges) for n in layer) > MOST_EDGES for layer in layers)
    return [] if too_large else layers


def _network(lens: Lens, network: Network) -> Layers:
    mark = lens.mark
    width = len(network.inputs[0])
    own = input_namer(network, mark)
    inputs = [own(i) for i in range(1, width + 1)]
    layers: Layers = [[Node(name, lens.symbol(name), name) for name in inputs]]
    for number, layer in enumerate(network.layers, start=1):
        below = [node.key for node in layers[-1]]
        layers.append([_unit(lens, number, layer, i, below, mark) for i in range(1, layer.units + 1)])
    return layers


def input_namer(network: Network, mark: str) -> Callable[[int], str]:
    """What an input is called: on the panel, or in the row where it comes from a table."""
    return lambda i: names.of_unit("a", 0, i, mark) if network.stored else names.of_input("x", i, mark)


def _unit(lens: Lens, number: int, layer: Layer, i: int, below: list[str], mark: str) -> Node:
    z, a = (names.of_unit(letter, number, i, mark) for letter in "za")
    shown = z if layer.activation == "identity" else a
    delta = "da" if layer.sums.pieces > 1 else "dz"
    node = Node(shown, lens.symbol(shown), shown, names.of_unit(delta, number, i, mark))
    for r in range((i - 1) * layer.sums.pieces + 1, i * layer.sums.pieces + 1):  # a maxout unit has several
        for j, source in enumerate(below, start=1):
            weight = names.weight(number, r, j)
            node.edges.append(Edge(source, lens.symbol(weight), weight, names.gradient(weight)))
        if bias := layer.bias_of(r):
            node.edges.append(Edge("", lens.symbol(bias), bias, bias.gradient if layer.trains_bias else ""))
    return node


def _graph(lens: Lens, graph: Graph) -> Layers:
    """Nodes one layer behind the last of their arguments; longer edges pass through the layers between."""
    depth = dict.fromkeys((*graph.variables, *graph.fixed), 0)
    for step in graph.steps:
        depth[step.name] = 1 + max((depth[source] for source in step.sources), default=0)
    layers: Layers = [[] for _ in range(1 + max(depth.values()))]
    edges = {(step.name, source) for step, source in graph.edges()}
    sources = {step.name: step.sources for step in graph.steps}
    for name, place in depth.items():
        node = Node(name, name, name, _derivative(lens, graph, name))
        for source in sources.get(name, ()):
            quantity = _local(graph, name, source) if (name, source) in edges else source
            through = _passing(layers, source, quantity, depth[source], place)
            node.edges.append(Edge(through, lens.symbol(quantity), quantity))
        layers[place].append(node)
    return layers


def _derivative(lens: Lens, graph: Graph, name: str) -> str:
    total = names.total(graph.objective, name)
    return total if total in lens.contents.layout.columns else ""


def _local(graph: Graph, node: str, source: str) -> str:
    """The local derivative's column; where it is the total derivative as well, that one's."""
    return (
        names.total(graph.objective, source)
        if graph.users()[source] == [graph.objective]
        else names.local(node, source)
    )


def _passing(layers: Layers, source: str, quantity: str, start: int, end: int) -> str:
    """The node an edge comes from in the layer before ``end``: the source, or a line that passes there.

    A constant that goes to several steps has one line, from which they branch off.
    """
    for place in range(start + 1, end):
        before = source if place == start + 1 else f"{quantity}>{place - 1}"
        if all(node.key != f"{quantity}>{place}" for node in layers[place]):
            layers[place].append(Node(f"{quantity}>{place}", source, edges=[Edge(before, "", quantity)]))
    return source if end - start == 1 else f"{quantity}>{end - 1}"
