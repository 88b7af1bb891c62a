"""Layer and batch norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlbp.interchange.draft import Numbers
from xlbp.interchange.onnx_operators.place import Place, Reader, Shown


def layer_norm(at: Place, inputs: Sequence[Any]) -> Shown:
    """A layer norm over the last axis."""
    x, scale, *bias = inputs
    value = at.plain(x)
    if at.attributes.get("axis", -1) % (len(value.axes) + 1) != len(value.axes):
        at.refuse("it takes several axes together; a template has the last one alone")
    gamma = at.constant(scale, "scale").numbers
    beta = at.numbers(bias[0] if bias else None, "bias") or Numbers(np.zeros(len(gamma.array)), False)
    keys = _eps(at.number("epsilon", 1e-5))
    return at.shown(at.draft.norm("layer_norm", value, {"gamma": gamma, "beta": beta}, keys, at.told))


def batch_norm(at: Place, inputs: Sequence[Any]) -> Shown:
    """A batch norm with its running statistics."""
    at.must_be(training_mode=0)
    momentum = float(str(np.float32(1 - at.number("momentum", 0.9))))
    keys = _eps(at.number("epsilon", 1e-5)) | ({"momentum": momentum} if abs(momentum - 0.1) > 1e-6 else {})
    return at.shown(at.draft.norm("batch_norm", at.plain(inputs[0]), _of_batch(at, inputs[1:]), keys, at.told, 0))


def _of_batch(at: Place, arrays: Sequence[Any]) -> dict[str, Numbers]:
    gamma, beta, mean, variance = (at.constant(array, "parameters").numbers for array in arrays[:4])
    running = {
        "running_mean": replace(mean, is_trained=False, key=""),
        "running_var": replace(variance, is_trained=False, key=""),
    }
    return {"gamma": gamma, "beta": beta, **running}


def _eps(eps: float) -> dict[str, Any]:
    return {"eps": eps} if eps != 1e-5 else {}


def own_norm(kind: str) -> Reader:
    """The functions of the domain xlbp, whose epsilon is an input."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        x, *arrays, eps = inputs
        gamma, beta = (at.constant(array, "parameters").numbers for array in arrays[:2])
        numbers = {"gamma": gamma, "beta": beta} if kind == "layer_norm" else _of_batch(at, arrays)
        keys = _eps(float(at.constant(eps, "epsilon").array))
        return at.shown(at.draft.norm(kind, at.plain(x), numbers, keys, at.told))

    return read
