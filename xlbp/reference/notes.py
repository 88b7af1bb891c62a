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
EVERYWHERE: Flags = np.ones((), dtype=bool)


def spread(reached: Flags, shape: Shape) -> Flags:
    """From flags of the steps, or places, of a tensor of this shape: those of its elements."""
    place = shape.place(*FEATURES)
    return np.broadcast_to(reached if place is None else np.expand_dims(reached, place), shape)


def only(value: Array, there: Flags) -> Array:
    """The numbers that are there, and 0 in place of the others: an error in these reaches nothing."""
    return value if there.all() else np.where(there, value, 0.0)


class Notes:
    """A pass over the samples with these marks; ``training`` is false for samples that are kept from it.

    ``tensors`` holds what was recorded, by letter and layer, as ``z1``: (B, ...) each.  ``carried`` is what the next
    row is entered with, besides its parameters.
    """

    def __init__(self, network: Network, record: Recorder, marks: Names, training: bool = True) -> None:
        self.network, self.record, self.marks, self.training = network, record, marks, training
        self.tensors: dict[str, Array] = {}
        self.carried: dict[str, Array] = {}

    def put(self, letter: str, layer: int | str, value: Array, there: Flags = EVERYWHERE) -> Array:
        """Record (B, ...) as a layer's tensor of this letter, of its elements those that are ``there``; hand it on."""
        indices = list(product(*(range(1, extent + 1) for extent in value.shape[1:])))
        if not there.all():
            value, kept = self.cleaned(value), np.flatnonzero(there)
            called = [quantity(letter, layer, indices[place], mark) for mark in self.marks for place in kept]
            self.record.put(called, np.take(value.reshape(len(value), -1), kept, axis=1))
            return value
        called = [quantity(letter, layer, index, mark) for mark in self.marks for index in indices]
        self.tensors[f"{letter}{layer}"] = self.record.put(called, value)
        return self.tensors[f"{letter}{layer}"]

    def put_once(self, letter: str, layer: int | str, value: Array) -> Array:
        """Record what all samples have together, (...); hand it on."""
        return self.record.put(
            [quantity(letter, layer, tuple(i + 1 for i in at)) for at in np.ndindex(*value.shape)], value
        )

    def put_one(self, name: str, value: Array) -> Array:
        """Record a single number."""
        return self.record.put([name], value)

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is: an error where it is no finite number."""
        return self.record.cleaned(value)


class LayerNotes:
    """The notes of one node of a layer; ``shapes`` are those of its inputs, for one sample.

    On the way back ``reached`` are the steps, or places, that the loss depends on: only these have derivatives, unless
    the block says where else there are some.
    """

    def __init__(self, notes: Notes, node: Node, reached: Flags = EVERYWHERE) -> None:
        self.notes, self.layer, self.training = notes, node.layer, notes.training
        self.shapes, self.reached = notes.network.inputs_of(node), reached
        tensors = notes.network.tensors_of(node)
        self.derivatives = {letter: Shape(t.shape) for t in tensors for letter in (f"d{t.letter}", t.slope)}
        self.of_batch = {letter for t in tensors if t.of_batch for letter in (t.letter, f"d{t.letter}")}

    def put(self, letter: str, value: Array, there: Flags | None = None) -> Array:
        """Record (B, ...) as the layer's tensor of this letter, or (...) where all samples have one, and hand it on."""
        if letter in self.of_batch:
            return self.notes.put_once(letter, self.layer, value)
        if there is None:
            there = EVERYWHERE if self.reached.all() else spread(self.reached, self.derivatives[letter])
        return self.notes.put(letter, self.layer, value, there)

    def carry(self, letter: str, value: Array) -> None:
        """What the next row is entered with as the layer's tensor of this letter."""
        self.notes.carried[f"{letter}{self.layer}"] = value

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is: an error where it is no finite number."""
        return self.notes.cleaned(value)
