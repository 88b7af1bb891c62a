"""Activations as the option of a layer, and as functions of a forward pass."""

from __future__ import annotations

from xlbp.interchange.samples import with_channel
from xlbp.template.blocks.activation import Pointwise
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.maxout import Maxout
from xlbp.template.blocks.softmax import Softmax
from xlbp.template.layer import Node
from xlbp.template.network import Network

FUNCTIONS = {  # by the template's name; {alpha} is the number that the function's shape depends on
    "sigmoid": "ops.sigmoid({z})",
    "tanh": "ops.tanh({z})",
    "relu": "ops.relu({z})",
    "leaky_relu": "ops.leaky_relu({z}, {alpha!r})",
    "elu": "ops.elu({z}, {alpha!r})",
    "softplus": "ops.logaddexp({z}, 0.0)",  # Keras's own takes z itself where z is large, 2e-9 off
    "gelu": "ops.gelu({z}, approximate=True)",
    "silu": "ops.silu({z})",
    "hard_sigmoid": "ops.relu6({z} + 3) / 6",
}
NAMED = ("sigmoid", "tanh", "relu", "silu")  # as Keras calls them, too


def features_axis(network: Network, node: Node) -> int:
    """Along which axis the features of a node's input stand, the samples' axis counted."""
    place = with_channel(network.inputs_of(node)[0]).place(*FEATURES)
    assert place is not None
    return place + 1


def option(network: Network, node: Node) -> str:
    """What a layer is given as its activation: ``"sigmoid"``."""
    if node.block.activation in NAMED:
        return f'"{node.block.activation}"'
    if isinstance(node.block, Softmax) and features_axis(network, node) == len(network.shapes[network.place_of(node)]):
        return '"softmax"'
    return f"lambda z: {function(network, node, 'z')}"


def function(network: Network, node: Node, z: str) -> str:
    """``ops.sigmoid(z1)``."""
    block, axis = node.block, features_axis(network, node)
    if isinstance(block, Softmax):
        return f"ops.softmax({z}, axis={axis})"
    return FUNCTIONS[block.activation].format(z=z, alpha=block.alpha if isinstance(block, Pointwise) else 0.0)


def maxout_lines(network: Network, node: Node, z: str, a: str) -> list[str]:
    """Of each unit's pieces the largest, of equal ones the first, which alone has the slope."""
    block, axis = node.block, features_axis(network, node)
    assert isinstance(block, Maxout)
    shape = with_channel(network.inputs_of(node)[0])
    parted = [*shape[: axis - 1], shape[axis - 1] // block.pieces, block.pieces, *shape[axis:]]
    pieces, largest = f"pieces{node.layer}", f"largest{node.layer}"
    return [
        f"{pieces} = ops.reshape({z}, (-1, {', '.join(map(str, parted))}))",
        f"{largest} = ops.argmax({pieces}, axis={axis + 1}, keepdims=True)",
        f"{a} = ops.squeeze(ops.take_along_axis({pieces}, {largest}, axis={axis + 1}), {axis + 1})",
    ]
