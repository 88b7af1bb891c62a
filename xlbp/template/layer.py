"""A block in its place, and the layers of a template, which are blocks that share a number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlbp.template.blocks.block import Block, Elements, Parameter, Role, Shape
from xlbp.template.quantity import Quantity

if TYPE_CHECKING:
    from xlbp.template.network import Network

INPUT = -1  # stands for the data among the inputs of a node
DROPOUT = "dropout"


@dataclass(frozen=True)
class Node:
    """A block in its place: which layer it belongs to, what it takes, and what its parameters start from.

    A layer of a template is one node or several with the same number: a dense block, its activation, dropout.
    """

    layer: int
    block: Block
    inputs: tuple[int, ...]  # the places of other nodes, or INPUT
    start: dict[str, tuple[float, ...]] = field(default_factory=dict)  # by letter; each parameter in row-major order
    frozen: frozenset[str] = frozenset()  # the letters of the parameters that are not trained
    shared: dict[str, tuple[int, str]] = field(default_factory=dict)  # by letter: the layer and letter it is taken from
    name: str = ""  # of the layer, if the template gives one


@dataclass(frozen=True)
class Layer:
    """The nodes that share a number."""

    number: int
    nodes: tuple[Node, ...]
    network: Network = field(repr=False)

    @property
    def shown(self) -> Node:
        """The node that the layer passes on where nothing is left out: the last one but for dropout."""
        kept = [node for node in self.nodes if node.block.kind != DROPOUT]
        return kept[-1] if kept else self.nodes[-1]

    def outputs(self, mark: str) -> Elements:
        """What it passes on for a sample where nothing is left out: its activations, or the pre-activations."""
        return self.network.passed(self.network.place_of(self.shown), mark)

    def sums(self, mark: str) -> Elements:
        """What its first node passes on for a sample: the pre-activations."""
        return self.network.passed(self.network.place_of(self.nodes[0]), mark)

    @property
    def shape(self) -> Shape:
        """The shape of what it passes on for a sample."""
        return self.network.shape_of(self.network.place_of(self.shown))

    @property
    def rows(self) -> int:
        """How many pre-activations it has for each sample: one for each unit, or for each piece of one."""
        return math.prod(self.network.shape_of(self.network.place_of(self.nodes[0])))

    @property
    def sources(self) -> int:
        """How many numbers come into it for each sample."""
        return math.prod(self.sources_shape)

    @property
    def units(self) -> int:
        """How many numbers it passes on for each sample."""
        return math.prod(self.shape)

    @property
    def is_dense(self) -> bool:
        """Whether each of its sums is one of all numbers that come in, a weight for each."""
        return self.nodes[0].block.kind == "dense" and len(self.sources_shape) == 1

    @property
    def sources_shape(self) -> Shape:
        """The shape of what comes into it first."""
        return self.network.inputs_of(self.nodes[0])[0]

    def outline(self, called: Callable[[str], str] = str) -> str:
        """How large it is, what it does unless that is a weighted sum, and its activation: ``2 sigmoid``.

        ``called`` tells how a reader calls a kind of block.
        """
        kind, size = self.nodes[0].block.kind, "×".join(map(str, self.shape)) or "1"
        if kind == "dense":
            return f"{size} {self.activation}"
        return " ".join([size, called(kind), *([self.activation] if self.activation != "identity" else [])])

    @property
    def activation(self) -> str:
        """The name of its activation function."""
        functions = (node.block.activation for node in self.nodes)
        return next(filter(None, functions), "identity")

    @property
    def dropout(self) -> bool:
        """Whether units are left out of it."""
        return any(node.block.kind == DROPOUT for node in self.nodes)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it has to learn, and what of it stays as it is."""
        return tuple(parameter for node in self.nodes for parameter in self.network.parameters_of(node))

    @property
    def weights(self) -> tuple[Quantity, ...]:
        """What its weights are called, without the biases."""
        return self._called(Role.WEIGHT)

    @property
    def biases(self) -> tuple[Quantity, ...]:
        """What its biases are called: one for each pre-activation, a single one that all share, or none."""
        return self._called(Role.BIAS)

    def _called(self, role: Role) -> tuple[Quantity, ...]:
        parameters = (parameter for parameter in self.parameters if parameter.role is role)
        return tuple(name for parameter in parameters for name in parameter.elements(self.number))

    def bias_of(self, row: int) -> Quantity | None:
        """The bias of a pre-activation, counted from 1, or the one it shares; None where there is none."""
        biases = self.biases
        return biases[min(row, len(biases)) - 1] if biases else None

    @property
    def shares_bias(self) -> bool:
        """Whether a single bias is added to several pre-activations."""
        return any(parameter.role is Role.BIAS and not parameter.shape for parameter in self.parameters)

    @property
    def trains_bias(self) -> bool:
        """Whether it has biases that training moves."""
        letters = {parameter.letter for parameter in self.parameters if parameter.role is Role.BIAS}
        return bool(letters - self.frozen)

    @property
    def frozen(self) -> frozenset[str]:
        """The letters of the parameters that are not trained."""
        return frozenset().union(*(node.frozen for node in self.nodes))
