"""A network as frozen values: blocks that are tied together, the numbers they start from, the loss, the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from typing import ClassVar, TypeAlias

from xlbp.datafile.numbers import labels
from xlbp.template import names
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.blocks.block import FEATURES, Axis, Elements, Parameter, Role, Shape, Tensor
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.layer import INPUT, Layer, Node
from xlbp.template.losses import LOSSES, MEAN, SUM
from xlbp.template.model import Matrix, Model, Unit
from xlbp.template.quantity import GRADIENT, NORM, PART, Quantity, parse
from xlbp.template.scaling import INPUTS, TARGETS

Place: TypeAlias = tuple[int, ...]
MOST_PARTS = 16  # of a gradient: of more there would be too many columns
WORDS: dict[str, str] = {  # by letter: the texts on what is no tensor of a block
    names.SAMPLE: "sample",
    "t": "target",
    "e": "e",
    names.LOSS: "E",
    names.HITS: "hit",
    **{names.CLASS_WEIGHT: "class_weight", names.RELATIVE_WEIGHT: "relative_weight"},
    names.DATA_LOSS: "data_loss",
    names.penalty("l1"): "penalty",
    names.penalty("l2"): "penalty",
}


@dataclass(frozen=True)
class Network(Model):
    """Nodes in the order of computation, and the loss of the last one's output against the targets."""

    kind: ClassVar[str] = "network"
    computed_as: ClassVar[str] = "network"

    nodes: tuple[Node, ...]
    loss_shape: float = 0.0  # Huber's delta
    penalties: tuple[str, ...] = ()  # of "l1", "l2"
    seed: int = 1  # of the dropout
    over_steps: str = MEAN  # how the losses of a sequence's steps, or a map's places, make that of a sample

    @property
    def network(self) -> Network:
        """Itself."""
        return self

    @property
    def given(self) -> Elements:
        """What the inputs of a sample are called as they are given, before any scaling."""
        return self._unscaled[: len(self._unscaled) - len(self.data.features)]

    @property
    def derived(self) -> Elements:
        """What the inputs are called that are computed from those that are given, before any scaling."""
        return self._unscaled[len(self.given) :]

    @property
    def _unscaled(self) -> Elements:
        return self.each_input(INPUTS.raw if INPUTS in self.scalings else INPUTS.letter)

    def given_of(self, sample: int) -> tuple[float, ...]:
        """The inputs of a sample, counted from 0, as they are given."""
        return self.inputs[sample][: len(self.given)]

    @property
    def aimed_at(self) -> Elements:
        """What the targets of a sample are called as they are given, before any scaling."""
        return self.each_target(TARGETS.raw if TARGETS in self.scalings else TARGETS.letter)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of each node's output, for one sample."""
        shapes: list[Shape] = []
        for node in self.nodes:
            inputs = (self.input_shape if place == INPUT else shapes[place] for place in node.inputs)
            shapes.append(node.block.shape(*inputs))
        return tuple(shapes)

    def shape_of(self, place: int) -> Shape:
        """The shape, for one sample, of what the node at this place passes on, or of the data."""
        return self.input_shape if place == INPUT else self.shapes[place]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(node): place for place, node in enumerate(self.nodes)}

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: the fields, for what is cached knows nodes by where they lie in memory."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def place_of(self, node: Node) -> int:
        """Where a node stands among the others."""
        return self._places[id(node)]

    def inputs_of(self, node: Node) -> tuple[Shape, ...]:
        """The shapes that a node takes."""
        return tuple(map(self.shape_of, node.inputs))

    def parameters_of(self, node: Node) -> tuple[Parameter, ...]:
        """The parameters of a node, trained or not, its own and those that it shares with another layer."""
        parameters = node.block.parameters(*self.inputs_of(node))
        return tuple(replace(p, home=node.shared[p.letter]) if p.letter in node.shared else p for p in parameters)

    def tensors_of(self, node: Node) -> tuple[Tensor, ...]:
        """What a node computes for each sample."""
        return node.block.tensors(*self.inputs_of(node))

    @cached_property
    def _passed(self) -> dict[tuple[int, str, bool], Elements]:
        """What :meth:`passed` has found."""
        return {}

    def passed(self, place: int, mark: str, in_row: bool | None = None) -> Elements:
        """What the node at this place passes on for a sample, or the data.

        The inputs are called as they are in the row, or on the panel where ``in_row`` is false.
        """
        is_in_row = self.stored or bool(mark) if in_row is None else in_row
        key = (place, mark, is_in_row)
        if key not in self._passed:
            self._passed[key] = self._passed_on(place, mark, is_in_row)
        return self._passed[key]

    def _passed_on(self, place: int, mark: str, in_row: bool) -> Elements:
        if place == INPUT:
            letter, block = ("a", "0") if in_row else ("x", "")
            return Tensor(letter, self.input_shape, Role.INPUT).elements(block, mark)
        node = self.nodes[place]
        own = {tensor.letter: tensor.elements(node.layer, mark) for tensor in self.tensors_of(node)}
        inputs = tuple(self.passed(source, mark, in_row) for source in node.inputs)
        return node.block.passed(own, inputs, self.inputs_of(node))

    def each_parameter(self) -> Iterator[tuple[Node, Parameter]]:
        """Every parameter with the node whose own it is, trained or not, in the order of the nodes."""
        each = ((node, parameter) for node in self.nodes for parameter in self.parameters_of(node))
        return ((node, parameter) for node, parameter in each if parameter.home is None)

    def each_tensor(self) -> Iterator[tuple[Node, Tensor]]:
        """Every tensor with its node, in the order of the nodes."""
        return ((node, tensor) for node in self.nodes for tensor in self.tensors_of(node))

    @property
    def carried(self) -> Elements:
        """The running statistics."""
        each = (tensor.elements(node.layer) for node, tensor in self.each_tensor() if tensor.role is Role.RUNNING)
        return tuple(name for elements in each for name in elements)

    def taken(self, node: Node, mark: str) -> Elements:
        """What comes first into a node: what another one passes on, or the inputs as they are called in the row."""
        return self.passed(node.inputs[0], mark)

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
    def output(self) -> Elements:
        """What the outputs are called, for a sample without a mark."""
        return self.passed(len(self.nodes) - 1, "")

    @cached_property
    def output_names(self) -> dict[str, str]:
        """What the data calls an output, by its own name without a mark: the class, the letter, or the target."""
        data, features = self.data, self.output_shape.extent(*FEATURES)
        columns = data.target_names if len(data.target_names) == len(self.output) == features else ()
        called = [f"{label:.15g}" if isinstance(label, float) else label for label in labels(data.classes)]
        called = called or [*(data.target_letters or columns)]
        if len(called) != features:
            return {}
        places = zip(self.output, self.each_target(), strict=True)
        return {output: called[self.feature_of(target) - 1] for output, target in places}

    @property
    def takes_tokens(self) -> bool:
        """Whether an embedding takes the data: an input is the number of a token, from 0, and no amount."""
        return any(node.block.kind == Embedding.kind and INPUT in node.inputs for node in self.nodes)

    @property
    def predicted(self) -> Elements:
        """What the answers to an input that is no sample are called: the outputs, in the units of the data."""
        return self.each_target(names.PREDICTED) if TARGETS in self.scalings else self.output

    @property
    def sums_steps(self) -> bool:
        """Whether a sample's loss is the sum over its steps, or places, and not their mean."""
        return (LOSSES[self.loss].over_steps or self.over_steps) == SUM

    @property
    def outputs_apart(self) -> Shape:
        """The steps, or the places, at each of which the outputs have a loss together; no axis of plain outputs."""
        return self.output_shape.without(*FEATURES)

    def each_apart(self, letter: str, mark: str = "") -> Elements:
        """What the losses of the steps, or places, are called, or their hits: ``E[2]@3``; none of plain outputs."""
        apart = self.outputs_apart
        return Tensor(letter, apart, Role.LOSS).elements("", mark) if apart else ()

    def users_of(self, node: Node, parameter: Parameter) -> list[Node]:
        """The node whose own a parameter is, and those that share it with that one."""
        home = (node.layer, parameter.letter)
        return [other for other in self.nodes if other is node or home in other.shared.values()]

    def places_of(self, node: Node, parameter: Parameter) -> dict[tuple[str, Place], int]:
        """The steps, or places, at which a parameter is used, numbered from 1: by the layer, and the place in it."""
        each = ((str(user.layer), place) for user in self.users_of(node, parameter) for place in self._places_in(user))
        return {place: number for number, place in enumerate(each, start=1)}

    def parts_of(self, node: Node, parameter: Parameter) -> list[tuple[Quantity, str]]:
        """The parts of the gradient of a parameter that is used at several steps or places, or by several layers.

        Element by element, each with what says where that part comes from: ``t=2``.  None where there are too many.
        """
        places = self.places_of(node, parameter)
        if parameter.letter in node.frozen or not 1 < len(places) <= MOST_PARTS:
            return []
        users = {str(user.layer): user for user in self.users_of(node, parameter)}
        words = {n: self._word_of_place(users[layer], place) for (layer, place), n in places.items()}
        if len(users) > 1:  # which may have the same steps
            words = {n: ":".join(dict.fromkeys((layer, words[n]))) for (layer, _), n in places.items()}
        elements = parameter.elements(node.layer)
        return [(name.gradient.part(n), word) for name in elements for n, word in words.items()]

    @cached_property
    def _places_by_parameter(self) -> dict[str, dict[tuple[str, Place], int]]:
        each = ((node, parameter) for node, parameter in self.each_parameter())
        return {parameter.elements(node.layer)[0].tensor: self.places_of(node, parameter) for node, parameter in each}

    def part_at(self, parameter: Quantity, user: Quantity) -> int:
        """Which part of a parameter's gradient comes from a quantity that uses it, counted from 1."""
        parts = self._places_by_parameter[parameter.tensor]
        place = (user.block, self.place_in_tensor(user))
        return parts[place if place in parts else (user.block, ())]

    def _apart(self, node: Node) -> Shape:
        """The axes of a node's steps, or places, at each of which it uses its parameters."""
        return node.block.apart(*self.inputs_of(node))

    def _places_in(self, node: Node) -> Iterator[Place]:
        return product(*(range(1, extent + 1) for extent in self._apart(node)))

    def _word_of_place(self, node: Node, place: Place) -> str:
        """``t=2`` of a sequence, ``1,2`` of a map; of what has one place its layer."""
        if self._apart(node).axes == (Axis.STEP,):
            return f"t={place[0]}"
        return ",".join(map(str, place)) or str(node.layer)

    def place_in_tensor(self, element: Quantity) -> Place:
        """The step, or place, of a tensor's element: its index without that of its feature."""
        tensor = self.tensor(element)
        return Shape(tensor.shape).index_without(element.indices, *FEATURES) if tensor is not None else element.indices

    @property
    def output_shape(self) -> Shape:
        """The shape of the outputs, for one sample."""
        return self.shapes[-1]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each layer passes on for each sample."""
        return tuple(layer.units for layer in self.layers)

    def entering(self, mark: str) -> Elements:
        """What the inputs of a sample are called: on the panel, or in the row where they come from a table."""
        return self.passed(INPUT, mark, in_row=self.stored)

    def incoming(self, node: Node, mark: str = "") -> Elements:
        """What comes first into a node: the inputs as a reader knows them, or what another node passes on."""
        return self.passed(node.inputs[0], mark, in_row=self.stored)

    def outline(self, called: Callable[[str], str] = str) -> str:
        """``2 → 2 sigmoid → 2 sigmoid``; ``called`` tells how a reader calls a kind of block."""
        return " → ".join(["×".join(map(str, self.input_shape)), *(layer.outline(called) for layer in self.layers)])

    @property
    def conventions(self) -> tuple[str, ...]:
        """Of the loss, the samples, the activations and other blocks, the biases, and the penalties."""
        activations = {node.block.activation for node in self.nodes}
        stated = ["single_softmax"] if self.single_softmax else []
        stated += [
            self.loss,
            *([f"weighs_{self.weighs}"] if self.weighs else []),
            *self._conventions_of_steps,
            *self._conventions_of_samples,
        ]
        stated += [name for name, activation in ACTIVATIONS.items() if activation.is_stated and name in activations]
        stated += dict.fromkeys(key for node in self.nodes for key in node.block.conventions)
        stated += ["shared"] if any(layer.shares_bias and layer.trains_bias for layer in self.layers) else []
        stated += ["frozen"] if any(layer.biases and not layer.trains_bias for layer in self.layers) else []
        stated += ["same_as"] if any(node.shared for node in self.nodes) else []
        stated += ["parts"] if any(len(self.places_of(*each)) > 1 for each in self.each_parameter()) else []
        trained = ((node, p) for node, p in self.each_parameter() if p.is_trainable)
        is_frozen = any(p.letter in node.frozen and p.role is Role.WEIGHT for node, p in trained)
        stated += ["frozen_parameters"] if is_frozen else []
        return (*dict.fromkeys(stated), *self.penalties)

    @property
    def _conventions_of_steps(self) -> list[str]:
        """How the losses of steps, or places, make that of a sample."""
        if not self.outputs_apart:
            return []
        return ["steps_sum" if self.sums_steps else "steps_mean"]

    @property
    def _conventions_of_samples(self) -> list[str]:
        """How samples come into a row, and how they were prepared."""
        stated: list[str] = []
        if self.picks:
            stated += ["picks", "shuffled" if self.data.order else "in_turn"]
        elif self.samples > 1:
            stated += ["batch"]
        stated += ["features"] if self.data.features else []
        stated += [{INPUTS: way, TARGETS: f"targets_{way}"}[scaled] for scaled, way in self.scalings.items()]
        drops = any(layer.dropout for layer in self.layers)
        tested = ["test_dropout" if drops else "test"] if self.data.test else []
        return stated + tested

    @property
    def plain_rule(self) -> str:
        """Gradient descent."""
        return "sgd"

    def units(self, mark: str) -> tuple[Unit, ...]:
        """The inputs, and for each layer that computes something a unit for each number that it passes on."""
        in_row = zip(self.entering(mark), self.passed(INPUT, mark, in_row=True), strict=True)
        inputs = [Unit(name, 0, parts=(cell,)) for name, cell in in_row]
        computing = (layer for layer in self.layers if any(map(self.tensors_of, layer.nodes)))
        layers = (self._units_of(layer, stage, mark) for stage, layer in enumerate(computing, start=1))
        return (*inputs, *(unit for units in layers for unit in units))

    def _units_of(self, layer: Layer, stage: int, mark: str) -> list[Unit]:
        """A layer's units: what its first block makes leads into them, one number or several pieces each."""
        shown, sums = layer.outputs(mark), layer.sums(mark)
        outputs = [self.passed(self.place_of(node), mark) for node in layer.nodes]
        units = []
        for place, name in enumerate(shown):
            parts = [part for output in outputs for part in _share(output, place, len(shown))]
            formulas = _share(sums, place, len(shown)) or (name,)
            derivative = formulas[0].gradient if len(formulas) == 1 else name.gradient
            units.append(Unit(name, stage, derivative, formulas=formulas, parts=tuple(parts)))
        return units

    def word(self, quantity: Quantity) -> str:
        """By the tensor's role, or by the letter of what is no tensor."""
        if quantity.relation in (NORM, PART):
            return quantity.relation
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
        return any(node.block.kind == "softmax" and shape.extent(*FEATURES) == 1 for node, shape in shapes)

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
        constants |= zip(self.weights_of_classes, self.class_weights, strict=True)
        return constants | ({names.setting("seed"): float(self.seed)} if self.is_random else {})

    @property
    def weights_of_classes(self) -> Elements:
        """What the weights of the classes, or outputs, are called on the panel."""
        return tuple(names.setting(f"omega{n}") for n in range(1, len(self.class_weights) + 1))

    @property
    def features_of_targets(self) -> int:
        """How many classes, or outputs, a sample's targets, or those of each step, have."""
        return self.target_shape.extent(*FEATURES)

    def by_step(self, row: Sequence[float]) -> list[tuple[float, ...]]:
        """The targets of a sample, step by step or place by place; of a sample without steps all of them."""
        steps: dict[Place, list[float]] = {}
        for name, value in zip(self.each_target(), row, strict=True):
            steps.setdefault(self.target_shape.index_without(name.indices, *FEATURES), []).append(value)
        return [tuple(step) for step in steps.values()]

    @property
    def weighs(self) -> str:
        """What the weights of classes weigh, see :class:`xlbp.template.losses.Loss`; '' where there are none."""
        return LOSSES[self.loss].weighs if self.class_weights else ""

    @property
    def is_random(self) -> bool:
        """Whether a row draws random numbers."""
        return any(tensor.role is Role.RANDOM for _, tensor in self.each_tensor())

    def _starts(self, node: Node, trained: bool) -> dict[str, float]:
        starts: dict[str, float] = {}
        for parameter in self.parameters_of(node):
            if parameter.home is None and (parameter.letter not in node.frozen) == trained:
                starts |= zip(parameter.elements(node.layer), node.start[parameter.letter], strict=True)
        return starts

    def starting_from(self, numbers: Mapping[str, float]) -> Network:
        """The same network with other initial parameters, those that are trained, by name."""

        def started(node: Node) -> Node:
            trained = (p for p in self.parameters_of(node) if p.home is None and p.letter not in node.frozen)
            starts = {p.letter: tuple(numbers[name] for name in p.elements(node.layer)) for p in trained}
            return replace(node, start=node.start | starts)

        return replace(self, nodes=tuple(map(started, self.nodes)))

    def _panel(self) -> dict[str, float]:
        inputs = self._batch(self.each_input(), self.inputs, self.marks)
        return inputs | self._batch(self.each_target(), self.targets, self.marks)

    def _table(self) -> dict[str, float]:
        """The raw numbers of the data sheet: features before scaling, classes by their place in the list."""
        rows = names.rows(len(self.inputs))
        given = tuple(map(self.given_of, range(len(self.inputs))))
        numbers = self._batch(self.given, given, rows)
        if self.data.classes:
            numbers |= {names.CLASS + row: float(t.index(1.0)) for row, t in zip(rows, self.targets, strict=True)}
        else:
            numbers |= self._batch(self.aimed_at, self.targets, rows)
        return numbers | {f"{names.ORDER}#{k}": float(n) for k, n in enumerate(self.data.order, start=1)}

    @staticmethod
    def _batch(called: Elements, rows: Matrix, marks: tuple[str, ...]) -> dict[str, float]:
        """Number by number, so that the samples of one stand side by side."""
        return {
            name.sampled(mark): value
            for name, column in zip(called, zip(*rows, strict=True), strict=True)
            for mark, value in zip(marks, column, strict=True)
        }


def _share(elements: tuple[Quantity, ...], place: int, of: int) -> tuple[Quantity, ...]:
    """The neighbouring elements that belong to one of so many units; none where they can't be shared out evenly."""
    each, left = divmod(len(elements), of)
    return () if left else elements[place * each : (place + 1) * each]
