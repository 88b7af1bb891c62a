"""The samples of a network as arrays: as they are given, before any scaling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Axis, Elements, Shape
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.layer import INPUT
from xlbp.template.network import Network

Array = NDArray[np.float64]
MAPS = {  # the axes of what has a single channel and none written, with that channel
    (Axis.STEP,): (Axis.CHANNEL, Axis.STEP),
    (Axis.ROW, Axis.COLUMN): (Axis.CHANNEL, Axis.ROW, Axis.COLUMN),
}


@dataclass(frozen=True)
class Samples:
    """``inputs`` (N, ...) and ``targets`` (N, ...), the channels written where there is one.

    ``classes`` (N, ...) are the targets as the numbers of classes, from 0, where each is a class and nothing else; else
    None.
    """

    inputs: Array
    targets: Array
    classes: NDArray[np.intp] | None


@dataclass(frozen=True)
class Data:
    """The samples to train on, and those that are kept from training, if there are any.

    ``order`` are the numbers of the samples as rows draw them, from 0; empty where they come in turn.
    """

    training: Samples
    tests: Samples | None
    order: tuple[int, ...]

    @property
    def has_classes(self) -> bool:
        """Whether each target is a class."""
        return all(samples.classes is not None for samples in (self.training, self.tests) if samples is not None)


def with_channel(shape: Shape) -> Shape:
    """The same shape with the channel of a signal, or an image, that has one and does not write it."""
    return Shape((1, *shape), MAPS[shape.axes]) if shape.axes in MAPS else shape


def seen_as(network: Network) -> Shape:
    """The shape of a sample's inputs in a script: tokens stay a row of whole numbers."""
    return network.input_shape if network.takes_tokens else with_channel(network.input_shape)


def data_of(source: Source) -> Data:
    """The samples of a network.

    Raises UsageError where a row draws a sample, or an embedding takes a token, that there is not.
    """
    network = source.template.model.network
    if not network.stored:
        return Data(_samples(source, network.marks), None, ())
    rows = names.rows(len(network.inputs))
    tests = rows[network.samples :]
    training = _samples(source, rows[: network.samples])
    return Data(training, _samples(source, tests) if tests else None, _order(network, source))


def _samples(source: Source, rows: Sequence[str]) -> Samples:
    network, numbers = source.template.model.network, source.numbers

    def table(called: Elements, shape: tuple[int, ...]) -> Array:
        return np.array([[numbers[name.sampled(row)] for name in called] for row in rows]).reshape(len(rows), *shape)

    width = seen_as(network) if not network.data.features else (len(network.given),)
    inputs = table(network.given, width)
    if network.takes_tokens:
        _must_be_tokens(network, inputs)
    output = with_channel(network.output_shape)
    if network.data.classes:
        of_class = np.array([[numbers[names.CLASS + row]] for row in rows])
        targets: Array = (of_class == np.arange(len(network.data.classes))).astype(np.float64)
    else:
        targets = table(network.aimed_at, tuple(output))
    return Samples(inputs, targets, _classes(targets, output))


def _classes(targets: Array, shape: Shape) -> NDArray[np.intp] | None:
    """Which class each target is; None where some are not one class alone."""
    place = shape.place(*FEATURES)
    assert place is not None
    by_class = np.moveaxis(targets, place + 1, -1)
    is_one = ((by_class == 0) | (by_class == 1)).all() and (by_class.sum(-1) == 1).all()
    return by_class.argmax(-1) if is_one else None


def _order(network: Network, source: Source) -> tuple[int, ...]:
    order = [source.numbers[f"{names.ORDER}#{n}"] for n in range(1, len(network.data.order) + 1)]
    for number, drawn in enumerate(order, start=1):
        if not 1 <= int(drawn) <= network.samples:
            what = f"draw {number} of the data's order is sample {drawn:.15g}"
            raise UsageError(f"{what}, but there are samples 1 to {network.samples} to train on; change it")
    return tuple(int(drawn) - 1 for drawn in order)


def _must_be_tokens(network: Network, inputs: Array) -> None:
    embeddings = (node.block for node in network.nodes if isinstance(node.block, Embedding) and INPUT in node.inputs)
    rows = min(block.rows for block in embeddings)
    for token in inputs.ravel().tolist():
        if token != int(token) or not 0 <= token < rows:
            what = f"an embedding takes whole numbers from 0 to {rows - 1} as tokens"
            raise UsageError(f"{what}, but an input is {token:.15g}; change it in the book")
