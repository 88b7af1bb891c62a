"""What Start asks a reader to predict and then to try: three prompts that make sense for this network or formula."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from xlbp.template.blocks.convolution import Convolution
from xlbp.template.blocks.norms import BatchNorm
from xlbp.template.blocks.recurrent import Recurrent
from xlbp.template.layer import Layer
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents

MOST = 3
EXPRESSION = ("expression1", "expression2", "expression3")


def prompts(contents: Contents) -> list[str]:
    """The keys of the first three prompts that make sense."""
    if contents.template.kind == "expression":
        return list(EXPRESSION)
    return list(islice((key for key, makes_sense in OF_NETWORK.items() if makes_sense(contents)), MOST))


def scales(contents: Contents) -> list[str]:
    """The settings by whose roots scores of attention are divided, where they are not 1 already."""
    constants = contents.template.model.constants()
    return [name for name in constants if contents.quantity(name).key == "dk" and constants[name] != 1]


def _has(kind: type) -> Callable[[Contents], bool]:
    return lambda contents: any(isinstance(node.block, kind) for node in contents.network.nodes)


def _has_layers(contents: Contents) -> bool:
    """Whether several layers have parameters, so that a first and a last one can be compared."""
    return sum(bool(layer.parameters) for layer in contents.network.layers) > 1


def _has_units_alike(contents: Contents) -> bool:
    """Whether a hidden layer has several units, each with weights of its own."""
    return any(_is_of_units(contents.network, layer) for layer in contents.network.layers[:-1])


def _is_of_units(network: Network, layer: Layer) -> bool:
    blocks = [node.block for node in layer.nodes]
    units = network.shape_of(network.place_of(layer.nodes[-1]))[-1]
    return units > 1 and (layer.is_dense or any(isinstance(block, Recurrent) for block in blocks))


OF_NETWORK: dict[str, Callable[[Contents], bool]] = {  # what is special about a network comes first
    "network1": lambda contents: True,
    "recurrent": _has(Recurrent),
    "attention": lambda contents: bool(scales(contents)),
    "convolution": _has(Convolution),
    "batch": _has(BatchNorm),
    "network2": _has_layers,
    "network3": _has_units_alike,
}
