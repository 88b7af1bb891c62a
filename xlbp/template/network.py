"""A network as frozen values: blocks that are tied together, the numbers they start from, the loss, the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.model import Matrix, Model, Unit
from xlbp.template.quantity import GRADIENT, NORM, Quantity, parse

INPUT = -1  # stands for the data among the inputs of a node
WORDS: dict[str, str] = {  # by letter: the texts on what is no tensor of a block
    names.SAMPLE: "sample",
    "t": "target",
    "e": "e",
    names.LOSS: "E",
    names.HITS: "hit",
    names.DATA_LOSS: "data_loss",
    names.penalty("l1"): "penalty",
    names.penalty("l2"): "penalty",
}


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
        return math.prod(self.sources_shape)

    @property
    def units(self) -> int:
        """How many numbers it passes on for each sample."""
        return len(self.output.indices())

    @property
    def is_dense(self) -> bool:
        """Whether each of its sums is one of all numbers that come in, a weight for each."""
        return self.nodes[0].block.kind == "dense" and len(self.sources_shape) == 1

    @property
    def sources_shape(self) -> Shape:
        """The shape of what comes into it first."""
        return self.network.inputs_of(self.nodes[0])[0]

    @property
    def outline(self) -> str:
        """How large it is, what it does unless that is a weighted sum, and its activation: ``2 sigmoid``."""
        kind, size = self.nodes[0].block.kind, "×".join(map(str, self.output.shape)) or "1"
        if kind == "dense":
            return f"{size} {self.activation}"
        return " ".join([size, kind, *([self.activation] if self.activation != "identity" else [])])

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
    loss_shape: float = 0.0  # Huber's delta
    penalties: tuple[str, ...] = ()  # of "l1", "l2"
    seed: int = 1  # of the dropout

    @property
    def network(self) -> Network:
        """Itself."""
        return self

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

    def taken(self, node: Node, mark: str) -> tuple[Quantity, ...]:
        """What comes first into a node: what another one passes on, or the inputs as they are called in the row."""
        if node.inputs[0] == INPUT:
            return self._inputs(mark, in_row=self.stored or bool(mark))
        source = self.source_of(node)
        return self.output_of(source).elements(source.layer, mark)

    def _inputs(self, mark: str, in_row: bool) -> tuple[Quantity, ...]:
        """What the inputs of a sample are called in the row, or on the panel."""
        letter, block = ("a", "0") if in_row else ("x", "")
        return Tensor(letter, self.input_shape, Role.INPUT).elements(block, mark)

    def loss_of(self, mark: str) -> str:
        """The loss of a sample; where it is the only one and there is a penalty, that comes on top."""
        return names.DATA_LOSS if self.penalties and not mark else self.objective + mark

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
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each layer passes on for each sample."""
        return tuple(layer.units for layer in self.layers)

    def entering(self, mark: str) -> tuple[Quantity, ...]:
        """What the inputs of a sample are called: on the panel, or in the row where they come from a table."""
        return self._inputs(mark, in_row=self.stored)

    def incoming(self, node: Node, mark: str = "") -> tuple[Quantity, ...]:
        """What comes first into a node: the inputs as a reader knows them, or what another node passes on."""
        return self.entering(mark) if node.inputs[0] == INPUT else self.taken(node, mark)

    @property
    def outline(self) -> str:
        """``2 → 2 sigmoid → 2 sigmoid``."""
        return " → ".join(["×".join(map(str, self.input_shape)), *(layer.outline for layer in self.layers)])

    @property
    def conventions(self) -> tuple[str, ...]:
        """Of the loss, the samples, the activations and other blocks, the biases, and the penalties."""
        activations = {node.block.activation for node in self.nodes}
        stated = ["single_softmax"] if self.single_softmax else []
        stated += [self.loss, *self._conventions_of_samples]
        stated += [name for name, activation in ACTIVATIONS.items() if activation.is_stated and name in activations]
        stated += dict.fromkeys(key for node in self.nodes for key in node.block.conventions)
        stated += ["shared"] if any(layer.shares_bias and layer.trains_bias for layer in self.layers) else []
        stated += ["frozen"] if any(layer.biases and not layer.trains_bias for layer in self.layers) else []
        return (*stated, *self.penalties)

    @property
    def _conventions_of_samples(self) -> list[str]:
        """How samples come into a row, and how they were prepared."""
        stated: list[str] = []
        if self.picks:
            stated += ["picks", "shuffled" if self.data.order else "in_turn"]
        elif self.samples > 1:
            stated += ["batch"]
        stated += [self.data.scale] if self.data.scale != "none" else []
        return stated + (["test"] if self.data.test else [])

    @property
    def plain_rule(self) -> str:
        """Gradient descent."""
        return "sgd"

    def units(self, mark: str) -> tuple[Unit, ...]:
        """The inputs, and for each layer a unit for each number that it passes on."""
        in_row = (names.of_unit("a", 0, place, mark) for place in range(1, len(self.inputs[0]) + 1))
        inputs = [Unit(name, 0, parts=(cell,)) for name, cell in zip(self.entering(mark), in_row, strict=True)]
        layers = (self._units_of(layer, stage, mark) for stage, layer in enumerate(self.layers, start=1))
        return (*inputs, *(unit for units in layers for unit in units))

    def _units_of(self, layer: Layer, stage: int, mark: str) -> list[Unit]:
        """A layer's units: what its first block makes leads into them, one number or several pieces each."""
        shown, sums = (tensor.elements(layer.number, mark) for tensor in (layer.output, layer.sums))
        outputs = [self.output_of(node).elements(layer.number, mark) for node in layer.nodes]
        units = []
        for place, name in enumerate(shown):
            parts = [part for output in outputs for part in _share(output, place, len(shown))]
            formulas = _share(sums, place, len(shown)) or (name,)
            derivative = formulas[0].gradient if len(formulas) == 1 else name.gradient
            units.append(Unit(name, stage, derivative, formulas=formulas, parts=tuple(parts)))
        return units

    def word(self, quantity: Quantity) -> str:
        """By the tensor's role, or by the letter of what is no tensor."""
        if quantity.relation == NORM:
            return "norm"
        if self.local(quantity) is not None:
            return "slope"
        whole = quantity.of if quantity.relation == GRADIENT and quantity.of is not None else quantity
        if (tensor := self.tensor(whole)) is not None:
            return tensor.words[quantity is not whole]
        return "batch" if quantity.block == "0" else WORDS[quantity.letter]

    @property
    def single_softmax(self) -> bool:
        """Whether a layer is the softmax of one unit: that is 1 whatever the unit says, and no gradient passes it."""
        shapes = zip(self.nodes, self.shapes, strict=True)
        return any(node.block.kind == "softmax" and shape == (1,) for node, shape in shapes)

    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says."""
        return parse(name)

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


def _share(elements: tuple[Quantity, ...], place: int, of: int) -> tuple[Quantity, ...]:
    """The neighbouring elements that belong to one of so many units; none where they can't be shared out evenly."""
    each, left = divmod(len(elements), of)
    return () if left else elements[place * each : (place + 1) * each]


def _batch(letter: str, rows: Matrix, marks: tuple[str, ...]) -> dict[str, float]:
    """Named feature by feature, so that the samples of one feature stand side by side."""
    return {
        names.of_input(letter, i, mark): value
        for i, column in enumerate(zip(*rows, strict=True), start=1)
        for mark, value in zip(marks, column, strict=True)
    }
