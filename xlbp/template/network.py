"""A network as frozen values: blocks that are tied together, the numbers they start from, the loss, the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

from xlbp.template import names
from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.model import Matrix, Model
from xlbp.template.quantity import Quantity, parse, quantity

INPUT = -1  # stands for the data among the inputs of a node


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


@dataclass(frozen=True)
class Layer:
    """The nodes that share a number."""

    number: int
    nodes: tuple[Node, ...]
    network: Network = field(repr=False)

    @property
    def output(self) -> Tensor:
        """What the layer passes on where nothing is left out: its activations, or the pre-activations."""
        kept = [node for node in self.nodes if node.block.kind != "dropout"]
        return self.network.output_of(kept[-1])

    @property
    def sums(self) -> Tensor:
        """What its first node passes on: the pre-activations."""
        return self.network.output_of(self.nodes[0])

    @property
    def rows(self) -> int:
        """How many pre-activations it has for each sample: one for each unit, or for each piece of one."""
        return len(self.sums.indices())

    @property
    def sources(self) -> int:
        """How many numbers come into it for each sample."""
        return math.prod(self.network.inputs_of(self.nodes[0])[0])

    @property
    def units(self) -> int:
        """How many numbers it passes on for each sample."""
        return len(self.output.indices())

    @property
    def activation(self) -> str:
        """The name of its activation function."""
        functions = (node.block.activation for node in self.nodes)
        return next(filter(None, functions), "identity")

    @property
    def dropout(self) -> bool:
        """Whether units are left out of it."""
        return any(node.block.kind == "dropout" for node in self.nodes)

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


@dataclass(frozen=True)
class Network(Model):
    """Nodes in the order of computation, and the loss of the last one's output against the targets."""

    kind: ClassVar[str] = "network"

    nodes: tuple[Node, ...]
    loss: str
    loss_shape: float = 0.0  # Huber's delta
    penalties: tuple[str, ...] = ()  # of "l1", "l2"
    seed: int = 1  # of the dropout

    @property
    def given(self) -> list[str]:
        """What the inputs of a sample are called as they are given, before any scaling."""
        letter = "x" if self.data.scale == "none" else "raw"
        return [names.of_input(letter, j) for j in range(1, len(self.inputs[0]) + 1)]

    @property
    def input_shape(self) -> Shape:
        """The shape of a sample's inputs."""
        return (len(self.inputs[0]),)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of each node's output, for one sample."""
        shapes: list[Shape] = []
        for node in self.nodes:
            inputs = (self.input_shape if place == INPUT else shapes[place] for place in node.inputs)
            shapes.append(node.block.output(*inputs).shape)
        return tuple(shapes)

    def shape_of(self, place: int) -> Shape:
        """The shape, for one sample, of what the node at this place passes on, or of the data."""
        return self.input_shape if place == INPUT else self.shapes[place]

    def inputs_of(self, node: Node) -> tuple[Shape, ...]:
        """The shapes that a node takes."""
        return tuple(map(self.shape_of, node.inputs))

    def parameters_of(self, node: Node) -> tuple[Parameter, ...]:
        """The parameters of a node, trained or not."""
        return node.block.parameters(*self.inputs_of(node))

    def tensors_of(self, node: Node) -> tuple[Tensor, ...]:
        """What a node computes for each sample."""
        return node.block.tensors(*self.inputs_of(node))

    def output_of(self, node: Node) -> Tensor:
        """What a node passes on."""
        return node.block.output(*self.inputs_of(node))

    def source_of(self, node: Node) -> Node:
        """The node that the first input of this one comes from."""
        return self.nodes[node.inputs[0]]

    def each_parameter(self) -> Iterator[tuple[Node, Parameter]]:
        """Every parameter with its node, trained or not, in the order of the nodes."""
        return ((node, parameter) for node in self.nodes for parameter in self.parameters_of(node))

    def each_tensor(self) -> Iterator[tuple[Node, Tensor]]:
        """Every tensor with its node, in the order of the nodes."""
        return ((node, tensor) for node in self.nodes for tensor in self.tensors_of(node))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The nodes, layer by layer."""
        numbers = dict.fromkeys(node.layer for node in self.nodes)
        return tuple(Layer(n, tuple(node for node in self.nodes if node.layer == n), self) for n in numbers)

    @property
    def last(self) -> int:
        """The number of the last layer."""
        return self.nodes[-1].layer

    @property
    def output(self) -> tuple[Quantity, ...]:
        """What the outputs are called, for a sample without a mark."""
        return self.output_of(self.nodes[-1]).elements(self.last)

    @property
    def single_softmax(self) -> bool:
        """Whether a layer is the softmax of one unit: that is 1 whatever the unit says, and no gradient passes it."""
        shapes = zip(self.nodes, self.shapes, strict=True)
        return any(node.block.kind == "softmax" and shape == (1,) for node, shape in shapes)

    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says."""
        return parse(name)

    @cached_property
    def _tensors(self) -> dict[str, Tensor]:
        """Every tensor and parameter by letter and layer."""
        every = (*self.each_parameter(), *self.each_tensor())
        return {quantity(tensor.letter, node.layer).tensor: tensor for node, tensor in every}

    def tensor(self, quantity: Quantity) -> Tensor | None:
        """The tensor or parameter that a quantity is an element of; None for what is none."""
        return self._tensors.get(quantity.tensor)

    def gradient(self, parameter: str) -> Quantity:
        """What the derivative of the loss by a parameter is called."""
        return parse(parameter).gradient

    def parameters(self) -> dict[str, float]:
        """Initial value of each trained parameter, in order."""
        starts: dict[str, float] = {}
        for node in self.nodes:
            starts |= self._starts(node, trained=True)
        return starts

    def constants(self) -> dict[str, float]:
        """What a person may change besides: inputs, targets, frozen parameters, dropout."""
        constants = self._table() if self.stored else self._panel()
        for node in self.nodes:
            settings = {names.setting(f"{key}{node.layer}"): value for key, value in node.block.settings.items()}
            constants |= self._starts(node, trained=False) | settings
        return constants | ({names.setting("seed"): float(self.seed)} if self.is_random else {})

    @property
    def is_random(self) -> bool:
        """Whether a row draws random numbers."""
        return any(tensor.role is Role.RANDOM for _, tensor in self.each_tensor())

    def _starts(self, node: Node, trained: bool) -> dict[str, float]:
        starts: dict[str, float] = {}
        for parameter in self.parameters_of(node):
            if (parameter.letter not in node.frozen) == trained:
                starts |= zip(parameter.elements(node.layer), node.start[parameter.letter], strict=True)
        return starts

    def starting_from(self, numbers: Mapping[str, float]) -> Network:
        """The same network with other initial parameters, those that are trained, by name."""

        def started(node: Node) -> Node:
            trained = (p for p in self.parameters_of(node) if p.letter not in node.frozen)
            starts = {p.letter: tuple(numbers[name] for name in p.elements(node.layer)) for p in trained}
            return replace(node, start=node.start | starts)

        return replace(self, nodes=tuple(map(started, self.nodes)))

    def _panel(self) -> dict[str, float]:
        return _batch("x", self.inputs, self.marks) | _batch("t", self.targets, self.marks)

    def _table(self) -> dict[str, float]:
        """The raw numbers of the data sheet: features before scaling, classes by their place in the list."""
        rows = names.rows(len(self.inputs))
        numbers = _batch("x" if self.data.scale == "none" else "raw", self.inputs, rows)
        if self.data.classes:
            numbers |= {names.CLASS + row: float(t.index(1.0)) for row, t in zip(rows, self.targets, strict=True)}
        else:
            numbers |= _batch("t", self.targets, rows)
        return numbers | {f"{names.ORDER}#{k}": float(n) for k, n in enumerate(self.data.order, start=1)}


def _batch(letter: str, rows: Matrix, marks: tuple[str, ...]) -> dict[str, float]:
    """Named feature by feature, so that the samples of one feature stand side by side."""
    return {
        names.of_input(letter, i, mark): value
        for i, column in enumerate(zip(*rows, strict=True), start=1)
        for mark, value in zip(marks, column, strict=True)
    }
