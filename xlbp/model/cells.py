"""The cells of a forward pass: what a block may refer to and write, and what was written, for the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, ref
from xlbp.symbols.program import Builder
from xlbp.template.blocks.block import FEATURES, Axis, Tensor
from xlbp.template.blocks.windows import Windows
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, quantity

Array: TypeAlias = Any  # NumPy's, of cells: its types can't tell what stands in it
Grid: TypeAlias = dict[str, Array]  # a tensor's cells of each sample, by its mark
Slopes: TypeAlias = Iterable[tuple[Expr, Expr]]  # a cell, and the derivative by it


@dataclass
class Pass:
    """A forward pass for the samples with these marks; ``training`` is false for samples that are kept from it.

    ``written`` are its cells, tensor by tensor in the order in which these were begun, and step by step where a tensor
    was written so: none uses another of its group.  ``slopes`` tell which cells have a cell for their local derivative,
    what that is called, and what it is by.
    """

    builder: Builder
    network: Network
    marks: tuple[str, ...]
    phase: str = "forward"
    training: bool = True
    written: dict[tuple[str, int, int], list[Quantity]] = field(default_factory=dict)  # by letter, layer and step
    slopes: dict[Quantity, tuple[Quantity, str]] = field(default_factory=dict)


class Cells:
    """What a block may do for its node in a pass: refer to its parameters, and write its tensors.

    ``value`` and ``slopes`` are called with the mark of the sample and the indices of an element, from 0; where the
    derivatives of an element are known in closed form, ``slopes`` gives them.
    """

    def __init__(self, run: Pass, node: Node, inputs: Sequence[Grid]) -> None:
        self.run, self.node, self.inputs = run, node, inputs
        self.marks, self.training = run.marks, run.training
        self.tensors = {tensor.letter: tensor for tensor in run.network.tensors_of(node)}
        self.parameters = {parameter.letter: parameter for parameter in run.network.parameters_of(node)}
        self.shape = run.network.inputs_of(node)[0]
        self._references: dict[str, Grid] = {}

    def has(self, letter: str) -> bool:
        """Whether the node has a parameter of this letter."""
        return letter in self.parameters

    def parameter(self, letter: str) -> Array:
        """The cells of a parameter, in its shape."""
        return _references(self.parameters[letter], self.node.layer, "")

    def setting(self, key: str) -> Expr:
        """A number of the block's on the panel."""
        return setting(f"{key}{self.node.layer}")

    @property
    def feature_axis(self) -> int:
        """Along which axis of the input its features, or channels, run."""
        return self.shape.place(*FEATURES) or 0

    def apart(self, index: tuple[int, ...]) -> tuple[int, ...]:
        """The step, or the place, of an element: its index without that of its feature."""
        return self.shape.index_without(index, *FEATURES)

    def feature(self, index: tuple[int, ...]) -> int:
        """Which feature, or channel, an element of the input belongs to; 0 where there are none."""
        return index[self.feature_axis] if self.shape.place(*FEATURES) is not None else 0

    def of_features(self, grid: Grid) -> list[list[Expr]]:
        """Feature by feature the cells at all steps, or places, of all samples, those of a place side by side."""
        features: list[list[Expr]] = [[] for _ in range(self.shape.extent(*FEATURES))]
        for index in np.ndindex(*self.shape):
            features[self.feature(index)] += (grid[mark][index] for mark in self.marks)
        return features

    def features_last(self, grid: Grid) -> Grid:
        """The input, or what has its axes, with the features last: (steps, features) of a signal as of a sequence."""
        if self.shape.place(*FEATURES) is None:
            return {mark: array[..., None] for mark, array in grid.items()}
        return {mark: np.moveaxis(array, self.feature_axis, -1) for mark, array in grid.items()}

    def maps(self, grid: Grid, windows: Windows) -> Grid:
        """The input as maps, channels first."""
        shape = windows.map_of(self.shape)
        is_turned = self.shape.axes == (Axis.STEP, Axis.UNIT)  # a sequence read as a signal
        return {mark: (array.T if is_turned else array).reshape(shape) for mark, array in grid.items()}

    def references(self, letter: str) -> Grid:
        """The cells of a tensor, whether they are written yet or not."""
        if letter not in self._references:
            each = {mark: _references(self.tensors[letter], self.node.layer, mark) for mark in self.marks}
            self._references[letter] = each
        return self._references[letter]

    def fill(self, letter: str, value: Callable[..., Expr], slopes: Callable[..., Slopes] | None = None) -> Grid:
        """Write a tensor: every element with every sample, the samples of an element side by side."""
        tensor = self.tensors[letter]
        for index in (tuple(i - 1 for i in indices) for indices in tensor.indices()):
            for mark in self.marks[:1] if tensor.of_batch else self.marks:
                self.put(letter, mark, index, value(mark, *index), slopes(mark, *index) if slopes else ())
        return self.references(letter)

    def fill_step(self, letter: str, step: int, value: Callable[..., Expr]) -> None:
        """Write what a tensor has at one step, its first index, counted from 0."""
        for index in np.ndindex(self.tensors[letter].shape[1:]):
            for mark in self.marks:
                self.put(letter, mark, (step, *index), value(mark, step, *index), step=step)

    def put_at(self, cell: Expr, mark: str, value: Expr) -> Expr:
        """Write the element that a reference is to."""
        name = self.run.network.quantity(str(cell.payload))
        return self.put(name.letter, mark, tuple(i - 1 for i in name.indices), value)

    def put(
        self, letter: str, mark: str, index: tuple[int, ...], value: Expr, slopes: Slopes = (), step: int = 0
    ) -> Expr:
        """Write one element of one sample.  A tensor that uses itself is written in steps, each from the one before.

        It copies no cell that is computed alike, as is the activation of another layer, and refers to no other element
        of its step, as the first steps of all samples are alike: each has a derivative of its own.
        """
        tensor = self.tensors[letter]
        name = quantity(letter, self.node.layer, tuple(i + 1 for i in index), "" if tensor.of_batch else mark)
        of_cells: dict[str, Expr] = {}
        for used, slope in slopes:  # one that comes in twice, as by a concat of a layer with itself, has both
            key = str(used.payload)
            of_cells[key] = of_cells[key] + slope if key in of_cells else slope
        jacobian = tuple(of_cells.items())
        together = self.run.written.setdefault((letter, self.node.layer, step), [])
        if tensor.slope:
            cell = self.references(tensor.activates)[mark] if tensor.activates else self.inputs[0][mark]
            self.run.slopes[name] = name.lettered(tensor.slope), str(cell[index].payload)
        cell = self.run.builder.define_apart(name, value, self.run.phase, self.node.layer, jacobian, together)
        together.append(name)
        return cell


def _references(tensor: Tensor, layer: int, mark: str) -> Array:
    array = np.empty(tensor.shape, dtype=object)
    for indices, name in zip(tensor.indices(), tensor.elements(layer, mark), strict=True):
        array[tuple(i - 1 for i in indices)] = ref(name)
    return array
