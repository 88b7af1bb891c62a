"""Activations as modules of an nn.Sequential, and as functions of a forward pass."""

from __future__ import annotations

from xlbp.template.blocks.activation import Pointwise
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.maxout import Maxout
from xlbp.template.blocks.softmax import Softmax
from xlbp.template.layer import Node
from xlbp.template.network import Network

MODULES = {  # by the template's name; {alpha} is the number that the function's shape depends on
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU({alpha!r})",
    "elu": "nn.ELU({alpha!r})",
    "softplus": "nn.Softplus(threshold=700)",  # above its own threshold of 20 PyTorch takes z itself, 2e-9 off
    "gelu": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "hard_sigmoid": "HardSigmoid()",
}
FUNCTIONS = {
    "sigmoid": "torch.sigmoid({z})",
    "tanh": "torch.tanh({z})",
    "relu": "torch.relu({z})",
    "leaky_relu": "functional.leaky_relu({z}, {alpha!r})",
    "elu": "functional.elu({z}, {alpha!r})",
    "softplus": "functional.softplus({z}, threshold=700)",
    "gelu": 'functional.gelu({z}, approximate="tanh")',
    "silu": "functional.silu({z})",
    "hard_sigmoid": "functional.relu6({z} + 3) / 6",
}
HARD_SIGMOID = '''\
class HardSigmoid(nn.Module):
    """min(max(z + 3, 0), 6) / 6; the slope of nn.Hardsigmoid is 1/6 in single precision only."""

    def forward(self, z):
        return functional.relu6(z + 3) / 6
'''
MAXOUT = '''\
class Maxout(nn.Module):
    """Of each unit's neighbouring pieces the largest."""

    def __init__(self, pieces, dim):
        super().__init__()
        self.pieces, self.dim = pieces, dim

    def forward(self, z):
        return z.unflatten(self.dim, (-1, self.pieces)).max(dim=self.dim + 1).values
'''


def features_axis(network: Network, node: Node) -> int:
    """Along which axis the features of a node's input stand, the samples' axis counted."""
    place = network.inputs_of(node)[0].place(*FEATURES)
    return 1 if place is None else place + 1


def module(network: Network, node: Node) -> str:
    """``nn.Sigmoid()``."""
    block = node.block
    if isinstance(block, Softmax):
        return f"nn.Softmax(dim={features_axis(network, node)})"
    if isinstance(block, Maxout):
        return f"Maxout({block.pieces}, dim={features_axis(network, node)})"
    return MODULES[block.activation].format(alpha=block.alpha if isinstance(block, Pointwise) else 0.0)


def function(network: Network, node: Node, z: str) -> str:
    """``torch.sigmoid(z1)``."""
    block, axis = node.block, features_axis(network, node)
    if isinstance(block, Softmax):
        return f"torch.softmax({z}, dim={axis})"
    if isinstance(block, Maxout):
        return f"{z}.unflatten({axis}, (-1, {block.pieces})).max(dim={axis + 1}).values"
    return FUNCTIONS[block.activation].format(z=z, alpha=block.alpha if isinstance(block, Pointwise) else 0.0)
