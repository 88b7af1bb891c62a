"""torch.nn's pooling of signals and of images."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from parity.twins.twin import Twin, as_maps
from xlbp.template.blocks.pool import AveragePool, MaxPool
from xlbp.template.blocks.windows import Windows


class PoolTwin(Twin):
    """p of each window."""

    MODULES: tuple[type[torch.nn.Module], type[torch.nn.Module]]

    @property
    def windows(self) -> Windows:
        """Of the block."""
        assert isinstance(self.node.block, AveragePool | MaxPool)
        return self.node.block.windows

    def maps(self) -> Tensor:
        """What comes in, channels first."""
        return as_maps(self.inputs[0], self.around.shapes[0], self.windows.axes)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Of a signal or of an image."""
        module = self.MODULES[len(self.windows.size) - 1]
        self.cells["p"] = module(self.windows.size, stride=self.windows.stride)(self.maps())
        return self.cells["p"]


class AveragePoolTwin(PoolTwin):
    """torch.nn.AvgPool1d or AvgPool2d."""

    MODULES = (torch.nn.AvgPool1d, torch.nn.AvgPool2d)


class MaxPoolTwin(PoolTwin):
    """torch.nn.MaxPool1d or MaxPool2d; k tells which place wins."""

    MODULES = (torch.nn.MaxPool1d, torch.nn.MaxPool2d)

    def values(self) -> dict[str, Tensor]:
        """With k, 1 for the place that PyTorch's own indices name."""
        return super().values() | {"k": self.winners()}

    def winners(self) -> Tensor:
        """(samples, channels, windows, places within): from the indices that PyTorch's pooling returns."""
        windows, maps = self.windows, self.maps().detach()
        pool = functional.max_pool1d if len(windows.size) == 1 else functional.max_pool2d
        _, at = pool(maps, windows.size, stride=windows.stride, return_indices=True)
        numbers = torch.arange(maps[0, 0].numel()).reshape(maps.shape[2:]).expand(maps.shape)
        for axis, (size, stride) in enumerate(zip(windows.size, windows.stride, strict=True), start=2):
            numbers = numbers.unfold(axis, size, stride)
        return (numbers.flatten(at.dim()) == at.unsqueeze(-1)).double()
