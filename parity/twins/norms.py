"""torch.nn.functional's layer_norm and batch_norm, which torch.nn.LayerNorm, BatchNorm1d and BatchNorm2d call.

What these keep to themselves, means and deviations, is computed once more; autograd tells what comes back to each.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from parity.twins.sums import SumTwin
from parity.twins.twin import Parameters, channels_back, channels_second
from xlbp.template.blocks.block import Shape
from xlbp.template.blocks.norms import BatchNorm, Norm

Cells = dict[str, Tensor]  # by letter, the channels along their second axis


class NormTwin(SumTwin):
    """What both norms share."""

    @property
    def block(self) -> Norm:
        """With its epsilon."""
        assert isinstance(self.node.block, Norm)
        return self.node.block

    @property
    def shape(self) -> Shape:
        """Of what comes in."""
        return self.around.shapes[0]

    def by_channel(self, parameter: Tensor, like: Tensor) -> Tensor:
        """A number for each channel, or feature, beside numbers that have the channels second."""
        return parameter.reshape(-1, *[1] * (like.dim() - 2))

    def together(self, x: Tensor) -> list[int]:
        """The axes of what is normalised together, the channels being second."""
        raise NotImplementedError

    @cached_property
    def again(self) -> Cells:
        """Step after step of the norm's definition."""
        with torch.enable_grad():
            x = channels_second(self.inputs[0].detach(), self.shape).requires_grad_()
            axes = self.together(x)
            mu = x.mean(axes, keepdim=True)
            c = x - mu
            v = (c * c).mean(axes, keepdim=True)
            s = torch.sqrt(v + self.block.eps)
            n = c / s
            gamma, beta = (self.by_channel(self.parameters[letter].detach(), x) for letter in "GB")
            z = n * gamma + beta
        return {"mu": mu, "c": c, "v": v, "s": s, "n": n, "z": z}

    def shown(self, letter: str, cells: Tensor) -> Tensor:
        """In the shape of the book's tensor: what all that is normalised together has once stands alone."""
        return channels_back(cells, self.shape) if letter in ("c", "n", "z") else cells.squeeze(self.together(cells))

    def values(self) -> dict[str, Tensor]:
        """Of all steps, but z is PyTorch's own."""
        own = {letter: self.shown(letter, cells.detach()) for letter, cells in self.again.items()}
        return own | super().values()

    def gradients(self) -> dict[str, Tensor]:
        """By all of them."""
        flow = self.output.grad
        assert flow is not None
        back = channels_second(flow, self.shape)
        slopes = torch.autograd.grad(self.again["z"], list(self.again.values()), back, retain_graph=True)
        return {letter: self.shown(letter, slope) for letter, slope in zip(self.again, slopes, strict=True)}


class LayerNormTwin(NormTwin):
    """Over the features of each step."""

    def together(self, x: Tensor) -> list[int]:
        """The features."""
        return [1]

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """The features stand last."""
        return functional.layer_norm(x, x.shape[-1:], parameters["G"], parameters["B"], self.block.eps)


class BatchNormTwin(NormTwin):
    """Over the samples, and all their steps or places; running statistics for those that are kept from training."""

    def together(self, x: Tensor) -> list[int]:
        """All but the channels."""
        return [axis for axis in range(x.dim()) if axis != 1]

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """The running statistics that come out of it are kept as ``carried``."""
        block, is_training = self.node.block, self.around.mask is not None
        assert isinstance(block, BatchNorm)
        mean, variance = (self.around.running[letter].clone() for letter in ("rm", "rv"))
        scales = parameters["G"], parameters["B"]
        maps = channels_second(x, self.shape)
        z = functional.batch_norm(maps, mean, variance, *scales, is_training, block.momentum, block.eps)
        self.carried = {"rm": mean, "rv": variance}
        return channels_back(z, self.shape)

    def values(self) -> dict[str, Tensor]:
        """With the running statistics as they were before the row; by these alone in evaluation mode."""
        if self.around.mask is not None:
            return super().values() | self.around.running
        x = channels_second(self.inputs[0].detach(), self.shape)
        mean, variance = (self.by_channel(self.around.running[letter], x) for letter in ("rm", "rv"))
        cells = {"c": x - mean, "n": (x - mean) / torch.sqrt(variance + self.block.eps)}
        own = {letter: channels_back(value, self.shape) for letter, value in cells.items()}
        return own | {"z": self.cells["z"].detach()}
