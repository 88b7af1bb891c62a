"""Recurrent layers: ONNX's RNN, LSTM and GRU, and the Elman layer with relu of the domain xlbp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlbp.interchange.draft import Numbers, Value
from xlbp.interchange.onnx_operators.place import ONE, SAMPLES, Constant, Place, Prepared, Reader, Shown, letters

# A gate of ours stands where, among ONNX's: i, f, g, o of i, o, f, c; r, z, n of z, r, h.
GATES = {"rnn": (0,), "lstm": (0, 2, 3, 1), "gru": (1, 0, 2)}


def recurrent(kind: str) -> Reader:
    """An RNN, LSTM or GRU: what it gives at every step, its last state, and no last cell."""

    def read(at: Place, inputs: Sequence[Any]) -> tuple[Any, ...]:
        at.must_be(direction="forward", layout=0, clip=None, input_forget=0)
        inputs = [*inputs, *[None] * (8 - len(inputs))]
        if inputs[7] is not None:
            at.refuse("it has peepholes, which a template has not; leave them out")
        weights, recurrent = (at.constant(inputs[n], "weights") for n in (1, 2))
        units = recurrent.array.shape[-1]
        order = [gate * units + unit for gate in GATES[kind] for unit in range(units)]
        parameters: dict[str, Numbers | None] = {
            "weights": _by_our_gates(weights, order),
            "recurrent": _by_our_gates(recurrent, order),
            **_biases(at, kind, inputs[3], order),
            **_starts(at, inputs[5], inputs[6]),
        }
        value = at.draft.recurrent(kind, _by_step(at, inputs[0]), parameters, _keys(at, kind), at.told)
        every = Shown(value, (0, ONE, SAMPLES, 1))
        last = at.draft.last_step(value, at.told)
        return every, Shown(last, (ONE, SAMPLES, 0)), None

    return read


def _by_step(at: Place, x: Any) -> Value:
    """What comes in as (steps, samples, features)."""
    if isinstance(x, Prepared):
        return at.entering(x)
    if not isinstance(x, Shown) or x.axes[1:2] != (SAMPLES,):
        at.refuse("it takes (steps, samples, features); transpose its input")
    return at.plain(replace(x, axes=(SAMPLES, x.axes[0], *x.axes[2:])))


def _by_our_gates(rows: Constant, order: Sequence[int]) -> Numbers:
    numbers = replace(rows, array=rows.array[0]).numbers
    return numbers if list(order) == list(range(len(order))) else numbers.taken(order)


def _biases(at: Place, kind: str, biases: Any, order: Sequence[int]) -> dict[str, Numbers | None]:
    """b, and the second bias; of a GRU that resets before its product the sum of both."""
    if biases is None:
        return {"bias": None}
    both = at.constant(biases, "biases")
    both = replace(both, array=both.array[0])
    count = len(order)
    first, second = (both.rows(n * count, (n + 1) * count).taken(order) for n in (0, 1))
    if not second.array.any():
        return {"bias": first}
    if kind == "gru" and at.attributes.get("linear_before_reset", 0):
        units = count // 3
        if not second.array[: 2 * units].any():
            second = second.taken(range(2 * units, count))
        return {"bias": first, "recurrent_bias": second}
    if kind == "gru":
        return {"bias": Numbers(first.array + second.array)}
    return {"bias": first, "recurrent_bias": second}


def _starts(at: Place, first: Any, cell: Any) -> dict[str, Numbers | None]:
    """What the states start from, which must be the same for all samples."""
    starts: dict[str, Numbers | None] = {}
    for key, start in (("initial", first), ("initial_cell", cell)):
        if start is None:
            continue
        array = np.asarray(at.constant(start, "first states").array, dtype=np.float64)[0]
        if (array != array[:1]).any():
            at.refuse("each sample starts from a state of its own; a template has one for all")
        if array.any():
            starts[key] = Numbers(array[0], is_trained=False)
    return starts


def _keys(at: Place, kind: str) -> dict[str, Any]:
    """The options of a recurrent layer."""
    usual = {"rnn": ["Tanh"], "lstm": ["Sigmoid", "Tanh", "Tanh"], "gru": ["Sigmoid", "Tanh"]}[kind]
    functions = [name.decode() if isinstance(name, bytes) else name for name in at.attributes.get("activations", usual)]
    if kind == "rnn" and functions == ["Relu"]:
        return {"activation": "relu"}
    if [name.capitalize() for name in functions] != usual:
        at.refuse(f"its activations are {functions}; a template has {usual}")
    if kind == "gru" and not at.attributes.get("linear_before_reset", 0):
        return {"reset": "before"}
    return {}


def relu_rnn(at: Place, inputs: Sequence[Any]) -> Shown:
    """The function of the domain xlbp: an Elman layer with relu."""
    x, *arrays = inputs
    parameters = dict(zip(letters(at), arrays, strict=True))
    weights, recurrent = (at.constant(parameters[letter], "weights") for letter in "WU")
    if recurrent.array.ndim == 0:
        recurrent = replace(recurrent, array=np.eye(len(weights.array)) * recurrent.array, view="diagonal")
    numbers: dict[str, Numbers | None] = {"weights": weights.numbers, "recurrent": recurrent.numbers, "bias": None}
    if "b" in parameters:
        bias = at.constant(parameters["b"], "biases").numbers
        numbers["bias"] = replace(bias, array=np.broadcast_to(bias.array, (len(weights.array),)))
    if "bh" in parameters:
        numbers["recurrent_bias"] = at.constant(parameters["bh"], "biases").numbers
    start = at.constant(parameters["start"], "start").array
    numbers |= {"initial": Numbers(start, False)} if start.any() else {}
    value = at.draft.recurrent("rnn", at.plain(x), numbers, {"activation": "relu"}, at.told)
    return at.shown(value if at.attributes["returns"] == b"all" else at.draft.last_step(value, at.told))
