"""What every twin of a block has: its output in PyTorch, and what is known of its cells before and after the way back.

All tensors have the samples along their first axis, then the axes of xlbp's shapes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.layer import Node
from xlbp.template.network import Place

Parameters = dict[str, Tensor]  # by letter


@dataclass(frozen=True)
class Surroundings:
    """What a twin stands in: the shapes of its inputs, its parameters, and how its samples are taken.

    ``mask`` reads the masks of dropout of a tensor's shape from the book; None of samples that are kept from training.
    ``running`` are the statistics that the row above has left to the node.
    """

    shapes: tuple[Shape, ...]
    parameters: Parameters
    mask: Callable[[Node], Tensor] | None
    running: Parameters


class Twin(ABC):
    """One node in one forward pass.  ``carried`` are the running statistics that it leaves to the next row."""

    def __init__(self, node: Node, around: Surroundings) -> None:
        self.node, self.around, self.parameters = node, around, around.parameters
        self.inputs: tuple[Tensor, ...] = ()
        self.carried: Parameters = {}
        self.cells: dict[str, Tensor] = {}  # by letter: those of its cells that stand in PyTorch's own graph

    def __call__(self, *inputs: Tensor) -> Tensor:
        """What it passes on; keeps the derivatives of its cells."""
        self.inputs = inputs
        self.output = self.forward(*inputs)
        for tensor in (self.output, *self.cells.values()):
            if tensor.requires_grad:
                tensor.retain_grad()
        return self.output

    @abstractmethod
    def forward(self, *inputs: Tensor) -> Tensor:
        """PyTorch's own."""

    @property
    def features(self) -> int:
        """Along which axis the features of its first input stand, the samples' axis counted."""
        place = self.around.shapes[0].place(*FEATURES)
        assert place is not None
        return place + 1

    def values(self) -> dict[str, Tensor]:
        """Every number of its cells, by letter."""
        return {letter: cells.detach() for letter, cells in self.cells.items()}

    def gradients(self) -> dict[str, Tensor]:
        """The derivatives of the mean loss by its cells, by letter; none where nothing comes back."""
        return {letter: cells.grad for letter, cells in self.cells.items() if cells.grad is not None}

    def slopes(self) -> dict[str, Tensor]:
        """The local derivatives that have cells, by letter."""
        return {}

    def parts(self) -> dict[tuple[str, Place], Tensor]:
        """What each step, or place, adds to the gradient of a parameter, by letter and place."""
        return {}


def features_last(x: Tensor, shape: Shape) -> Tensor:
    """With the features along the last axis, as torch.nn.Linear and the recurrent modules take them."""
    place = shape.place(*FEATURES)
    return x.unsqueeze(-1) if place is None else x.movedim(place + 1, -1)


def as_maps(x: Tensor, shape: Shape, axes: tuple[Axis, ...]) -> Tensor:
    """With the channels first, as torch.nn.Conv1d and Conv2d take them; without any there is one."""
    if shape.axes == axes[1:]:
        return x.unsqueeze(1)
    return x.transpose(1, 2) if shape.axes == (Axis.STEP, Axis.UNIT) and len(axes) == len(shape) else x


def channels_second(x: Tensor, shape: Shape) -> Tensor:
    """With the features, or channels, along the second axis, as torch.nn.BatchNorm1d and 2d take them."""
    place = shape.place(*FEATURES)
    return x.unsqueeze(1) if place is None else x.movedim(place + 1, 1)


def channels_back(x: Tensor, shape: Shape) -> Tensor:
    """The way back from :func:`channels_second`."""
    place = shape.place(*FEATURES)
    return x.squeeze(1) if place is None else x.movedim(1, place + 1)


def leaves(parameters: Parameters) -> Parameters:
    """Copies of parameters that have derivatives of their own."""
    return {letter: tensor.detach().clone().requires_grad_() for letter, tensor in parameters.items()}


def zero_if_none(gradient: Tensor | None, of: Tensor) -> Tensor:
    """What autograd leaves out is 0."""
    return torch.zeros_like(of) if gradient is None else gradient
