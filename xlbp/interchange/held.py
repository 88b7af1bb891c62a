"""Where the parameters of a node are kept in a framework's model: in layers of its own, or as weights of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity

AxesOf: TypeAlias = Callable[[int], Iterable[int]]  # of so many axes of ours, in the framework's order
Names: TypeAlias = NDArray[np.object_]  # of our quantities, in the shape of the framework's tensor; None for a 0


@dataclass(frozen=True)
class Held:
    """The parameters of a node: those that layers of the framework hold, by attribute and key, and the model's own."""

    modules: dict[str, dict[str, Names]] = field(default_factory=dict)
    own: dict[str, Names] = field(default_factory=dict)


def own_parameters(network: Network, node: Node) -> dict[str, Names]:
    """By letter the names of what belongs to the node itself, in the sheet's shape."""
    each = ((p, p.elements(node.layer)) for p in network.parameters_of(node) if p.home is None)
    return {p.letter: array_of(elements, p.shape) for p, elements in each}


def array_of(elements: tuple[Quantity | None, ...], shape: tuple[int, ...]) -> Names:
    """Names in an array."""
    array = np.empty(len(elements), dtype=object)
    array[:] = elements
    return array.reshape(tuple(shape))


def held_sums(network: Network, node: Node, attribute: str, key: str, axes_of: AxesOf = range) -> Held:
    """The weights of a layer that sums, under their ``key``, with axes as the framework has them, and its bias.

    A bias that all rows share is the model's own, unless training leaves it: then each row has that same number.
    """
    own = own_parameters(network, node)
    weight = next(p for p in network.parameters_of(node) if p.letter != "b")
    if weight.home is not None:
        return Held(own=as_own(node, own))
    weights = own.pop(weight.letter)
    rows = len(weights)
    tensors = {key: weights.transpose(*axes_of(weights.ndim))}
    if "b" in own and (own["b"].size == rows or "b" in node.frozen):
        tensors["bias"] = np.broadcast_to(own.pop("b").reshape(-1), (rows,))
    return Held({attribute: tensors}, as_own(node, own))


def as_own(node: Node, parameters: Mapping[str, Names]) -> dict[str, Names]:
    """As the model's own parameters, which are called as in the sheet: ``b1``."""
    return {f"{letter}{node.layer}": called for letter, called in parameters.items()}


def layer_name(module: str) -> str:
    """What a template calls the layer of a module: ``encoder_fc1`` of ``encoder.fc1``, ``layer_0`` of ``0``."""
    plain = module.replace(".", "_") or "layer"
    return f"layer_{plain}" if plain.isdigit() or plain == "input" else plain


def attribute_in(kinds: Mapping[str, str], network: Network, node: Node, base: str = "") -> str:
    """What a node's layer is called, or one of several that it has; by its number if there are more of the kind."""
    kind = kinds[node.block.kind]
    counted = Counter(kinds[other.block.kind] for other in network.nodes if other.block.kind in kinds)
    return (base or kind) + (str(node.layer) if counted[kind] > 1 else "")


def is_used_elsewhere(network: Network, node: Node) -> bool:
    """Whether a node shares a parameter, its own or another layer's."""
    return bool(node.shared) or any(
        home == node.layer and other is not node and _has(network, node, letter)
        for other in network.nodes
        for home, letter in other.shared.values()
    )


def _has(network: Network, node: Node, letter: str) -> bool:
    return any(parameter.letter == letter for parameter in network.parameters_of(node))
