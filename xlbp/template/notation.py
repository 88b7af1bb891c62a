"""The source's own symbols: what a reader of the article finds at the head of each column.

Every name of :mod:`xlbp.template.names` gets a symbol, by the patterns of the template's [notation]
or by plain defaults (``W1[2,3]``, ``z1[2]``).  Symbols are shown; names are what programs join on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from xlbp.template import names
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.blocks.block import FEATURES, Parameter, Role, Shape, Tensor
from xlbp.template.graph import Graph
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network
from xlbp.template.optimizers import KEPT, OPTIMIZERS, SHARED, state_of
from xlbp.template.quantity import Quantity, known, norm, parse, quantity
from xlbp.template.scaling import BY_RAW, INPUTS, TARGETS
from xlbp.template.settings import NUMBERED, SETTINGS
from xlbp.template.template import Training

SUPERSCRIPT = str.maketrans("0123456789T", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ")
NEW = "⁺"
UNSCALED_MARK = " (unscaled)"  # behind the symbol of a number as it is given; translated with the template
IN_TABLE = (INPUTS.letter, INPUTS.raw, TARGETS.letter, TARGETS.raw)  # the letters of what a table of samples holds
OF_A_SAMPLE = re.compile("⁽ᵀ?[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾")


def without_sample(symbol: str) -> str:
    """A symbol without the mark of its sample: ``h1`` of ``h1⁽²⁾``."""
    return OF_A_SAMPLE.sub("", symbol)


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
    symbols: Mapping[str, str] = field(default_factory=dict)  # by name, without a sample; they go before all others


def training_symbols(training: Training, parameters: Mapping[str, str], notation: Notation) -> dict[str, str]:
    """Symbols of the learning rate, of the panel's settings, and of what the optimizer keeps."""
    eta = notation.learning_rate
    symbols = {names.LEARNING_RATE: eta, names.RATE: f"{eta}(t)", names.LENGTH: "‖g‖", names.CLIPPING: "clip"}
    symbols |= settings_symbols(training.settings, notation)
    symbols |= {names.kept(letter, ""): SHARED[letter] for letter in OPTIMIZERS[training.optimizer].shares}
    letters = state_of(training.optimizer, training.settings)
    for parameter, symbol in parameters.items():
        symbols |= {names.kept(letter, parameter): f"{KEPT[letter]}({symbol})" for letter in letters}
    return symbols


def settings_symbols(settings: Iterable[str], notation: Notation) -> dict[str, str]:
    """``$beta1`` is β₁; ``$rate2`` and ``$until2`` belong to a piece of the schedule, ``$drop1`` to a layer."""
    symbols: dict[str, str] = {}
    for name in map(parse, settings):
        pattern = {**SETTINGS, **NUMBERED}[name.key].symbol
        symbols[name] = pattern.replace("{eta}", notation.learning_rate).replace("{n}", name.block)
    return symbols


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


def array_symbols(graph: ArrayGraph, training: Training, notation: Notation) -> dict[str, str]:
    """Symbols of a formula of arrays: its own names with the places of the elements, d for total and ∂ for local."""
    nodes = [element for name in graph.shapes for element in graph.elements(name)]
    symbols: dict[str, str] = {node: node for node in nodes}
    variables = list(graph.parameters())
    ours = training_symbols(training, {variable: variable for variable in variables}, notation)
    symbols |= {name: _apart(name, symbol, graph.shapes) for name, symbol in ours.items()}
    for step in graph.steps:
        symbols |= {name: name for name in (names.local(of, by) for of, by in graph.slopes(step))}
    derived = [graph.gradient(node) for node in nodes if graph.array_of(node) in graph.derived]
    symbols |= {name: name for name in (*derived, *map(graph.gradient, variables))}
    return symbols | {names.updated(variable): variable + NEW for variable in variables}


def _apart(name: str, symbol: str, taken: Container[str]) -> str:
    """The symbol of a setting, or its name where the graph calls a quantity of its own so: c, k, s and T are common."""
    if name in (names.LEARNING_RATE, names.RATE):  # which [notation] names
        return symbol
    symbol = known(name).key if symbol in taken else symbol
    while symbol in taken:
        symbol += "′"
    return symbol


EXPRESSIONS: dict[str, Callable[..., dict[str, str]]] = {"scalars": graph_symbols, "arrays": array_symbols}


def expression_symbols(graph: Graph | ArrayGraph, training: Training, notation: Notation) -> dict[str, str]:
    """Symbols of a formula of numbers, or of arrays."""
    return EXPRESSIONS[graph.computed_as](graph, training, notation)


def network_symbols(network: Network, training: Training, notation: Notation) -> dict[str, str]:
    """Symbols of every quantity of a network's row."""
    symbols = {names.LOSS: notation.loss}
    symbols |= _weights(network, notation)
    symbols |= _biases(network, notation)
    symbols |= _starts(network, notation)
    symbols |= {name: notation.symbols.get(name, symbol) for name, symbol in symbols.items()}
    symbols |= training_symbols(training, {name: symbols[name] for name in network.parameters()}, notation)
    settings = (name for name in map(network.quantity, network.constants()) if name.is_setting)
    symbols |= settings_symbols(settings, notation)
    for parameter in map(network.quantity, network.parameters()):
        symbols[parameter.gradient] = f"∂{notation.loss}/∂{symbols[parameter]}"
        symbols[parameter.updated] = symbols[parameter] + NEW
    for node, parameter_tensor in network.each_parameter():
        for name, part in network.parts_of(node, parameter_tensor):
            symbols[name] = f"{symbols[name.of]}|{part}" if name.of else name
        if parameter_tensor.role is Role.WEIGHT:
            length = norm(node.layer, parameter_tensor.letter)
            symbols[length] = f"‖∂{notation.loss}/∂{parameter_tensor.letter}{node.layer}‖"
    for mark in (*network.marks, *network.test_marks):
        symbols |= _data(network, notation, _super(mark), mark, ("a0", "x", "t"))
        for node in network.nodes:
            symbols |= _of_node(network, node, notation, mark, symbols)
        symbols |= _losses(network, notation, mark)
        symbols |= _relative_weights(network, mark)
    if TARGETS in network.scalings:
        symbols |= _predicted(network, notation)
    if network.stored:
        for row in names.rows(len(network.inputs)):
            symbols |= _data(network, notation, row, row, IN_TABLE)
            symbols[names.CLASS + row] = names.CLASS + row
    return symbols | _whole_losses(network, notation)


def parameter_order(network: Network, notation: Notation) -> tuple[str, ...]:
    """The trained parameters in the order in which the source numbers them, layer by layer."""
    return tuple(
        name
        for node, parameter in network.each_parameter()
        if parameter.letter not in node.frozen
        for name in _in_order(node, parameter, notation)
    )


def _in_order(node: Node, parameter: Parameter, notation: Notation) -> list[Quantity]:
    """A parameter's elements as the source numbers them: unit after unit, or the weights input after input."""
    elements = list(parameter.elements(node.layer))
    if parameter.role is Role.WEIGHT and notation.weights == "by_input":
        elements.sort(key=lambda element: element.indices[::-1])
    return elements


def _weights(network: Network, notation: Notation) -> dict[str, str]:
    symbols: dict[str, str] = {}
    explicit = [] if isinstance(notation.weights, str) else [iter(of_layer) for of_layer in notation.weights]
    for node, parameter in network.each_parameter():
        for name in _in_order(node, parameter, notation) if parameter.role is Role.WEIGHT else ():
            if explicit:
                symbols[name] = next(explicit[node.layer - 1])
            else:
                symbols[name] = f"w{len(symbols) + 1}" if notation.weights else name
    return symbols


def bias_names(network: Network) -> tuple[str, ...]:
    """Every bias of the network, trained or not, in order."""
    return tuple(
        name
        for node, parameter in network.each_parameter()
        if parameter.role is Role.BIAS
        for name in parameter.elements(node.layer)
    )


def _biases(network: Network, notation: Notation) -> dict[str, str]:
    biases = bias_names(network)
    if notation.biases:
        return dict(zip(biases, notation.biases, strict=True))
    symbols = dict(zip(biases, map(str, biases), strict=True))
    for node, parameter in network.each_parameter():
        if parameter.role is Role.BIAS and parameter.symbol:
            elements = enumerate(parameter.elements(node.layer))
            symbols |= {name: _symbol(parameter, node.layer, place, notation) for place, name in elements}
    return symbols


def _starts(network: Network, notation: Notation) -> dict[str, str]:
    """What recurrences start from."""
    return {
        name: _symbol(parameter, node.layer, place, notation)
        for node, parameter in network.each_parameter()
        if parameter.role is Role.START
        for place, name in enumerate(parameter.elements(node.layer))
    }


def _super(mark: str) -> str:
    return f"⁽{mark[1:].translate(SUPERSCRIPT)}⁾" if mark else ""


def _data(network: Network, notation: Notation, shown: str, mark: str, letters: Iterable[str]) -> dict[str, str]:
    """Inputs and targets of one sample, in the row or in the table; raw numbers are those before scaling."""
    symbols: dict[str, str] = {}
    for letter in letters:
        of_targets = letter in (TARGETS.letter, TARGETS.raw)
        symbols_of_source = notation.targets if of_targets else notation.inputs
        raw = UNSCALED_MARK if letter in BY_RAW else ""
        elements = network.passed(INPUT, mark, in_row=True) if letter == "a0" else network.each_of(letter, mark)
        for place, name in enumerate(elements):
            symbol = f"{'t' if of_targets else 'x'}{_place(name.indices)}"
            symbols[name] = (symbols_of_source[place] if symbols_of_source else symbol) + raw + shown
    return symbols


def _predicted(network: Network, notation: Notation) -> dict[str, str]:
    """Outputs in the units of the data: ``ŷ1``, or by the targets' own names ``ŷ price``."""
    own = [f" {symbol}" for symbol in notation.targets]
    shown = own or [_place(name.indices) for name in network.predicted]
    return {name: f"ŷ{text}" for name, text in zip(network.predicted, shown, strict=True)}


def _place(indices: tuple[int, ...]) -> str:
    """``2``, or ``[2,1]`` of what has several indices."""
    return str(indices[0]) if len(indices) == 1 else f"[{','.join(map(str, indices))}]"


def _whole_losses(network: Network, notation: Notation) -> dict[str, str]:
    """What stands once in a row, whatever the number of its samples."""
    loss = notation.loss
    symbols = {names.DATA_LOSS: f"{loss}_data", names.LOSS + names.TEST: f"{loss}_test"}
    symbols |= {names.penalty(kind): f"{loss}_{kind.upper()}" for kind in network.penalties}
    if network.weighs == SAMPLES:
        symbols |= {names.CLASS_WEIGHT: "ω̄", names.CLASS_WEIGHT + names.TEST: "ω̄_test"}
    symbols |= {names.HITS: "accuracy", names.HITS + names.TEST: "accuracy_test", names.EPOCH: "epoch"}
    for mark in (*network.marks, *network.test_marks):
        symbols[names.of_input("s", 0, mark)] = f"n{_super(mark)}"
        if mark:
            symbols[names.HITS + mark] = f"hit{_super(mark)}"
    return symbols


def _of_node(network: Network, node: Node, notation: Notation, mark: str, before: Mapping[str, str]) -> dict[str, str]:
    """What a node computes for a sample, the derivatives of the loss by it, and the slopes that have cells."""
    symbols: dict[str, str] = {}
    for tensor in network.tensors_of(node):
        for place, name in enumerate(tensor.elements(node.layer, mark)):
            symbol = notation.symbols.get(name.sampled("")) or _symbol(tensor, node.layer, place, notation)
            symbol += _super(name.sample)
            symbols |= {name: symbol, name.gradient: f"∂{notation.loss}/∂{symbol}"}
            if tensor.slope:
                slope = name.lettered(tensor.slope)
                if local := network.local(slope):
                    symbols[slope] = f"∂{symbol}/∂{symbols.get(local.by) or before[local.by]}"
    return symbols


def _symbol(tensor: Tensor, layer: int, place: int, notation: Notation) -> str:
    """The symbol of the element at this place: by the tensor's own pattern, or the notation's of its role."""
    patterns = {Role.PRE_ACTIVATION: notation.pre_activation, Role.ACTIVATION: notation.activation}.get(tensor.role, ())
    pattern = f"{tensor.letter}_{{unit}}" if notation.units else f"{tensor.letter}{{unit}}"
    pattern = tensor.symbol or (patterns[layer - 1] if patterns else pattern)
    return pattern.replace("{layer}", str(layer)).replace("{unit}", _unit(tensor, layer, place, notation))


def _unit(tensor: Tensor, layer: int, place: int, notation: Notation) -> str:
    """``1[2]``, or the source's own name of the unit; of one of several pieces ``1[2,1]``."""
    index = tensor.indices()[place]
    if tensor.pieces > 1:
        at = Shape(tensor.shape).place(*FEATURES) or 0
        unit, piece = divmod(index[at] - 1, tensor.pieces)
        place, index = place // tensor.pieces, (*index[:at], unit + 1, *index[at + 1 :], piece + 1)
    if not notation.units or len(notation.units[layer - 1]) * tensor.pieces != len(tensor.indices()):
        return f"{layer}[{','.join(map(str, index))}]"
    unit_name = notation.units[layer - 1][place]
    return f"{unit_name},{index[-1]}" if tensor.pieces > 1 else unit_name


def _losses(network: Network, notation: Notation, mark: str) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for place, error in enumerate(network.each_target("e", mark)):
        unit = notation.units[-1][place] if notation.units else _place(error.indices)
        pattern = notation.unit_loss or f"{notation.loss}_{{unit}}"
        symbols[error.lettered("E")] = pattern.replace("{unit}", unit) + _super(mark)
        symbols[error] = f"error_{unit}{_super(mark)}"
    for name in network.each_apart(names.LOSS, mark):
        apart = f"[{','.join(map(str, name.indices))}]{_super(mark)}"
        symbols[name] = f"{notation.loss}{apart}"
        symbols[name.lettered(names.HITS)] = f"hit{apart}"
    if mark:
        symbols[names.LOSS + mark] = notation.loss + _super(mark)
    return symbols


def _relative_weights(network: Network, mark: str) -> dict[str, str]:
    """What weighs a sample, its steps, or its outputs, by their classes."""
    letters = {names.CLASS_WEIGHT: "ω", names.RELATIVE_WEIGHT: "ρ"} if network.weighs else {}
    symbols: dict[str, str] = {}
    for letter, symbol in letters.items():
        places = network.each_target(letter, mark) if network.weighs == OUTPUTS else network.each_apart(letter, mark)
        for name in places or (quantity(letter, sample=mark),):
            index = f"[{','.join(map(str, name.indices))}]" if name.indices else ""
            symbols[name] = f"{symbol}{index}{_super(mark)}"
    return symbols


def repeated(symbols: Mapping[str, str]) -> str:
    """A symbol that stands for two quantities, or ''; ``a0`` is the input and may share its symbol."""
    seen: set[str] = set()
    for name, symbol in symbols.items():
        if known(name).tensor == "a0":
            continue
        if symbol in seen:
            return symbol
        seen.add(symbol)
    return ""
