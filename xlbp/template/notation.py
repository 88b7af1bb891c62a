"""The source's own symbols: what a reader of the article finds at the head of each column.

Every name of :mod:`xlbp.template.names` gets a symbol, by the patterns of the template's [notation]
or by plain defaults (``W1[2,3]``, ``z1[2]``).  Symbols are shown; names are what programs join on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from xlbp.template import names
from xlbp.template.catalogue import KEPT, SETTINGS, SHARED
from xlbp.template.graph import Graph
from xlbp.template.network import Layer, Network
from xlbp.template.template import Training

SUPERSCRIPT = str.maketrans("0123456789T", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ")
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


def training_symbols(training: Training, parameters: Mapping[str, str], notation: Notation) -> dict[str, str]:
    """Symbols of the learning rate, of the panel's settings, and of what the optimizer keeps."""
    eta = notation.learning_rate
    symbols = {names.LEARNING_RATE: eta, names.RATE: f"{eta}(t)", names.LENGTH: "‖g‖", names.CLIPPING: "clip"}
    symbols |= {key: _setting(key[1:], eta) for key in training.settings}
    symbols |= {names.kept(letter, ""): symbol for letter, symbol in SHARED.items()}
    for parameter, symbol in parameters.items():
        symbols |= {names.kept(letter, parameter): f"{mark}({symbol})" for letter, mark in KEPT.items()}
    return symbols


def _setting(key: str, eta: str) -> str:
    """``beta1`` is β₁; ``rate2`` and ``until2`` belong to a piece of the schedule, ``drop1`` to a layer."""
    word, number = key.rstrip("0123456789"), key[len(key.rstrip("0123456789")) :]
    numbered = {"rate": f"{eta}{number}", "until": f"until {number}", "drop": f"p{number}"}
    return numbered.get(word) or SETTINGS[key].replace("{eta}", eta)


def graph_symbols(graph: Graph, training: Training, notation: Notation) -> dict[str, str]:
    """Symbols of a computation graph: its own names, with d for total and ∂ for local."""
    nodes = [*graph.variables, *graph.fixed, *(step.name for step in graph.steps)]
    symbols = {node: node for node in nodes}
    ours = training_symbols(training, {variable: variable for variable in graph.variables}, notation)
    symbols |= {name: _apart(name, symbol, symbols) for name, symbol in ours.items()}
    for step, source in graph.edges():
        local = names.local(step.name, source)
        symbols[local] = local
    for node in sorted(graph.active()):
        symbols[names.total(graph.objective, node)] = names.total(graph.objective, node)
    for variable in graph.variables:
        symbols[names.updated(variable)] = variable + NEW
    return symbols


def _apart(name: str, symbol: str, taken: Mapping[str, str]) -> str:
    """The symbol of a setting, or its name where the graph calls a quantity of its own so: c, k, s and T are common."""
    if name in (names.LEARNING_RATE, names.RATE):  # which [notation] names
        return symbol
    symbol = name[1:] if symbol in taken else symbol
    while symbol in taken:
        symbol += "′"
    return symbol


def network_symbols(network: Network, training: Training, notation: Notation) -> dict[str, str]:
    """Symbols of every quantity of a network's row."""
    symbols = {names.LOSS: notation.loss}
    symbols |= _weights(network, notation)
    symbols |= _biases(network, notation)
    symbols |= training_symbols(training, {name: symbols[name] for name in network.parameters()}, notation)
    symbols |= {key: _setting(key[1:], notation.learning_rate) for key in network.constants() if key.startswith("$")}
    for parameter in network.parameters():
        symbols[names.gradient(parameter)] = f"∂{notation.loss}/∂{symbols[parameter]}"
        symbols[names.updated(parameter)] = symbols[parameter] + NEW
    for number, _ in network.numbered():
        symbols[names.norm(number)] = f"‖∂{notation.loss}/∂W{number}‖"
    for mark in (*network.marks, *network.test_marks):
        symbols |= _data(network, notation, _super(mark), mark, ("a0", "x", "t"))
        for number, layer in network.numbered():
            symbols |= _layer(number, layer, notation, mark)
        symbols |= _losses(network, notation, mark)
    if network.stored:
        for row in names.rows(len(network.inputs)):
            symbols |= _data(network, notation, row, row, ("x", "raw", "t"))
            symbols[names.CLASS + row] = names.CLASS + row
    return symbols | _whole_losses(network, notation)


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
    units, sources = range(layer.rows), range(len(layer.weights[0]))
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


def _data(network: Network, notation: Notation, shown: str, mark: str, letters: Iterable[str]) -> dict[str, str]:
    """Inputs and targets of one sample, in the row or in the table; raw numbers are those before scaling."""
    symbols: dict[str, str] = {}
    for letter in letters:
        of_targets = letter == "t"
        given = notation.targets if of_targets else notation.inputs
        raw = " (raw)" if letter == "raw" else ""
        for i in range(1, len((network.targets if of_targets else network.inputs)[0]) + 1):
            symbol = given[i - 1] if given else f"{'t' if of_targets else 'x'}{i}"
            symbols[names.of_input(letter, i, mark)] = symbol + raw + shown
    return symbols


def _whole_losses(network: Network, notation: Notation) -> dict[str, str]:
    """What stands once in a row, whatever the number of its samples."""
    loss = notation.loss
    symbols = {names.DATA_LOSS: f"{loss}_data", names.LOSS + names.TEST: f"{loss}_test"}
    symbols |= {names.penalty(kind): f"{loss}_{kind.upper()}" for kind in network.penalties}
    symbols |= {names.HITS: "accuracy", names.HITS + names.TEST: "accuracy_test", names.EPOCH: "epoch"}
    for mark in (*network.marks, *network.test_marks):
        symbols[names.of_input("s", 0, mark)] = f"n{_super(mark)}"
        if mark:
            symbols[names.HITS + mark] = f"hit{_super(mark)}"
    return symbols


def _unit(number: int, i: int, notation: Notation) -> str:
    return notation.units[number - 1][i - 1] if notation.units else f"{number}[{i}]"


def _layer(number: int, layer: Layer, notation: Notation, mark: str) -> dict[str, str]:
    """z, a, softmax's helpers, and the derivatives of the loss with respect to them."""
    letters = {"lse": "lse", "m": "max", "S": "Σexp"}
    symbols: dict[str, str] = {
        names.of_layer(q, number, mark): f"{s}{number}{_super(mark)}" for q, s in letters.items()
    }
    symbols[names.of_layer("dlse", number, mark)] = f"∂{notation.loss}/∂lse{number}{_super(mark)}"
    for i, p in product(range(layer.units), range(layer.pieces)):
        unit = _unit(number, i + 1, notation)
        a = _pattern(notation.activation, "a", number, unit, notation) + _super(mark)
        if layer.pieces > 1:
            unit = f"{unit},{p + 1}" if notation.units else f"{number}[{i + 1},{p + 1}]"
        z = _pattern(notation.pre_activation, "z", number, unit, notation) + _super(mark)
        slopes = {"z": z, "k": f"win_{unit}{_super(mark)}", "dz": f"∂{notation.loss}/∂{z}"}
        for quantity, symbol in slopes.items():
            symbols[names.of_unit(quantity, number, i * layer.pieces + p + 1, mark)] = symbol
        if p == 0:
            symbols |= _unit_symbols(number, i + 1, unit, (z, a), notation, mark)
    return symbols


def _unit_symbols(
    number: int, i: int, unit: str, letters: tuple[str, str], notation: Notation, mark: str
) -> dict[str, str]:
    """What a unit has once: its activation, the helpers of its activation and of dropout, their derivatives."""
    z, a = letters
    loss, sample = notation.loss, _super(mark)
    found = {
        "a": a,
        "u": f"exp_{unit}{sample}",
        "g": f"gate_{unit}{sample}",
        "da": f"∂{loss}/∂{a}",
        "f'": f"∂{a}/∂{z}",
        "r": f"rand_{unit}{sample}",
        "q": f"mask_{unit}{sample}",
        "h": f"drop_{unit}{sample}",
        "dh": f"∂{loss}/∂drop_{unit}{sample}",
    }
    return {names.of_unit(quantity, number, i, mark): symbol for quantity, symbol in found.items()}


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
        if name.startswith("a0["):
            continue
        if symbol in seen:
            return symbol
        seen.add(symbol)
    return ""
