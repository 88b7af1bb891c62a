"""What a block may do with the numbers of a pass: record them under their names."""

from __future__ import annotations

from itertools import product

from xlbp.reference.history import Array
from xlbp.reference.recorder import Names, Recorder
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.quantity import quantity


class Notes:
    """A pass over the samples with these marks; ``training`` is false for samples that are kept from it.

    ``tensors`` holds what was recorded, by letter and layer, as ``z1``: (B, ...) each.
    """

    def __init__(self, network: Network, record: Recorder, marks: Names, training: bool = True) -> None:
        self.network, self.record, self.marks, self.training = network, record, marks, training
        self.tensors: dict[str, Array] = {}

    def put(self, letter: str, layer: int | str, value: Array) -> Array:
        """Record (B, ...) as a layer's tensor of this letter, and hand it on."""
        indices = list(product(*(range(1, extent + 1) for extent in value.shape[1:])))
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
    """The notes of one node of a layer; ``shapes`` are those of its inputs, for one sample."""

    def __init__(self, notes: Notes, node: Node) -> None:
        self.notes, self.layer, self.training = notes, node.layer, notes.training
        self.shapes = notes.network.inputs_of(node)

    def put(self, letter: str, value: Array) -> Array:
        """Record (B, ...) as the layer's tensor of this letter, and hand it on."""
        return self.notes.put(letter, self.layer, value)

    def cleaned(self, value: Array) -> Array:
        """What is not recorded, but goes on into what is: an error where it is no finite number."""
        return self.notes.cleaned(value)
