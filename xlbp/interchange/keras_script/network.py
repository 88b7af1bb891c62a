"""The model: a keras.Sequential where it is a chain, else a keras.Model of its own; and the numbers it starts from."""

from __future__ import annotations

import math
from textwrap import wrap

import numpy as np

from xlbp.interchange import described
from xlbp.interchange.keras_names import chain, is_sequential, keras_names
from xlbp.interchange.keras_script.layers import attributes_of, forward_lines, layers_alone
from xlbp.interchange.keras_script.placed import KerasPlaced
from xlbp.interchange.literals import INDENT, WIDTH, statement, with_comment
from xlbp.interchange.numbers import running_starts
from xlbp.interchange.samples import seen_as
from xlbp.interchange.source import Source
from xlbp.interchange.used import used_nodes
from xlbp.template.blocks.block import Role
from xlbp.template.layer import Node
from xlbp.template.network import Network

MASKS = '''\
def draw_mask(share, shape):
    """0 for what is left out, else 1 / (1 - share), by the sheet's own random numbers (Park and Miller, 1988)."""
    global number
    drawn = []
    for _ in range(math.prod(shape)):  # one unit after the other, each for all samples
        number = 16807 * number % 2147483647
        drawn.append(number)
    stays = np.array(drawn).reshape(*shape[1:], shape[0]) + 1 - share * 2147483647 > 0
    return np.moveaxis(stays, -1, 0) / (1 - share)
'''


def placed_nodes(source: Source) -> list[KerasPlaced]:
    """The nodes in the order of computation, but for a last activation that the loss computes itself."""
    return [KerasPlaced(source, node) for node in used_nodes(source.template.model.network)]


def dropouts(source: Source) -> list[KerasPlaced]:
    """Those that leave units out."""
    return [placed for placed in placed_nodes(source) if placed.node.block.kind == "dropout"]


def mask_lines(source: Source) -> list[str]:
    """The masks of dropout, which Keras would draw otherwise."""
    if not dropouts(source):
        return []
    seed = math.floor(source.numbers["$seed"])
    return [f"number = 69621 * ({seed} + 31337) % 2147483647  # from the seed, {seed}", "", "", *MASKS.splitlines()]


def masks_of(source: Source, samples: str) -> list[str]:
    """The masks of an iteration with so many samples, as Python writes them."""
    return [
        f"draw_mask({placed.number('drop')!r}, ({', '.join([samples, *map(str, placed.shape)])}))"
        for placed in dropouts(source)
    ]


def model_lines(source: Source) -> list[str]:
    """``model``, with the numbers that the sheet starts from."""
    network = source.template.model.network
    lines = _sequential(source) if is_sequential(network) else _model(source)
    return [*lines, *_assigned(source), *_untrained(source)]


def _input(source: Source) -> str:
    network = source.template.model.network
    tokens = ', dtype="int32"' if network.takes_tokens else ""
    return f"keras.Input({tuple(seen_as(network))}{tokens})"


def _sequential(source: Source) -> list[str]:
    network = source.template.model.network
    layers = [line for node, activation in chain(network) for line in _alone(source, node, activation)]
    return [
        "model = keras.Sequential(",
        "    [",
        *(f"        {line}," for line in (_input(source), *layers)),
        "    ]",
        ")",
    ]


def _alone(source: Source, node: Node, activation: Node | None) -> list[str]:
    return layers_alone(KerasPlaced(source, node), activation)


def _model(source: Source) -> list[str]:
    each = placed_nodes(source)
    attributes = {key: made for placed in each for key, made in attributes_of(placed).items()}
    outline = wrap(f'"""{source.template.model.network.outline()}."""', WIDTH - len(INDENT))
    masks = [f"mask{placed.node.layer}" for placed in dropouts(source)]
    training = ", training=None" if any(placed.node.block.kind == "batch_norm" for placed in each) else ""
    head = [f"def call(self, inputs{training}):", f"    x, {', '.join(masks)} = inputs"] if masks else []
    computing = [line for placed in each for line in forward_lines(placed)]
    lines = [
        *("", "", "class Network(keras.Model):"),
        *(f"    {line}" for line in outline),
        "",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        self.{attribute} = {made}" for attribute, made in attributes.items()),
        "",
        *(f"    {line}" for line in head or [f"def call(self, x{training}):"]),
        *(f"        {line}" for line in computing),
        f"        return {each[-1].made if each else 'x'}",
    ]
    first = ", ".join(["inputs[:1]", *(f"np.ones({(1, *placed.shape)})" for placed in dropouts(source))])
    called = f"model([{first}])" if masks else f"model({first})"
    return [*lines, "", "", "model = Network()", f"{called}  # makes the layers' weights"]


def expression_of(network: Network, key: str) -> str:
    """A weight as Python writes it: ``model.layers[0].kernel``, ``model.lstm.cell.kernel``."""
    if not is_sequential(network):
        return f"model.{key}"
    place, _, rest = key.partition(".")
    return f"model.layers[{place}].{rest}"


def _assigned(source: Source) -> list[str]:
    """The initial weights, and what moving statistics start from."""
    network = source.template.model.network
    numbers = {**source.numbers, **running_starts(source)}
    lines: list[str] = []
    for key, called in keras_names(network).items():
        each = called.ravel().tolist()
        array = np.array([numbers[name] for name in each]).reshape(called.shape)
        comment = described.parameters(source, each)
        lines += _assignment(expression_of(network, key), array, comment)
    return lines


def _assignment(weight: str, array: np.ndarray, comment: str) -> list[str]:
    for number, called in ((0, "zeros"), (1, "ones")):
        if array.size >= 4 and (array == number).all():
            return with_comment(f"{weight}.assign(np.{called}({array.shape}))", comment)
    return statement(f"{weight}.assign(", array, ")", comment)


def _untrained(source: Source) -> list[str]:
    """What training leaves as it is."""
    network, trained = source.template.model.network, source.template.model.parameters()
    lines: list[str] = []
    for key, called in keras_names(network).items():
        each = called.ravel().tolist()
        tensor = network.tensor(each[0])
        if each[0] not in trained and tensor is not None and tensor.role is not Role.RUNNING:
            line = f"{expression_of(network, key)}.trainable = False"
            lines += with_comment(line, "training leaves it as it is")
    return lines
