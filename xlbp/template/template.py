"""A template as frozen values.  Loading checks them; everything after may trust them.

Shapes: a layer's ``weights`` are (units, inputs), one row per unit, as in PyTorch's ``Linear``;
``inputs`` are (samples, features) and ``targets`` (samples, outputs).  Every number has at most
15 significant digits, so that a person can retype it exactly into a cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from xlbp.template import names
from xlbp.template.quantity import Quantity

Matrix: TypeAlias = tuple[tuple[float, ...], ...]
Texts: TypeAlias = dict[str, str]  # language -> text; "en" is always there


@dataclass(frozen=True)
class Bias:
    """The biases of a layer: one value per unit, or a single one if the units share it."""

    values: tuple[float, ...]
    shared: bool = False
    trainable: bool = True

    def names(self, layer: int) -> tuple[Quantity, ...]:
        """What the layer's bias parameters are called, in order."""
        if self.shared:
            return (names.bias(layer, None),)
        return tuple(names.bias(layer, i) for i in range(1, len(self.values) + 1))


@dataclass(frozen=True)
class Layer:
    """``a = activation(W x + b)``.

    A maxout unit is the largest of ``pieces`` affine pieces: ``weights`` then has a row per piece.
    ``shape`` holds the number that the activation's own shape depends on: a slope, an alpha.
    """

    units: int
    activation: str
    weights: Matrix
    bias: Bias | None
    pieces: int = 1
    shape: float = 0.0
    dropout: float = 0.0  # the share of units left out

    @property
    def rows(self) -> int:
        """Pre-activations per sample: one per unit, or one per piece."""
        return self.units * self.pieces


@dataclass(frozen=True)
class Samples:
    """What is known of the data besides its numbers; the defaults are those of a small full batch.

    The last ``test`` rows are kept from training.  A row of the training takes ``batch`` samples (0: all of
    them), in the ``order`` of their numbers, counted from 1, or one after the other and round again.
    ``table`` puts the samples into a table where they need none, as a comparison with smaller batches has one.
    ``plain_mean`` takes a feature's mean straight from its sum, as the sheets of 0.1.0 do, which loses digits where
    the numbers are far from zero.
    """

    test: int = 0
    batch: int = 0
    order: tuple[int, ...] = ()
    scale: str = "none"
    classes: tuple[str, ...] = ()
    accuracy: bool = False
    table: bool = False
    plain_mean: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Network:
    """A dense network with the data it is trained on; ``targets`` of classes are one-hot."""

    layers: tuple[Layer, ...]
    loss: str
    inputs: Matrix
    targets: Matrix
    loss_shape: float = 0.0  # Huber's delta
    penalties: tuple[str, ...] = ()  # of "l1", "l2"
    data: Samples = Samples()
    seed: int = 1  # of the dropout

    @property
    def single_softmax(self) -> bool:
        """Whether a layer is the softmax of one unit: that is 1 whatever the unit says, and no gradient passes it."""
        return any(layer.activation == "softmax" and layer.units == 1 for layer in self.layers)

    @property
    def samples(self) -> int:
        """How many samples there are to train on."""
        return len(self.inputs) - self.data.test

    @property
    def batch(self) -> int:
        """How many samples stand side by side in a row."""
        return self.data.batch or self.samples

    @property
    def picks(self) -> bool:
        """Whether each row chooses its samples anew."""
        return self.batch < self.samples

    @property
    def stored(self) -> bool:
        """Whether the samples stand in a table of their own, named ``x[1]#7``, and not on the panel as a batch."""
        data = self.data
        return self.picks or bool(data.table or data.test or data.order or data.classes) or data.scale != "none"

    @property
    def marks(self) -> tuple[str, ...]:
        """The sample marks of the batch, see :mod:`xlbp.template.names`."""
        return names.marks(self.batch)

    @property
    def test_marks(self) -> tuple[str, ...]:
        """The marks of the samples that are kept from training."""
        return tuple(f"@T{n}" for n in range(1, self.data.test + 1))

    @property
    def given(self) -> list[str]:
        """What the inputs of a sample are called as they are given, before any scaling."""
        letter = "x" if self.data.scale == "none" else "raw"
        return [names.of_input(letter, j) for j in range(1, len(self.inputs[0]) + 1)]

    def numbered(self) -> Iterator[tuple[int, Layer]]:
        """The layers with their numbers, from 1."""
        return iter(enumerate(self.layers, start=1))

    def parameters(self) -> dict[str, float]:
        """Initial value of each trained parameter, weights before biases, layer by layer."""
        found: dict[str, float] = {}
        for number, layer in self.numbered():
            found |= _weights(number, layer)
            if layer.bias and layer.bias.trainable:
                found |= _biases(number, layer.bias)
        return found

    def constants(self) -> dict[str, float]:
        """What a person may change besides: inputs, targets, frozen biases, dropout."""
        found = self._table() if self.stored else self._panel()
        for number, layer in self.numbered():
            if layer.bias and not layer.bias.trainable:
                found |= _biases(number, layer.bias)
            if layer.dropout:
                found[names.setting(f"drop{number}")] = layer.dropout
        if any(layer.dropout for layer in self.layers):
            found[names.setting("seed")] = float(self.seed)
        return found

    def _panel(self) -> dict[str, float]:
        return _batch("x", self.inputs, self.marks) | _batch("t", self.targets, self.marks)

    def _table(self) -> dict[str, float]:
        """The raw numbers of the data sheet: features before scaling, classes by their place in the list."""
        rows = names.rows(len(self.inputs))
        found = _batch("x" if self.data.scale == "none" else "raw", self.inputs, rows)
        if self.data.classes:
            found |= {names.CLASS + row: float(t.index(1.0)) for row, t in zip(rows, self.targets, strict=True)}
        else:
            found |= _batch("t", self.targets, rows)
        return found | {f"{names.ORDER}#{k}": float(n) for k, n in enumerate(self.data.order, start=1)}


def _weights(number: int, layer: Layer) -> dict[str, float]:
    rows = enumerate(layer.weights, start=1)
    return {names.weight(number, i, j): w for i, row in rows for j, w in enumerate(row, start=1)}


def _biases(number: int, bias: Bias) -> dict[str, float]:
    return dict(zip(bias.names(number), bias.values, strict=True))


def _batch(letter: str, rows: Matrix, marks: tuple[str, ...]) -> dict[str, float]:
    """Named feature by feature, so that the samples of one feature stand side by side."""
    return {
        names.of_input(letter, i, mark): value
        for i, column in enumerate(zip(*rows, strict=True), start=1)
        for mark, value in zip(marks, column, strict=True)
    }


@dataclass(frozen=True)
class Step:
    """One operation of a graph: ``name = operation(*arguments)``; an argument is a name or a number."""

    name: str
    operation: str
    arguments: tuple[str | float, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The names among the arguments, each once, in order."""
        return tuple(dict.fromkeys(a for a in self.arguments if isinstance(a, str)))


@dataclass(frozen=True)
class Graph:
    """A computation graph: named variables, constants, and steps with one operation each."""

    variables: dict[str, float]
    fixed: dict[str, float]
    steps: tuple[Step, ...]
    objective: str
    maximize: bool

    def parameters(self) -> dict[str, float]:
        """Initial value of each variable that training moves."""
        return dict(self.variables)

    def constants(self) -> dict[str, float]:
        """What a person may change besides."""
        return dict(self.fixed)

    def active(self) -> frozenset[str]:
        """The names that depend on a variable: only these have derivatives."""
        found = set(self.variables)
        for step in self.steps:
            if found.intersection(step.sources):
                found.add(step.name)
        return frozenset(found)

    def edges(self) -> tuple[tuple[Step, str], ...]:
        """Each (step, argument) that a derivative flows along, in the order of the steps."""
        active = self.active()
        return tuple((s, source) for s in self.steps for source in s.sources if source in active)

    def users(self) -> dict[str, list[str]]:
        """The steps that use each active name, in order."""
        found: dict[str, list[str]] = {name: [] for name in (*self.variables, *(s.name for s in self.steps))}
        for step, source in self.edges():
            found[source].append(step.name)
        return found

    def reaching(self) -> frozenset[str]:
        """The names that the objective depends on, itself included."""
        found = {self.objective}
        for step in reversed(self.steps):
            if step.name in found:
                found.update(step.sources)
        return frozenset(found)


@dataclass(frozen=True)
class Training:
    """How many rows after the first, how large a step, and by which rule it is taken.

    ``settings`` are the numbers of the optimizer, the schedule, the clipping and the penalties, by the names of
    :func:`xlbp.template.names.setting`: each is a cell of the panel.  ``pieces`` counts the rates of a
    piecewise schedule.
    """

    iterations: int
    learning_rate: float
    optimizer: str = "sgd"
    schedule: str = "constant"
    clip: str = ""  # "value" or "norm"
    settings: dict[str, float] = field(default_factory=dict)
    pieces: int = 0

    def has(self, setting: str) -> bool:
        """Whether the template sets this number."""
        return names.setting(setting) in self.settings


@dataclass(frozen=True)
class Template:
    """One problem, ready to compile.  ``text`` is the TOML it came from."""

    name: str
    title: Texts
    model: Network | Graph
    training: Training
    symbols: dict[str, str]  # the source's own symbols, by name; see spec.notation
    parameter_order: tuple[str, ...]
    summary: Texts = field(default_factory=dict)
    source: Texts = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    overrides: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # the data files it names, with their text

    @property
    def kind(self) -> str:
        """``network`` or ``expression``, as the template's own table is called."""
        return "network" if isinstance(self.model, Network) else "expression"

    def inputs(self) -> dict[str, float]:
        """Every number a person may change in the book, by name."""
        eta = {names.LEARNING_RATE: self.training.learning_rate}
        return self.model.constants() | eta | self.training.settings | self.model.parameters()
