"""Weighted sums: torch.nn.functional's linear, conv1d and conv2d, which torch.nn.Linear, Conv1d and Conv2d call."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

from parity.twins.twin import Parameters, Twin, as_maps, features_last, leaves, zero_if_none
from xlbp.template.blocks.block import FEATURES, Shape
from xlbp.template.blocks.convolution import Convolution
from xlbp.template.network import Place


class SumTwin(Twin):
    """z, whose parameters are used at every place of it."""

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """z of these parameters."""
        raise NotImplementedError

    def forward(self, *inputs: Tensor) -> Tensor:
        """z."""
        self.cells["z"] = self.sums(inputs[0], self.parameters)
        return self.cells["z"]

    def parts(self) -> dict[tuple[str, Place], Tensor]:
        """Autograd's, of the derivatives of z at a single place."""
        shape = self.node.block.shape(*self.around.shapes)
        copies = leaves(self.parameters)
        z, flow = self.sums(self.inputs[0].detach(), copies), self.output.grad
        assert flow is not None
        parts: dict[tuple[str, Place], Tensor] = {}
        for place in _places(shape):
            here = torch.zeros_like(flow)
            here[_at(shape, place)] = flow[_at(shape, place)]
            slopes = torch.autograd.grad(z, list(copies.values()), here, retain_graph=True, allow_unused=True)
            for (letter, copy), slope in zip(copies.items(), slopes, strict=True):
                parts[letter, place] = zero_if_none(slope, copy)
        return parts


class DenseTwin(SumTwin):
    """torch.nn.Linear, of a sequence at each of its steps."""

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """W x + b."""
        weights = parameters["W"]
        return functional.linear(features_last(x, self.around.shapes[0]), weights, _bias(parameters, len(weights)))


class ConvolutionTwin(SumTwin):
    """torch.nn.Conv1d or Conv2d."""

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """The cross-correlation with K, and b."""
        block, kernels = self.node.block, parameters["K"]
        assert isinstance(block, Convolution)
        windows = block.windows
        convolve = functional.conv1d if len(windows.size) == 1 else functional.conv2d
        maps = as_maps(x, self.around.shapes[0], windows.axes)
        return convolve(maps, kernels, _bias(parameters, len(kernels)), stride=windows.stride, padding=windows.padding)


def _bias(parameters: Parameters, rows: int) -> Tensor | None:
    """One for each row; a single one is everybody's."""
    return parameters["b"].expand(rows) if "b" in parameters else None


def _places(shape: Shape) -> list[Place]:
    """All steps, or places, counted from 1."""
    return list(product(*(range(1, extent + 1) for extent in shape.without(*FEATURES))))


def _at(shape: Shape, place: Place) -> tuple[int | slice, ...]:
    """All samples and features at a place."""
    index: list[int | slice] = [n - 1 for n in place]
    feature = shape.place(*FEATURES)
    assert feature is not None
    index.insert(feature, slice(None))
    return (slice(None), *index)
