"""The source's own symbols: what a reader of the article finds at the head of each column.

Every name of :mod:`xlbp.spec.names` gets a symbol, by the patterns of the template's [notation]
or by plain defaults (``W1[2,3]``, ``z1[2]``).  Symbols are shown; names are what programs join on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlbp.spec import names
from xlbp.spec.model import Graph, Layer, Network

SUPERSCRIPT = str.maketrans("0123456789@", "⁰¹²³⁴⁵⁶⁷⁸⁹@")
NEW = "⁺"


@dataclass(frozen=True)
class Notation:
    """What [notation] may say; an empty field means the default."""

    weights: str | tuple[tuple[str, ...], ...] = ""  # "by_unit", "by_input" or explicit
    biases: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    units: tuple[tuple[str, ...], ...] = ()
    pre_activation: tuple[str, ...] = ()  # a pattern with {unit} for each layer
    activation: tuple[str, ...] = ()
    loss: str = "E"
    unit_loss: str = ""
    learning_rate: str = "η"


def graph_symbols(graph: Graph, notation: Notation) -> dict[str, str]:
    """Symbols of a computation graph: its own names, with d for total and ∂ for local."""
    nodes = [*graph.variables, *graph.fixed, *(step.name for step in graph.steps)]
    symbols = {node: node for node in nodes} | {names.LEARNING_RATE: notation.learning_rate}
    for step, source in graph.edges():
        local = names.local(step.name, source)
        symbols[local] = local
    for node in sorted(graph.active()):
        symbols[names.total(graph.objective, node)] = names.total(graph.objective, node)
    for variable in graph.variables:
        symbols[names.updated(variable)] = variable + NEW
    return symbols


def network_symbols(network: Network, notation: Notation) -> dict[str, str]:
    """Symbols of every quantity of a network's row."""
    symbols = {names.LEARNING_RATE: notation.learning_rate, names.LOSS: notation.loss}
    symbols |= _weights(network, notation)
    symbols |= _biases(network, notation)
    for parameter in network.parameters():
        symbols[names.gradient(parameter)] = f"∂{notation.loss}/∂{symbols[parameter]}"
        symbols[names.updated(parameter)] = symbols[parameter] + NEW
    for number, _ in network.numbered():
        symbols[names.norm(number)] = f"‖∂{notation.loss}/∂W{number}‖"
    for mark in network.marks:
        symbols |= _data(network, notation, mark)
        for number, layer in network.numbered():
            symbols |= _layer(number, layer, notation, mark)
        symbols |= _losses(network, notation, mark)
    return symbols


def parameter_order(network: Network, notation: Notation) -> tuple[str, ...]:
    """The parameters in the order in which the source numbers them, layer by layer."""
    ordered: list[str] = []
    for number, layer in network.numbered():
        ordered += [name for name, _, _ in _numbering(number, layer, notation.weights == "by_input")]
        if layer.bias and layer.bias.trainable:
            ordered += layer.bias.names(number)
    return tuple(ordered)


def _numbering(number: int, layer: Layer, by_input: bool) -> Iterator[tuple[str, int, int]]:
    """A layer's weights as (name, unit, source), in the source's order."""
    units, sources = range(layer.units), range(len(layer.weights[0]))
    pairs = ((i, j) for j in sources for i in units) if by_input else ((i, j) for i in units for j in sources)
    return ((names.weight(number, i + 1, j + 1), i, j) for i, j in pairs)


def _weights(network: Network, notation: Notation) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for number, layer in network.numbered():
        for name, i, j in _numbering(number, layer, notation.weights == "by_input"):
            if not notation.weights:
                symbols[name] = name
            elif isinstance(notation.weights, str):
                symbols[name] = f"w{len(symbols) + 1}"
            else:
                symbols[name] = notation.weights[number - 1][i * len(layer.weights[0]) + j]
    return symbols


def bias_names(network: Network) -> tuple[str, ...]:
    """Every bias of the network, trained or not, in order."""
    return tuple(b for number, layer in network.numbered() if layer.bias for b in layer.bias.names(number))


def _biases(network: Network, notation: Notation) -> dict[str, str]:
    found = bias_names(network)
    return dict(zip(found, notation.biases or found, strict=True))


def _super(mark: str) -> str:
    return f"⁽{mark[1:].translate(SUPERSCRIPT)}⁾" if mark else ""


def _data(network: Network, notation: Notation, mark: str) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for letter, count, given in (
        ("x", len(network.inputs[0]), notation.inputs),
        ("t", len(network.targets[0]), notation.targets),
    ):
        for i in range(1, count + 1):
            symbol = (given[i - 1] if given else f"{letter}{i}") + _super(mark)
            symbols[names.of_input(letter, i, mark)] = symbol
            if letter == "x":
                symbols[names.of_unit("a", 0, i, mark)] = symbol
    return symbols


def _unit(number: int, i: int, notation: Notation) -> str:
    return notation.units[number - 1][i - 1] if notation.units else f"{number}[{i}]"


def _layer(number: int, layer: Layer, notation: Notation, mark: str) -> dict[str, str]:
    """z, a, softmax's helpers, and the derivatives of the loss with respect to them."""
    letters = {"lse": "lse", "m": "max", "S": "Σexp"}
    symbols = {names.of_layer(q, number, mark): f"{s}{number}{_super(mark)}" for q, s in letters.items()}
    symbols[names.of_layer("dlse", number, mark)] = f"∂{notation.loss}/∂lse{number}{_super(mark)}"
    for i in range(1, layer.units + 1):
        unit = _unit(number, i, notation)
        z = _pattern(notation.pre_activation, "z", number, unit, notation) + _super(mark)
        a = _pattern(notation.activation, "a", number, unit, notation) + _super(mark)
        for quantity, symbol in {
            "z": z,
            "a": a,
            "u": f"exp_{unit}{_super(mark)}",
            "da": f"∂{notation.loss}/∂{a}",
            "f'": f"∂{a}/∂{z}",
            "dz": f"∂{notation.loss}/∂{z}",
        }.items():
            symbols[names.of_unit(quantity, number, i, mark)] = symbol
    return symbols


def _pattern(patterns: tuple[str, ...], letter: str, number: int, unit: str, notation: Notation) -> str:
    default = f"{letter}_{{unit}}" if notation.units else f"{letter}{{unit}}"
    return (patterns[number - 1] if patterns else default).replace("{unit}", unit)


def _losses(network: Network, notation: Notation, mark: str) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for i in range(1, network.layers[-1].units + 1):
        unit = notation.units[-1][i - 1] if notation.units else str(i)
        pattern = notation.unit_loss or f"{notation.loss}_{{unit}}"
        symbols[names.of_input("E", i, mark)] = pattern.replace("{unit}", unit) + _super(mark)
        symbols[names.of_input("e", i, mark)] = f"error_{unit}{_super(mark)}"
    if mark:
        symbols[names.LOSS + mark] = notation.loss + _super(mark)
    return symbols


def repeated(symbols: Mapping[str, str]) -> str:
    """A symbol that stands for two quantities, or ''; ``a0`` is the input and may share its symbol."""
    seen: set[str] = set()
    for name, symbol in symbols.items():
        if symbol in seen and not name.startswith("a0["):
            return symbol
        seen.add(symbol)
    return ""
