"""Layers that join others, or put their numbers into another order."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor

from parity.twins.twin import Twin


class FlattenTwin(Twin):
    """torch.nn.Flatten."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """All numbers of a sample in a row."""
        return torch.nn.Flatten()(inputs[0])


class ConcatTwin(Twin):
    """torch.cat."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """The features side by side."""
        return torch.cat(inputs, dim=self.features)


class AddTwin(Twin):
    """A residual's sum."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """z = x + y + ..."""
        self.cells["z"] = reduce(torch.add, inputs)
        return self.cells["z"]
