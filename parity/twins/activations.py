"""Activations, softmax, maxout and dropout, of any shape."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from parity.activations import GATES, POINTWISE
from parity.twins.twin import Twin
from xlbp.template.blocks.activation import Gated, Pointwise
from xlbp.template.blocks.maxout import Maxout


class ActivationTwin(Twin):
    """One number at a time; some have a gate besides."""

    def activated(self, z: Tensor) -> Tensor:
        """a."""
        block = self.node.block
        assert isinstance(block, Pointwise | Gated)
        return POINTWISE[block.function](z, block.alpha if isinstance(block, Pointwise) else 0.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        """a."""
        self.cells["a"] = self.activated(inputs[0])
        return self.cells["a"]

    def values(self) -> dict[str, Tensor]:
        """With the gate."""
        gate = GATES.get(self.node.block.activation)
        return super().values() | ({"g": gate(self.inputs[0].detach())} if gate else {})

    def slopes(self) -> dict[str, Tensor]:
        """f'."""
        z = self.inputs[0].detach().requires_grad_()
        return {"f'": torch.autograd.grad(self.activated(z).sum(), z)[0]}


class SoftmaxTwin(Twin):
    """torch.softmax along the features."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """a."""
        self.cells["a"] = functional.softmax(inputs[0], dim=self.features)
        return self.cells["a"]

    def values(self) -> dict[str, Tensor]:
        """With the largest z, the powers above it, their sum, and the log-sum-exp."""
        z = self.inputs[0].detach()
        most = z.amax(self.features, keepdim=True)
        powers = torch.exp(z - most)
        return super().values() | {
            "m": most.squeeze(self.features),
            "u": powers,
            "S": powers.sum(self.features),
            "lse": torch.logsumexp(z, self.features),
        }

    def gradients(self) -> dict[str, Tensor]:
        """With that by lse, as a = exp(z - lse); where the loss takes the logits, :mod:`parity.losses` has it."""
        slope, a = self.cells["a"].grad, self.cells["a"].detach()
        return {} if slope is None else {"a": slope, "lse": -(slope * a).sum(self.features)}


class MaxoutTwin(Twin):
    """torch.max over neighbouring pieces."""

    def pieces(self) -> tuple[Tensor, Tensor]:
        """The largest of each unit's, and where it stands."""
        assert isinstance(self.node.block, Maxout)
        split = self.inputs[0].unflatten(self.features, (-1, self.node.block.pieces))
        largest = split.max(self.features + 1)
        return largest.values, largest.indices

    def forward(self, *inputs: Tensor) -> Tensor:
        """a."""
        self.cells["a"] = self.pieces()[0]
        return self.cells["a"]

    def values(self) -> dict[str, Tensor]:
        """With k, 1 for the piece that wins."""
        assert isinstance(self.node.block, Maxout)
        wins = functional.one_hot(self.pieces()[1], self.node.block.pieces).movedim(-1, self.features + 1)
        return super().values() | {"k": wins.flatten(self.features, self.features + 1).double()}


class DropoutTwin(Twin):
    """The book's own masks, which PyTorch would draw otherwise."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """h = a q; of samples that are kept from training a itself."""
        if self.around.mask is None:
            return inputs[0]
        self.cells["h"] = inputs[0] * self.around.mask(self.node)
        return self.cells["h"]
