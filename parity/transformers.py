"""torch.nn.TransformerEncoderLayer as a stack of xlbp's layers, and trained by PyTorch as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from parity.networks import Values
from parity.random_layers import nested
from parity.random_training import number

SIZE, HIDDEN, STEPS, SAMPLES = 4, 3, 3, 2
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "gelu": lambda z: functional.gelu(z, approximate="tanh"),
}
# The parameters of PyTorch's module by the letters of xlbp's, and the layer that each has when norms come first or last
NAMES = {
    "norm1.weight": ("G", 1, 3),
    "norm1.bias": ("B", 1, 3),
    "self_attn.in_proj_weight": ("QKV", 2, 1),
    "self_attn.in_proj_bias": ("b", 2, 1),
    "self_attn.out_proj.weight": ("O", 2, 1),
    "self_attn.out_proj.bias": ("c", 2, 1),
    "norm2.weight": ("G", 4, 7),
    "norm2.bias": ("B", 4, 7),
    "linear1.weight": ("W", 5, 4),
    "linear1.bias": ("b", 5, 4),
    "linear2.weight": ("W", 6, 5),
    "linear2.bias": ("b", 6, 5),
}


@dataclass(frozen=True)
class Encoder:
    """A layer's options, and the numbers that it starts from and is trained on."""

    norm_first: bool
    activation: str
    heads: int
    causal: bool
    seed: int

    def drawn(self, key: str, *shape: int) -> object:
        """Numbers of a parameter, or of the data."""
        random = Random(f"{self.seed} {key}")
        low, high = (0.5, 1.5) if key.startswith("norm") and key.endswith("weight") else (-0.9, 0.9)
        return nested(lambda: number(random, low, high), shape)

    @property
    def parameters(self) -> dict[str, object]:
        """By PyTorch's names."""
        module = torch.nn.TransformerEncoderLayer(SIZE, self.heads, HIDDEN)
        return {name: self.drawn(name, *parameter.shape) for name, parameter in module.named_parameters()}

    def template(self) -> str:
        """Of a network of this layer alone."""
        own = self.parameters
        projections = torch.tensor(own["self_attn.in_proj_weight"]).chunk(3)
        attention = [
            *('kind = "attention"', f"size = {SIZE}", f"heads = {self.heads}", f"causal = {str(self.causal).lower()}"),
            *(f"{key} = {own.tolist()}" for key, own in zip(("query", "key", "value"), projections, strict=True)),
            f"out = {own['self_attn.out_proj.weight']}",
            f"bias = {own['self_attn.in_proj_bias']}",
            f"out_bias = {own['self_attn.out_proj.bias']}",
        ]
        norms = [
            ['kind = "layer_norm"', f"gamma = {own[f'norm{n}.weight']}", f"beta = {own[f'norm{n}.bias']}"]
            for n in (1, 2)
        ]
        dense = [
            [f"units = {units}", f"weights = {own[f'linear{n}.weight']}", f"bias = {own[f'linear{n}.bias']}"]
            for n, units in ((1, HIDDEN), (2, SIZE))
        ]
        dense[0].append(f'activation = "{self.activation}"')
        layers = [norms[0], attention, _sum("input", 2), norms[1], *dense, _sum("l3", 6)]
        if not self.norm_first:
            layers = [attention, _sum("input", 1), norms[0], *dense, _sum("l3", 5), norms[1]]
        text = "".join(
            "\n".join(["[[network.layers]]", f'name = "l{n}"', *lines, ""]) for n, lines in enumerate(layers, start=1)
        )
        data = f"[data]\ninputs = {self.drawn('x', *self.shape)}\ntargets = {self.drawn('t', *self.shape)}\n"
        return f'[network]\nloss = "mse"\n{text}{data}'

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the data."""
        return (SAMPLES, STEPS, SIZE)

    def trained(self, rate: float, iterations: int) -> Values:
        """The loss of each iteration, every parameter, and its gradient, by xlbp's names; plain gradient descent."""
        module = torch.nn.TransformerEncoderLayer(
            *(SIZE, self.heads, HIDDEN),
            dropout=0.0,
            activation=ACTIVATIONS[self.activation],
            batch_first=True,
            norm_first=self.norm_first,
        )
        module.load_state_dict({name: torch.tensor(value) for name, value in self.parameters.items()})
        hidden = torch.triu(torch.ones(STEPS, STEPS, dtype=torch.bool), diagonal=1) if self.causal else None
        x, target = torch.tensor(self.drawn("x", *self.shape)), torch.tensor(self.drawn("t", *self.shape))
        optimizer = torch.optim.SGD(module.parameters(), lr=rate)
        found: Values = {}
        for _ in range(iterations + 1):
            optimizer.zero_grad()
            loss = functional.mse_loss(module(x, src_mask=hidden), target)
            loss.backward()
            found.setdefault("E", []).append(loss.item())
            for name, parameter in module.named_parameters():
                assert parameter.grad is not None
                for called, value in self.named(name, parameter.detach()):
                    found.setdefault(called, []).append(value)
                for called, value in self.named(name, parameter.grad):
                    found.setdefault(f"d{called}", []).append(value)
            optimizer.step()
        return found

    def named(self, name: str, values: Tensor) -> list[tuple[str, float]]:
        """The numbers of a parameter by xlbp's names."""
        letters, *places = NAMES[name]
        layer = places[not self.norm_first]
        parts = zip(letters, values.chunk(len(letters)), strict=True)
        return [
            (f"{letter}{layer}[{','.join(str(i + 1) for i in index)}]", part[tuple(index)].item())
            for letter, part in parts
            for index in torch.ones_like(part).nonzero().tolist()
        ]


def _sum(beside: str, below: int) -> list[str]:
    """A residual arrow past some layers."""
    return ['kind = "add"', f'from = ["{beside}", "l{below}"]']
