"""Activations: f(z), and its slope from z and a = f(z)."""

from __future__ import annotations

from typing import NamedTuple

from xlbp.interchange.numpy_script.axes import along_features, features_back, features_last
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.activation import Gated, Pointwise
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.maxout import Maxout


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
    assert isinstance(at.block, Pointwise)
    rule, a = POINTWISE[at.block.function], at.name("a")
    at.uses(*rule.uses[:1])
    at.line(f"{a} = {rule.f.format(z=at.x, k=number(at.block.alpha))}", "a")
    return a


def pointwise_backward(at: At) -> None:
    """dE/dZ = dE/dA f'(Z)."""
    assert isinstance(at.block, Pointwise)
    rule = POINTWISE[at.block.function]
    at.uses(*rule.uses)
    slope = rule.slope.format(z=at.x, a=at.name("a"), k=number(at.block.alpha))
    at.below(f"{at.flow} * {slope}")


def gated(at: At) -> str:
    """G = g(Z), A = a(Z, G)."""
    assert isinstance(at.block, Gated)
    rule, g, a = GATED[at.block.function], at.name("g"), at.name("a")
    at.uses(*rule.uses)
    at.line(f"{g} = {rule.gate.format(z=at.x)}", "g")
    at.line(f"{a} = {rule.f.format(z=at.x, g=g)}", "a")
    return a


def gated_backward(at: At) -> None:
    """dE/dZ = dE/dA dA/dZ, of which the gate is a part."""
    assert isinstance(at.block, Gated)
    slope = GATED[at.block.function].slope.format(z=at.x, a=at.name("a"), g=at.name("g"))
    at.below(f"{at.flow} * {slope}")


def softmax(at: At) -> str:
    """A = e^Z / sum of e^Z over the features."""
    a, axis = at.name("a"), along_features(at.shapes[0])
    at.uses("softmax")
    values = features_last(at.x, at.shapes[0]) if at.shapes[0].without() and _is_plain(at) else at.x
    option = "" if axis == "axis=-1" else f", {axis}"
    taken = features_back(f"softmax({values})", at.shapes[0]) if _is_plain(at) else f"softmax({values}{option})"
    at.line(f"{a} = {taken}", "a")
    return a


def _is_plain(at: At) -> bool:
    """Whether there are no features: each number is a whole of its own."""
    return features_last("", at.shapes[0]) == "[..., None]"


def softmax_backward(at: At) -> None:
    """dE/dz_k = a_k (dE/da_k - sum of dE/da_i a_i)."""
    a = at.name("a")
    if _is_plain(at):  # each is 1 whatever comes in
        at.below(f"0 * {at.flow}")
        return
    at.below(f"{a} * ({at.flow} - np.sum({at.flow} * {a}, {along_features(at.shapes[0])}, keepdims=True))")


def maxout(at: At) -> str:
    """A = the largest of each unit's pieces; the first of equal ones has the slope."""
    assert isinstance(at.block, Maxout)
    shape, pieces, a = at.shapes[0], f"pieces{at.layer}{at.passes.suffix}", at.name("a")
    rows = features_last(at.x, shape)
    units = at.shape.extent(*FEATURES)
    at.line(f"{pieces} = {rows}.reshape({_leading(at)}, {units}, {at.block.pieces})")
    at.line(f"{a} = {features_back(f'{pieces}.max(axis=-1)', at.shape)}", "a")
    return a


def maxout_backward(at: At) -> None:
    """dE/dZ goes to the winning piece alone."""
    at.uses("first_largest")
    flow, shape = features_last(at.flow, at.shape), at.shapes[0]
    at.line(f"{at.name('k')} = first_largest(pieces{at.layer})", "k")
    rows = shape.extent(*FEATURES)
    product = f"({flow}[..., None] * {at.name('k')}).reshape({_leading(at)}, {rows})"
    at.below(features_back(product, shape))


def _leading(at: At) -> str:
    """The number of samples, and of steps or places."""
    return ", ".join([at.batch, *map(str, at.shapes[0].without(*FEATURES))])
