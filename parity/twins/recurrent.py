"""torch.nn.RNN, LSTM and GRU; a GRU that resets before the product, which PyTorch lacks, step by step.

What the modules keep to themselves, gates and sums, is computed once more step by step, with copies of the parameters
for each step: autograd then tells what comes back to each cell, and what each step adds to a gradient.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from parity.activations import POINTWISE
from parity.twins.twin import Parameters, Twin, features_last, leaves, zero_if_none
from xlbp.template.blocks.recurrent import ALL, BEFORE, Gru, Recurrent, Rnn
from xlbp.template.network import Place

MATRIX = 2  # axes
Step = dict[str, Tensor]  # the cells of a step by letter, (samples, units)


@dataclass(frozen=True)
class Unrolled:
    """The steps one after the other, with the parameters of each."""

    steps: list[Step]
    parameters: list[Parameters]

    def of(self, letter: str) -> list[Tensor]:
        """A cell of every step."""
        return [step[letter] for step in self.steps]


class RecurrentTwin(Twin):
    """What all recurrent layers share."""

    GATES = 1

    @property
    def block(self) -> Recurrent:
        """With its units."""
        assert isinstance(self.node.block, Recurrent)
        return self.node.block

    @abstractmethod
    def states(self, x: Tensor) -> Tensor:
        """h of every step, (samples, steps, units), of x, (samples, steps, features)."""

    @abstractmethod
    def step(self, x: Tensor, before: Step, parameters: Parameters) -> Step:
        """The cells of a step, from those of the one before."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """The states of all steps, or of the last one."""
        states = self.states(features_last(inputs[0], self.around.shapes[0]))
        return states if self.block.returns == ALL else states[:, -1]

    def first(self, letter: str, samples: int) -> Tensor:
        """What it starts from, for every sample."""
        return self.parameters[letter].expand(samples, self.block.units)

    def through(self, module: torch.nn.Module, x: Tensor, *first: Tensor) -> Tensor:
        """The outputs of PyTorch's module with our parameters; its second bias is 0 where we have none."""
        weights = {
            "weight_ih_l0": self.parameters["W"],
            "weight_hh_l0": recurrent_of(self.parameters, self.block.units),
            "bias_ih_l0": self.bias(self.parameters, "b"),
            "bias_hh_l0": self.second(self.parameters),
        }
        start = tuple(tensor.unsqueeze(0).contiguous() for tensor in first)
        output, _ = functional_call(module, weights, (x, start if len(start) > 1 else start[0]))
        assert isinstance(output, Tensor)
        return output

    def bias(self, parameters: Parameters, letter: str) -> Tensor:
        """One for each row: a single one is everybody's, those of the last gate alone stand after zeros."""
        rows = self.GATES * self.block.units
        b = parameters.get(letter, torch.zeros(rows))
        return torch.cat([torch.zeros(rows - len(b)), b]) if len(b) > 1 or letter == "c" else b.expand(rows)

    def second(self, parameters: Parameters) -> Tensor:
        """The second bias: of an RNN or LSTM bh, of a GRU c, or zeros."""
        return parameters["bh"] if "bh" in parameters else self.bias(parameters, "c")

    def sums(self, x: Tensor, h: Tensor, parameters: Parameters) -> tuple[Tensor, ...]:
        """W x + b + U h + c, gate by gate."""
        recurrent = recurrent_of(parameters, self.block.units)
        of_input = functional.linear(x, parameters["W"], self.bias(parameters, "b"))
        of_past = functional.linear(h, recurrent, self.second(parameters))
        return (of_input + of_past).chunk(self.GATES, dim=1)

    @cached_property
    def again(self) -> Unrolled:
        """All steps, with parameters of their own for each."""
        with torch.enable_grad():
            return self.unrolled(features_last(self.inputs[0], self.around.shapes[0]).detach())

    def unrolled(self, x: Tensor) -> Unrolled:
        """The steps of x."""
        each = [leaves(self.parameters) for _ in range(x.shape[1])]
        before: Step = {"a": self.first("start", len(x))}
        if "cstart" in self.parameters:
            before["c"] = self.first("cstart", len(x))
        steps: list[Step] = []
        for t, parameters in enumerate(each):
            before = self.step(x[:, t], before, parameters)
            steps.append(before)
        return Unrolled(steps, each)

    def values(self) -> dict[str, Tensor]:
        """Of all steps, (samples, steps, units)."""
        return {letter: torch.stack(self.again.of(letter), dim=1).detach() for letter in self.again.steps[0]}

    def flow(self, tensors: list[Tensor]) -> list[Tensor]:
        """The derivatives of the loss by tensors of the unrolled steps: what comes back to the output, carried on."""
        flow = self.output.grad
        assert flow is not None
        states = self.again.of("a") if self.block.returns == ALL else self.again.of("a")[-1:]
        back = list(flow.unbind(1)) if self.block.returns == ALL else [flow]
        slopes = torch.autograd.grad(states, tensors, back, retain_graph=True, allow_unused=True)
        return [zero_if_none(slope, tensor) for slope, tensor in zip(slopes, tensors, strict=True)]

    def gradients(self) -> dict[str, Tensor]:
        """By the cells of all steps."""
        return {letter: torch.stack(self.flow(self.again.of(letter)), dim=1) for letter in self.again.steps[0]}

    def parts(self) -> dict[tuple[str, Place], Tensor]:
        """Of each step's own parameters."""
        parts: dict[tuple[str, Place], Tensor] = {}
        for t, parameters in enumerate(self.again.parameters, start=1):
            slopes = self.flow(list(parameters.values()))
            parts |= {(letter, (t,)): slope for letter, slope in zip(parameters, slopes, strict=True)}
        return parts


class RnnTwin(RecurrentTwin):
    """torch.nn.RNN."""

    @property
    def function(self) -> str:
        """Tanh or relu."""
        assert isinstance(self.node.block, Rnn)
        return self.node.block.function

    def states(self, x: Tensor) -> Tensor:
        """PyTorch's."""
        module = torch.nn.RNN(x.shape[2], self.block.units, nonlinearity=self.function, batch_first=True)
        return self.through(module, x, self.first("start", len(x)))

    def step(self, x: Tensor, before: Step, parameters: Parameters) -> Step:
        """z = W x + U h + b, a = f(z)."""
        [z] = self.sums(x, before["a"], parameters)
        return {"z": z, "a": POINTWISE[self.function](z, 0.0)}

    def slopes(self) -> dict[str, Tensor]:
        """f'."""
        z = torch.stack(self.again.of("z"), dim=1).detach().requires_grad_()
        return {"f'": torch.autograd.grad(POINTWISE[self.function](z, 0.0).sum(), z)[0]}


class LstmTwin(RecurrentTwin):
    """torch.nn.LSTM."""

    GATES = 4

    def states(self, x: Tensor) -> Tensor:
        """PyTorch's."""
        module = torch.nn.LSTM(x.shape[2], self.block.units, batch_first=True)
        return self.through(module, x, self.first("start", len(x)), self.first("cstart", len(x)))

    def step(self, x: Tensor, before: Step, parameters: Parameters) -> Step:
        """The equations of torch.nn.LSTM's documentation."""
        zi, zf, zg, zo = self.sums(x, before["a"], parameters)
        i, f, g, o = torch.sigmoid(zi), torch.sigmoid(zf), torch.tanh(zg), torch.sigmoid(zo)
        c = f * before["c"] + i * g
        k = torch.tanh(c)
        sums = {"zi": zi, "zf": zf, "zg": zg, "zo": zo}
        return {**sums, "i": i, "f": f, "g": g, "o": o, "c": c, "k": k, "a": o * k}


class GruTwin(RecurrentTwin):
    """torch.nn.GRU, or the one of Cho et al. that resets before the product."""

    GATES = 3

    @property
    def resets_before(self) -> bool:
        """Whether r multiplies the state before U does."""
        assert isinstance(self.node.block, Gru)
        return self.node.block.reset == BEFORE

    def states(self, x: Tensor) -> Tensor:
        """PyTorch's, or those of the steps by hand."""
        if not self.resets_before:
            module = torch.nn.GRU(x.shape[2], self.block.units, batch_first=True)
            return self.through(module, x, self.first("start", len(x)))
        state: Step = {"a": self.first("start", len(x))}
        states = []
        for t in range(x.shape[1]):
            state = self.step(x[:, t], state, self.parameters)
            states.append(state["a"])
        return torch.stack(states, dim=1)

    def step(self, x: Tensor, before: Step, parameters: Parameters) -> Step:
        """The equations of torch.nn.GRU's documentation; p is U h + c, or r h where r comes first."""
        h, recurrent = before["a"], recurrent_of(parameters, self.block.units)
        zr, zz, _ = self.sums(x, h, parameters)
        r, z = torch.sigmoid(zr), torch.sigmoid(zz)
        of_input = functional.linear(x, parameters["W"], self.bias(parameters, "b")).chunk(3, dim=1)[2]
        new = recurrent.chunk(3)[2]
        if self.resets_before:
            p = r * h
            zn = of_input + functional.linear(p, new)
        else:
            p = functional.linear(h, new, self.bias(parameters, "c").chunk(3)[2])
            zn = of_input + r * p
        n = torch.tanh(zn)
        return {"zr": zr, "zz": zz, "r": r, "z": z, "p": p, "zn": zn, "n": n, "a": (1 - z) * n + z * h}


def recurrent_of(parameters: Parameters, units: int) -> Tensor:
    """U as a matrix: a single number stands on its diagonal."""
    recurrent = parameters["U"]
    return recurrent if recurrent.dim() == MATRIX else recurrent * torch.eye(units)
