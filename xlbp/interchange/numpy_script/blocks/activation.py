"""Activations: f(z), and its slope from z and a = f(z)."""

from __future__ import annotations

from typing import NamedTuple, cast

from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.activation import Gated, Pointwise


class Function(NamedTuple):
    """``f`` and ``slope`` in NumPy, with {z}, {a} and {k} in them, and the functions that they use.

    Of a gated one {g} is the gate, which has a line before.
    """

    f: str
    slope: str
    uses: tuple[str, ...] = ()
    gate: str = ""


POINTWISE: dict[str, Function] = {
    "sigmoid": Function("sigmoid({z})", "{a} * (1 - {a})", ("sigmoid",)),
    "tanh": Function("np.tanh({z})", "(1 - {a}) * (1 + {a})"),
    "relu": Function("np.maximum({z}, 0)", "({z} > 0)"),
    "leaky_relu": Function("np.where({z} > 0, {z}, {k} * {z})", "np.where({z} > 0, 1, {k})"),
    "elu": Function(
        "np.where({z} > 0, {z}, {k} * (np.exp(np.minimum({z}, 0)) - 1))", "np.where({z} > 0, 1, {a} + {k})"
    ),
    "softplus": Function("softplus({z})", "sigmoid({z})", ("softplus", "sigmoid")),
    "hard_sigmoid": Function("np.clip(({z} + 3) / 6, 0, 1)", "(np.abs({z}) < 3) / 6"),
}
GATED: dict[str, Function] = {
    "gelu": Function(
        "{z} * (1 + {g}) / 2",
        "((1 + {g}) / 2 + {z} / 2 * (1 - {g}) * (1 + {g}) * np.sqrt(2 / np.pi) * (1 + 0.134145 * {z}**2))",
        gate="np.tanh(np.sqrt(2 / np.pi) * ({z} + 0.044715 * {z}**3))",
    ),
    "silu": Function("{z} * {g}", "({g} + {a} * (1 - {g}))", ("sigmoid",), "sigmoid({z})"),
}


def pointwise(at: At) -> str:
    """A = f(Z)."""
    block, a = cast(Pointwise, at.block), at.name("a")
    rule = POINTWISE[block.function]
    at.uses(*rule.uses[:1])
    at.line(f"{a} = {rule.f.format(z=at.x, k=number(block.alpha))}", "a")
    return a


def pointwise_backward(at: At) -> None:
    """dE/dZ = dE/dA f'(Z)."""
    block = cast(Pointwise, at.block)
    rule = POINTWISE[block.function]
    at.uses(*rule.uses)
    slope = rule.slope.format(z=at.x, a=at.name("a"), k=number(block.alpha))
    at.below(f"{at.flow} * {slope}")


def gated(at: At) -> str:
    """G = g(Z), A = a(Z, G)."""
    rule, g, a = GATED[cast(Gated, at.block).function], at.name("g"), at.name("a")
    at.uses(*rule.uses)
    at.line(f"{g} = {rule.gate.format(z=at.x)}", "g")
    at.line(f"{a} = {rule.f.format(z=at.x, g=g)}", "a")
    return a


def gated_backward(at: At) -> None:
    """dE/dZ = dE/dA dA/dZ, of which the gate is a part."""
    slope = GATED[cast(Gated, at.block).function].slope.format(z=at.x, a=at.name("a"), g=at.name("g"))
    at.below(f"{at.flow} * {slope}")
