"""Products, sums and differences: dense layers, biases, positions, residuals, and outputs in the units of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlbp.interchange.draft import FEATURE, Numbers, Value
from xlbp.interchange.onnx_operators.attention import ATTENTION, HIDDEN, masked
from xlbp.interchange.onnx_operators.place import Constant, Place, Shown
from xlbp.interchange.written_attention import Scores, attended


def gemm(at: Place, inputs: Sequence[Any]) -> Shown:
    """x Wᵀ + b: a dense layer."""
    at.must_be(alpha=1.0, beta=1.0, transA=0)
    weights = at.constant(inputs[1], "weights")
    weights = weights if at.attributes.get("transB", 0) else weights.turned
    bias = at.numbers(inputs[2] if len(inputs) > 2 else None, "biases")
    return at.shown(_dense(at, inputs[0], weights, bias))


def _dense(at: Place, x: Any, weights: Constant, bias: Numbers | None) -> Value:
    if weights.array.ndim != 2:
        at.refuse(f"its weights have {weights.array.ndim} axes; a dense layer has a matrix")
    value = at.plain(x)
    if bias is not None:
        bias = replace(bias, array=bias.array.ravel())
        if bias.array.size not in (1, len(weights.array)):
            at.refuse(f"it has {bias.array.size} biases for {len(weights.array)} units")
    return at.draft.dense(value, weights.numbers, bias, at.told)


def matmul(at: Place, inputs: Sequence[Any]) -> Shown | Scores:
    """x W: a dense layer; of two layers the scores of an attention, or its shares times the values."""
    first, second = inputs
    if isinstance(first, Scores):
        return at.shown(attended(at.draft, first, at.plain(second), at.told, ATTENTION))
    if isinstance(first, Shown) and isinstance(second, Shown):
        (query, one), (key, other) = (_without_factor(at, part) for part in (first, second))
        return Scores(query, key, 1 / (one * other))
    if isinstance(inputs[0], Constant):
        at.refuse("its first factor is no layer; write it as x W")
    return at.shown(_dense(at, inputs[0], at.constant(inputs[1], "second factor").turned, None))


def _without_factor(at: Place, shown: Shown) -> tuple[Value, float]:
    """A value that was multiplied by a number, and that number."""
    factor = 1.0
    for operator, array in shown.scaled:
        if operator not in ("Mul", "Div") or np.ptp(array) != 0:
            at.refuse(f"it multiplies layers that were scaled feature by feature; {ATTENTION}")
        number = float(array.flat[0])
        factor *= number if operator == "Mul" else 1 / number
    return at.plain(replace(shown, scaled=())), factor


def add(at: Place, inputs: Sequence[Any]) -> Any:
    """Layers, or a layer and a bias, or rows for the positions; behind a product the outputs' shift."""
    if scores := next((part for part in inputs if isinstance(part, Scores)), None):
        added = next((part.array for part in inputs if isinstance(part, Constant)), np.zeros(1))
        if not ((added == 0) | (added <= HIDDEN)).all():
            at.refuse("it adds numbers to the scores; a template can only hide some, by -inf")
        return masked(at, scores, added <= HIDDEN)
    layers = [part for part in inputs if not isinstance(part, Constant)]
    if len(layers) == len(inputs):
        return at.shown(at.draft.added([at.plain(part) for part in layers], at.told))
    [x], [constant] = layers, [part for part in inputs if isinstance(part, Constant)]
    if isinstance(x, Shown) and x.scaled:
        return _brought_back(at, x, constant)
    value, array = at.plain(x), constant.array
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    if value.whats[:1] == (FEATURE,) and array.size == value.sizes[0]:  # of channels, along an axis of their own
        array = array.ravel()
    numbers = replace(constant, array=array).numbers
    if numbers.array.ndim < 2 and (made := at.draft.biased(value, numbers)) is not None:
        return at.shown(made)
    return at.shown(at.draft.positions(value, numbers, at.told))


def scaled(at: Place, inputs: Sequence[Any]) -> Any:
    """A product with numbers, or a difference: outputs are brought back into the units of the data."""
    x, other = inputs
    if isinstance(x, Scores) and isinstance(other, Constant) and other.array.size == 1 and at.operator != "Sub":
        number = float(other.array.flat[0])
        return replace(x, divisor=x.divisor * (number if at.operator == "Div" else 1 / number))
    if at.operator == "Mul" and isinstance(other, Shown) and isinstance(x, Shown):
        return _product(at, x, other)
    if at.operator == "Mul" and isinstance(x, Constant):
        x, other = other, x
    if not isinstance(x, Shown) or not isinstance(other, Constant):
        at.refuse(f"a template has no such product or difference of layers; {ATTENTION}")
    return _brought_back(at, x, other)


def _brought_back(at: Place, x: Shown, numbers: Constant) -> Shown:
    """With an operation more that outputs go through, its numbers along the value's own axes."""
    sizes = [x.value.axes[axis].size if isinstance(axis, int) else 1 for axis in x.axes]
    try:
        spread = np.broadcast_to(np.asarray(numbers.array, dtype=np.float64), sizes)
    except ValueError:
        at.refuse("it multiplies or shifts samples each in its own way, which a template has not")
    own = [n for n, axis in enumerate(x.axes) if isinstance(axis, int)]
    places = [axis for axis in x.axes if isinstance(axis, int)]
    along = spread.reshape([sizes[n] for n in own]).transpose(np.argsort(places).tolist())
    return replace(x, scaled=(*x.scaled, (at.operator, along)))


def _product(at: Place, x: Shown, other: Shown) -> Shown:
    """A layer times its own sigmoid, which is silu."""
    for z, gate in ((x, other), (other, x)):
        layer = at.draft.layers[gate.value.layer] if gate.value.layer >= 0 else None
        if layer is not None and layer.activation == "sigmoid" and layer.sources == [z.value.layer]:
            return at.shown(at.draft.activation(at.plain(z), "silu", at.told))
    return at.refuse("it multiplies two layers, which a template has not")
