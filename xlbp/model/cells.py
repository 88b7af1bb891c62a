"""The cells of a forward pass: what a block may refer to and write, and what was written, for the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from xlbp.symbols.expr import Expr, ref
from xlbp.symbols.program import Builder
from xlbp.template.blocks.block import Tensor
from xlbp.template.network import Network, Node
from xlbp.template.quantity import Quantity, quantity

Array: TypeAlias = Any  # NumPy's, of cells: its types can't tell what stands in it
Grid: TypeAlias = dict[str, Array]  # a tensor's cells of each sample, by its mark
Slopes: TypeAlias = Iterable[tuple[Expr, Expr]]  # a cell, and the derivative by it


@dataclass
class Pass:
    """A forward pass for the samples with these marks; ``training`` is false for samples that are kept from it.

    ``written`` are its cells, tensor by tensor in the order in which these were begun, and step by step where a tensor
    was written so: none uses another of its group.  ``slopes`` tell which cells have a cell for their local derivative,
    what that is called, and what it is by.  ``grids`` are the tensors by letter and layer, as ``z1``.
    """

    builder: Builder
    network: Network
    marks: tuple[str, ...]
    phase: str = "forward"
    training: bool = True
    written: dict[tuple[str, int, int], list[Quantity]] = field(default_factory=dict)  # by letter, layer and step
    slopes: dict[Quantity, tuple[Quantity, str]] = field(default_factory=dict)
    grids: dict[str, Grid] = field(default_factory=dict)


class Cells:
    """What a block may do for its node in a pass: refer to its parameters, and write its tensors.

    ``value`` and ``slopes`` are called with the mark of the sample and the indices of an element, from 0; where the
    derivatives of an element are known in closed form, ``slopes`` gives them.
    """

    def __init__(self, run: Pass, node: Node, inputs: Sequence[Grid]) -> None:
        self.run, self.node, self.inputs = run, node, inputs
        self.marks, self.training = run.marks, run.training
        self.tensors = {tensor.letter: tensor for tensor in run.network.tensors_of(node)}

    def parameter(self, letter: str) -> Array:
        """The cells of a parameter, in its shape."""
        parameters = {parameter.letter: parameter for parameter in self.run.network.parameters_of(self.node)}
        return _references(parameters[letter], self.node.layer, "")

    def references(self, letter: str) -> Grid:
        """The cells of a tensor, whether they are written yet or not."""
        return {mark: _references(self.tensors[letter], self.node.layer, mark) for mark in self.marks}

    def fill(self, letter: str, value: Callable[..., Expr], slopes: Callable[..., Slopes] | None = None) -> Grid:
        """Write a tensor: every element with every sample, the samples of an element side by side."""
        for index in np.ndindex(self.tensors[letter].shape):
            for mark in self.marks:
                self.put(letter, mark, index, value(mark, *index), slopes(mark, *index) if slopes else ())
        self.run.grids[f"{letter}{self.node.layer}"] = self.references(letter)
        return self.references(letter)

    def single(
        self, letter: str, value: Callable[[str], Expr], slopes: Callable[[str], Slopes] | None = None
    ) -> dict[str, Expr]:
        """Write what the node has once for each sample."""
        return {mark: array[()] for mark, array in self.fill(letter, value, slopes).items()}

    def put(
        self, letter: str, mark: str, index: tuple[int, ...], value: Expr, slopes: Slopes = (), step: int = 0
    ) -> Expr:
        """Write one element of one sample.  A tensor that uses itself is written in steps, each from the one before."""
        name = quantity(letter, self.node.layer, tuple(i + 1 for i in index), mark)
        jacobian = tuple((str(cell.payload), slope) for cell, slope in slopes)
        self.run.written.setdefault((letter, self.node.layer, step), []).append(name)
        if self.tensors[letter].slope:
            by = str(self.inputs[0][mark][index].payload)
            self.run.slopes[name] = name.lettered(self.tensors[letter].slope), by
        return self.run.builder.define(name, value, self.run.phase, self.node.layer, jacobian)


def _references(tensor: Tensor, layer: int, mark: str) -> Array:
    array = np.empty(tensor.shape, dtype=object)
    for place, name in zip(np.ndindex(tensor.shape), tensor.elements(layer, mark), strict=True):
        array[place] = ref(name)
    return array
