"""What a block may do with the numbers of a pass: record them under their names."""

from __future__ import annotations

from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.reference.history import Array
from xlbp.reference.recorder import Names, Recorder
from xlbp.template.blocks.block import FEATURES, Shape
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.quantity import quantity

Flags: TypeAlias = NDArray[np.bool_]


def spread(reached: Flags, shape: Shape) -> Flags:
    """From flags of the steps, or places, of a tensor of this shape: those of its elements."""
    place = shape.place(*FEATURES)
    return np.broadcast_to(reached if place is None else np.expand_dims(reached, place), shape)


class Notes:
    """A pass over the samples with these marks; ``training`` is false for samples that are kept from it.

    ``tensors`` holds what was recorded, by letter and layer, as ``z1``: (B, ...) each.
    """

    def __init__(self, network: Network, record: Recorder, marks: Names, training: bool = True) -> None:
        self.network, self.record, self.marks, self.training = network, record, marks, training
        self.tensors: dict[str, Array] = {}

    def put(self, letter: str, layer: int | str, value: Array, there: Flags | None = None) -> Array:
        """Record (B, ...) as a layer's tensor of this letter, of its elements those that are ``there``; hand it on."""
        indices = list(product(*(range(1, extent + 1) for extent in value.shape[1:])))
        if there is not None and not there.all():
            value, kept = self.cleaned(value), np.flatnonzero(there)
            called = [quantity(letter, layer, indices[place], mark) for mark in self.marks for place in kept]
            self.record.put(called, np.take(value.reshape(len(value), -1), kept, axis=1))
            return value
        called = [quantity(letter, layer, index, mark) for mark in self.marks for index in indices]
        self.tensors[f"{letter}{layer}"] = self.record.put(called, value)
        return self.tensors[f"{letter}{layer}"]

    def put_one(self, name: str, value: Array) -> Array:
        """Record a single number."""
        return self.record.put([name], value)

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is: an error where it is no finite number."""
        return self.record.cleaned(value)


class LayerNotes:
    """The notes of one node of a layer; ``shapes`` are those of its inputs, for one sample.

    On the way back ``reached`` are the steps, or places, that the loss depends on: only these have derivatives.
    """

    def __init__(self, notes: Notes, node: Node, reached: Flags | None = None) -> None:
        self.notes, self.layer, self.training = notes, node.layer, notes.training
        self.shapes, self.reached = notes.network.inputs_of(node), reached
        tensors = notes.network.tensors_of(node)
        self.derivatives = {letter: Shape(t.shape) for t in tensors for letter in (f"d{t.letter}", t.slope)}

    def put(self, letter: str, value: Array) -> Array:
        """Record (B, ...) as the layer's tensor of this letter, and hand it on."""
        there = None if self.reached is None else spread(self.reached, self.derivatives[letter])
        return self.notes.put(letter, self.layer, value, there)

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is: an error where it is no finite number."""
        return self.notes.cleaned(value)
