"""torch.nn.MultiheadAttention where it can be what is asked, else torch.nn.functional.scaled_dot_product_attention.

What these keep to themselves is computed once more, with copies of the parameters for each step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from parity.twins.twin import Parameters, Twin, leaves, zero_if_none
from xlbp.template.blocks.attention import PROJECTIONS, Attention
from xlbp.template.network import Place

BY_PAIR = ("s", "u", "p")  # of each step and each one that it looks at
SEEN_ONCE = ("m", "u", "S")  # of which the book has no derivatives


@dataclass(frozen=True)
class Unrolled:
    """All cells by letter, and the parameters of each step."""

    cells: dict[str, Tensor]
    parameters: list[Parameters]


class AttentionTwin(Twin):
    """Of one or several heads, causal or not, with or without a projection and biases."""

    @property
    def block(self) -> Attention:
        """With its options."""
        assert isinstance(self.node.block, Attention)
        return self.node.block

    @property
    def hidden(self) -> Tensor:
        """True where a step does not see another, (steps, steps)."""
        steps = self.inputs[0].shape[1]
        every = torch.ones(steps, steps, dtype=torch.bool)
        return torch.triu(every, diagonal=1) if self.block.causal else ~every

    def forward(self, *inputs: Tensor) -> Tensor:
        """z of every step."""
        block = self.block
        is_pytorchs = inputs[0].shape[2] == block.size and block.divisor == block.width
        self.cells["z"] = self.by_module(*inputs) if block.has_out and is_pytorchs else self.by_function(*inputs)
        return self.cells["z"]

    def by_module(self, x: Tensor) -> Tensor:
        """torch.nn.MultiheadAttention's."""
        block, own = self.block, self.parameters
        module = torch.nn.MultiheadAttention(block.size, block.heads, bias=block.has_bias, batch_first=True)
        weights = {
            "in_proj_weight": torch.cat([own[letter] for letter, _ in PROJECTIONS.values()]),
            "out_proj.weight": own["O"],
        }
        if block.has_bias:
            weights |= {"in_proj_bias": own["b"], "out_proj.bias": own["c"]}
        options = {"need_weights": False, "attn_mask": self.hidden}
        z, _ = functional_call(module, weights, (x, x, x), options)
        assert isinstance(z, Tensor)
        return z

    def by_function(self, x: Tensor) -> Tensor:
        """torch.nn.functional.scaled_dot_product_attention's."""
        block, own = self.block, self.parameters
        q, k, v = (self.by_head(functional.linear(x, *weights)) for weights in self.projections(own))
        scale = 1 / math.sqrt(block.divisor)
        taken = functional.scaled_dot_product_attention(q, k, v, attn_mask=~self.hidden, scale=scale)
        h = taken.transpose(1, 2).flatten(2)
        return functional.linear(h, own["O"], own.get("c")) if block.has_out else h

    def projections(self, parameters: Parameters) -> list[tuple[Tensor, Tensor | None]]:
        """Weights and biases of queries, keys and values."""
        biases = parameters["b"].chunk(len(PROJECTIONS)) if "b" in parameters else [None] * len(PROJECTIONS)
        return [(parameters[letter], b) for (letter, _), b in zip(PROJECTIONS.values(), biases, strict=True)]

    def by_head(self, projected: Tensor) -> Tensor:
        """(samples, heads, steps, width)."""
        return projected.unflatten(2, (self.block.heads, self.block.width)).transpose(1, 2)

    @cached_property
    def again(self) -> Unrolled:
        """The equations of torch.nn.functional.scaled_dot_product_attention's documentation."""
        with torch.enable_grad():
            return self.unrolled(self.inputs[0].detach())

    def unrolled(self, x: Tensor) -> Unrolled:
        """The cells of x."""
        each = [leaves(self.parameters) for _ in range(x.shape[1])]
        weights = [self.projections(parameters) for parameters in each]
        cells = {
            letter: torch.stack([functional.linear(x[:, t], *own[n]) for t, own in enumerate(weights)], dim=1)
            for n, letter in enumerate(PROJECTIONS)
        }
        q, k, v = (self.by_head(cells[letter]) for letter in PROJECTIONS)
        s = q @ k.transpose(2, 3) / math.sqrt(self.block.divisor)
        seen = s.masked_fill(self.hidden, -math.inf)
        lse = torch.logsumexp(seen, dim=3)
        p = torch.exp(seen - lse.unsqueeze(3))
        h = (p @ v).transpose(1, 2).flatten(2)
        m = seen.detach().amax(3)
        u = torch.exp(seen.detach() - m.unsqueeze(3))
        cells |= {"s": s, "m": m, "u": u, "S": u.sum(3), "lse": lse, "p": p}
        if not self.block.has_out:
            return Unrolled(cells | {"z": h}, each)
        z = [functional.linear(h[:, t], own["O"], own.get("c")) for t, own in enumerate(each)]
        return Unrolled(cells | {"h": h, "z": torch.stack(z, dim=1)}, each)

    def shown(self, letter: str, cells: Tensor) -> Tensor:
        """Of a pair of steps only those that the book has."""
        if not self.block.causal or letter not in BY_PAIR:
            return cells
        asking, seen = torch.tril_indices(*cells.shape[2:])
        return cells[:, :, asking, seen]

    def values(self) -> dict[str, Tensor]:
        """Of all steps, but z is PyTorch's own."""
        own = {letter: self.shown(letter, cells.detach()) for letter, cells in self.again.cells.items()}
        return own | super().values()

    def flow(self, tensors: list[Tensor]) -> list[Tensor]:
        """The derivatives of the loss by tensors of :attr:`again`."""
        back = self.output.grad
        assert back is not None
        slopes = torch.autograd.grad(self.again.cells["z"], tensors, back, retain_graph=True, allow_unused=True)
        return [zero_if_none(slope, tensor) for slope, tensor in zip(slopes, tensors, strict=True)]

    def gradients(self) -> dict[str, Tensor]:
        """By the cells of all steps."""
        cells = {letter: cell for letter, cell in self.again.cells.items() if letter not in SEEN_ONCE}
        slopes = zip(cells, self.flow(list(cells.values())), strict=True)
        return {letter: self.shown(letter, slope) for letter, slope in slopes}

    def parts(self) -> dict[tuple[str, Place], Tensor]:
        """Of each step's own parameters."""
        parts: dict[tuple[str, Place], Tensor] = {}
        for t, parameters in enumerate(self.again.parameters, start=1):
            slopes = self.flow(list(parameters.values()))
            parts |= {(letter, (t,)): slope for letter, slope in zip(parameters, slopes, strict=True)}
        return parts
