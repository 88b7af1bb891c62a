"""Tokens as vectors: torch.nn.Embedding, and a torch.nn.Parameter for each step."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from parity.twins.sums import SumTwin
from parity.twins.twin import Parameters, Twin
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.network import Place


class EmbeddingTwin(SumTwin):
    """torch.nn.Embedding, whose rows are looked up at each step."""

    def sums(self, x: Tensor, parameters: Parameters) -> Tensor:
        """The rows of the tokens."""
        return functional.embedding(x.long(), parameters["W"])

    def values(self) -> dict[str, Tensor]:
        """With k, 1 for the row of the token."""
        assert isinstance(self.node.block, Embedding)
        tokens = self.inputs[0].detach().long()
        return super().values() | {"k": functional.one_hot(tokens, self.node.block.rows).double()}


class PositionsTwin(Twin):
    """x + P, P a parameter as learned positional embeddings have it."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """z."""
        self.cells["z"] = inputs[0] + self.parameters["P"]
        return self.cells["z"]

    def parts(self) -> dict[tuple[str, Place], Tensor]:
        """Of a layer that has one place."""
        flow = self.output.grad
        assert flow is not None
        return {("P", ()): flow.sum(0)}
