"""A dense network as frozen values: its layers with the numbers they start from, its loss, its data.

Shapes: a layer's ``weights`` are (units, inputs), one row per unit, as in PyTorch's ``Linear``;
``inputs`` are (samples, features) and ``targets`` (samples, outputs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbp.template import names
from xlbp.template.model import Matrix, Model
from xlbp.template.quantity import Quantity, parse


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
class Network(Model):
    """A dense network with the data it is trained on."""

    layers: tuple[Layer, ...]
    loss: str
    loss_shape: float = 0.0  # Huber's delta
    penalties: tuple[str, ...] = ()  # of "l1", "l2"
    seed: int = 1  # of the dropout

    @property
    def single_softmax(self) -> bool:
        """Whether a layer is the softmax of one unit: that is 1 whatever the unit says, and no gradient passes it."""
        return any(layer.activation == "softmax" and layer.units == 1 for layer in self.layers)

    @property
    def given(self) -> list[str]:
        """What the inputs of a sample are called as they are given, before any scaling."""
        letter = "x" if self.data.scale == "none" else "raw"
        return [names.of_input(letter, j) for j in range(1, len(self.inputs[0]) + 1)]

    def numbered(self) -> Iterator[tuple[int, Layer]]:
        """The layers with their numbers, from 1."""
        return iter(enumerate(self.layers, start=1))

    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says."""
        return parse(name)

    def gradient(self, parameter: str) -> Quantity:
        """What the derivative of the loss by a parameter is called."""
        return parse(parameter).gradient

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
