"""A network of blocks that the program does not have: kernels, a gate with its own letters, matrices called U and R.

z1[f,p] = sum over i of K1[f,1,i] x[p+i-1] + c1[f]      a1 = sigmoid(z1)                   two filters, two places
z2[i] = sum over f, p of V2[i,f,p] a1[f,p] + g2[i]      v2 = sum of exp(-z2),  a2[i] = exp(-z2[i]) v2 in closed form
z3[i] = sum over j of U3[i,j] a2[j] + R3[i,j] a2[j]     no activation
"""

from __future__ import annotations

import unittest.mock
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from tests.classes import plan
from xlbp.expectation.contents import lay_out
from xlbp.model.blocks import BLOCKS
from xlbp.model.cells import Cells, Grid
from xlbp.symbols.expr import dot, exp, total
from xlbp.template.blocks.activation import Pointwise
from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.layer import INPUT, Node
from xlbp.template.network import Network
from xlbp.workbook.layout.contents import Contents


@dataclass(frozen=True)
class Kernels(Block):
    """Two kernels of two numbers that run over the inputs."""

    kind: ClassVar[str] = "made-up kernels"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """K (filters, channels, width), c (filters)."""
        return Parameter("K", (2, 1, 2), Role.WEIGHT), Parameter("c", (2,), Role.BIAS)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z (filters, places)."""
        return (Tensor("z", (2, inputs[0][0] - 1), Role.PRE_ACTIVATION),)


@dataclass(frozen=True)
class Readout(Block):
    """Two sums over all numbers of a picture."""

    kind: ClassVar[str] = "made-up readout"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """V (units, filters, places), g (units)."""
        return Parameter("V", (2, *inputs[0]), Role.WEIGHT), Parameter("g", (2,), Role.BIAS)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z."""
        return (Tensor("z", (2,), Role.PRE_ACTIVATION),)


@dataclass(frozen=True)
class Weighed(Block):
    """a = exp(-z) v, with a helper v that a's closed form refers to in place of what v is made of."""

    kind: ClassVar[str] = "made-up gate"

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The powers w of z, their sum v, and the activations."""
        return (
            Tensor("w", inputs[0], Role.HELPER),
            Tensor("v", (), Role.HELPER),
            Tensor("a", inputs[0], Role.ACTIVATION),
        )


@dataclass(frozen=True)
class Mixed(Block):
    """Two matrices of the same numbers, as a recurrent unit has them."""

    kind: ClassVar[str] = "made-up mix"

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """U and R, (units, units) each."""
        return Parameter("U", (2, 2), Role.WEIGHT), Parameter("R", (2, 2), Role.WEIGHT)

    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """The sums z."""
        return (Tensor("z", (2,), Role.PRE_ACTIVATION),)


def _kernels(cells: Cells, block: Kernels, x: Grid) -> Grid:
    kernels, bias = cells.parameter("K"), cells.parameter("c")
    return cells.fill("z", lambda s, f, p: dot(kernels[f, 0], x[s][p : p + 2]) + bias[f])


def _readout(cells: Cells, block: Readout, x: Grid) -> Grid:
    weights, bias = cells.parameter("V"), cells.parameter("g")
    return cells.fill("z", lambda s, i: dot(weights[i].ravel(), x[s].ravel()) + bias[i])


def _weighed(cells: Cells, block: Weighed, z: Grid) -> Grid:
    """w = exp(-z);  v = sum of w;  a = w v, with da_i/dz_i = -a_i and da_i/dv = w_i."""
    a = cells.references("a")
    w = cells.fill("w", lambda s, i: exp(-z[s][i]))
    v = cells.fill("v", lambda s: total(w[s]))
    return cells.fill("a", lambda s, i: w[s][i] * v[s][()], lambda s, i: ((z[s][i], -a[s][i]), (v[s][()], w[s][i])))


def _mixed(cells: Cells, block: Mixed, x: Grid) -> Grid:
    first, second = cells.parameter("U"), cells.parameter("R")
    return cells.fill("z", lambda s, i: total([dot(first[i], x[s]), dot(second[i], x[s])]))


MADE_UP: dict[str, Any] = {
    Kernels.kind: _kernels,
    Readout.kind: _readout,
    Weighed.kind: _weighed,
    Mixed.kind: _mixed,
}


def made_up(samples: int = 1) -> Contents:
    """An exercise's contents with this network, for one sample or two; numbers of the parameters as they come."""
    with unittest.mock.patch.dict(BLOCKS, MADE_UP):
        template = plan("mazur", "gradients").contents.template
        nodes = (
            Node(1, Kernels(), (INPUT,), {"K": (0.3, -0.2, 0.5, 0.4), "c": (0.1, 0.2)}),
            Node(1, Pointwise("sigmoid"), (0,)),
            Node(2, Readout(), (1,), {"V": (0.6, -0.3, 0.2, 0.7, 0.9, 0.8, -0.4, 0.15), "g": (0.05, -0.1)}),
            Node(2, Weighed(), (2,)),
            Node(3, Mixed(), (3,), {"U": (0.35, 0.45, 0.55, 0.65), "R": (0.12, 0.23, -0.34, 0.46)}),
        )
        inputs, targets = ((0.5, 0.7, 0.2), (0.9, 0.1, 0.6))[:samples], ((0.1, 0.8), (0.4, 0.3))[:samples]
        network = Network(nodes=nodes, loss="half_squared_error", inputs=inputs, targets=targets)
        order = tuple(network.parameters())
        return lay_out(replace(template, model=network, parameter_order=order, symbols={}), "en")


def columns_of(contents: Contents) -> Mapping[str, Any]:
    """The columns of the row by name."""
    return {column.name: column for column in contents.program.columns}
