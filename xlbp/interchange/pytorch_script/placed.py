"""A node where it stands in a script for PyTorch."""

from __future__ import annotations

from xlbp.interchange.held import Held
from xlbp.interchange.placed import Placed
from xlbp.interchange.torch_names import attribute_of, held_by
from xlbp.template.layer import Node


class TorchPlaced(Placed):
    """As tensors, and as attributes of an nn.Module."""

    def held_of(self, node: Node) -> Held:
        """In a state dict."""
        return held_by(self.network, node)

    def turned(self, x: str) -> str:
        """The last two axes."""
        return f"{x}.transpose(1, 2)"

    def constant(self, numbers: str) -> str:
        """In double precision."""
        return f"torch.tensor({numbers})"

    def amounts(self, tokens: str) -> str:
        """With one channel."""
        return f"{tokens}.double().unsqueeze(1)"

    @property
    def attribute(self) -> str:
        """``linear1``."""
        return attribute_of(self.network, self.node)
