"""Operations element by element: how each is written, and the term that it adds to the derivative of each argument.

In the texts {x} and {y} are the arguments, {v} is the value, {g} the derivative of the objective by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlbp.interchange.numpy_script.terms import enclosed


class Operation(NamedTuple):
    """``value``, and a term for each argument; the functions that they use."""

    value: str
    terms: tuple[str, ...]
    uses: tuple[str, ...] = ()
    uses_back: tuple[str, ...] = ()


OPERATIONS: dict[str, Operation] = {
    "copy": Operation("{x}", ("{g}",)),
    "neg": Operation("-{x}", ("-{g}",)),
    "add": Operation("{x} + {y}", ("{g}", "{g}")),
    "sub": Operation("{x} - {y}", ("{g}", "-{g}")),
    "mul": Operation("{x} * {y}", ("{g} * {y}", "{g} * {x}")),
    "div": Operation("{x} / {y}", ("{g} / {y}", "-{g} * {v} / {y}")),
    "pow": Operation(
        "np.power({x}, {y})", ("{g} * {y} * np.power({x}, {y} - 1)", "{g} * {v} * np.log({x} + ({x} == 0))")
    ),
    "exp": Operation("np.exp({x})", ("{g} * {v}",)),
    "log": Operation("np.log({x})", ("{g} / {x}",)),
    "sqrt": Operation("np.sqrt({x})", ("{g} / (2 * {v})",)),
    "sin": Operation("np.sin({x})", ("{g} * np.cos({x})",)),
    "cos": Operation("np.cos({x})", ("-{g} * np.sin({x})",)),
    "tanh": Operation("np.tanh({x})", ("{g} * (1 - {v}) * (1 + {v})",)),
    "sigmoid": Operation("sigmoid({x})", ("{g} * {v} * (1 - {v})",), ("sigmoid",)),
    "softplus": Operation("softplus({x})", ("{g} * sigmoid({x})",), ("softplus",), ("sigmoid",)),
    "relu": Operation("np.maximum({x}, 0)", ("{g} * ({x} > 0)",)),
    "abs": Operation("np.abs({x})", ("{g} * np.sign({x})",)),
    "max": Operation(
        "np.maximum({x}, {y})", ("{g} * (1 + np.sign({x} - {y})) / 2", "{g} * (1 + np.sign({y} - {x})) / 2")
    ),
    "min": Operation(
        "np.minimum({x}, {y})", ("{g} * (1 + np.sign({y} - {x})) / 2", "{g} * (1 + np.sign({x} - {y})) / 2")
    ),
}


def operation(name: str, arguments: Sequence[str]) -> Operation:
    """An operation; of a power with a whole number written out one that reads as on paper."""
    if name == "pow" and arguments[1].isdigit():
        exponent = int(arguments[1])
        lower = {0: "0 * {g}", 1: "{g}", 2: "{g} * 2 * {x}"}.get(exponent, f"{{g}} * {{y}} * {{x}}**{exponent - 1}")
        return Operation("{x}**{y}", (lower, "0 * {g}"))
    return OPERATIONS[name]


def filled(text: str, arguments: Sequence[str], value: str = "", flow: str = "") -> str:
    """A text of an operation with what stands for its letters."""
    x, y = (*map(enclosed, arguments), "")[:2]
    return text.format(x=x, y=y, v=value, g=flow)
