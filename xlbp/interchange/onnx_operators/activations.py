"""Activations and softmax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xlbp.interchange.draft import FEATURE
from xlbp.interchange.onnx_operators.place import Place, Reader, Shown
from xlbp.interchange.written_attention import Scores


def activation(name: str, **options: tuple[str, float]) -> Reader:
    """``options``: what the template calls an attribute, with what that is usually."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        values = {own: at.number(*theirs) for own, theirs in options.items()}
        return at.shown(at.draft.activation(at.plain(inputs[0]), {"name": name, **values} if values else name, at.told))

    return read


def own_activation(name: str, option: str = "") -> Reader:
    """The functions of the domain xlbp, whose option is an input."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        function: Any = name
        if option:
            function = {"name": name, option: float(at.constant(inputs[1], "option").array)}
        return at.shown(at.draft.activation(at.plain(inputs[0]), function, at.told))

    return read


def hard_sigmoid(at: Place, inputs: Sequence[Any]) -> Shown:
    """max(0, min(1, x / 6 + 1 / 2)), which is the only one that a template has."""
    if abs(at.number("alpha", 0.2) - 1 / 6) > 1e-7 or at.number("beta", 0.5) != 0.5:
        at.refuse("a template's hard_sigmoid has alpha = 1/6 and beta = 0.5; take these")
    return at.shown(at.draft.activation(at.plain(inputs[0]), "hard_sigmoid", at.told))


def gelu(at: Place, inputs: Sequence[Any]) -> Shown:
    """The form with tanh."""
    if at.attributes.get("approximate", b"none") != b"tanh":
        at.refuse('GELU is the exact one with erf, but a template has the form with tanh; take approximate = "tanh"')
    return at.shown(at.draft.activation(at.plain(inputs[0]), "gelu", at.told))


def maxout(at: Place, inputs: Sequence[Any]) -> Shown:
    """The function of the domain xlbp: the largest of so many pieces, so that a layer has a fraction of its units."""
    pieces, value = at.attributes["pieces"], at.plain(inputs[0])
    made = at.draft.activation(value, {"name": "maxout", "pieces": pieces}, at.told)
    axes = tuple(replace(axis, size=axis.size // pieces) if axis.what == FEATURE else axis for axis in made.axes)
    return at.shown(replace(made, axes=axes))


def softmax(function: str) -> Reader:
    """softmax or log_softmax along one axis; of scores the shares of an attention."""

    def read(at: Place, inputs: Sequence[Any]) -> Any:
        if isinstance(inputs[0], Scores) and at.attributes.get("axis", -1) in (-1, 2):
            return replace(inputs[0], are_shares=True)
        value = at.plain(inputs[0])
        axis = at.attributes.get("axis", -1 if at.opset >= 13 else 1) % (len(value.axes) + 1)
        if at.opset < 13 and axis != len(value.axes):
            at.refuse("softmax before opset 13 takes all axes from one on together; export with a newer opset")
        return at.shown(at.draft.softmax(value, axis - 1, at.told, function))

    return read
