"""The operations on whole arrays, forward and backward by hand.

Backward, each argument gets the terms of its derivative on an axis of their own, the last one: an argument of shape
(2, 3) that each of 4 numbers depends on gets (2, 3, 4).  They are added in the end, in the order of the numbers they
come from, as cells add them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

import numpy as np

from xlbp.reference.arithmetic import in_order
from xlbp.reference.graph import OPERATIONS, shown
from xlbp.reference.history import Array
from xlbp.reference.recorder import nan_for_infinite
from xlbp.template.array_graph import ArrayStep
from xlbp.template.array_views import Argument, Extents, Span, View

Arrays: TypeAlias = Sequence[Array]
Terms: TypeAlias = dict[str, list[Array]]  # by array, in the order of the steps they come from


class Backward(NamedTuple):
    """What a step's derivative is handed back from: its arguments, its value, dE/d of it."""

    step: ArrayStep
    arguments: Arrays
    value: Array
    flow: Array
    winners: tuple[Array, Array] | None = None  # which numbers are the largest, and how many


def cells(rule: Callable[..., float], *arguments: Array) -> Array:
    """A rule of numbers at each place, the arguments broadcast; NaN where a cell would show an error."""
    stretched = np.broadcast_arrays(*arguments)
    numbers = [shown(rule, values) for values in zip(*(array.ravel().tolist() for array in stretched), strict=True)]
    return np.array(numbers).reshape(stretched[0].shape)


# forward


def value_of(step: ArrayStep, arguments: Arrays) -> Array:
    """The array that a step makes."""
    rule = FORWARD.get(step.operation)
    value = rule(step, arguments) if rule else cells(OPERATIONS[step.operation].value, *arguments)
    return nan_for_infinite(value).reshape(step.shape)


def _along(step: ArrayStep, x: Array) -> Array:
    """What is taken together as the last axis."""
    kept = [axis for axis in range(x.ndim) if axis not in step.axes]
    turned = np.transpose(x, (*kept, *step.axes))
    return turned.reshape(*(x.shape[axis] for axis in kept), -1)


def _kept(step: ArrayStep, reduced: Array, x: Array) -> Array:
    """What is left along the axes, with these as axes of size 1."""
    return reduced.reshape([1 if axis in step.axes else extent for axis, extent in enumerate(x.shape)])


def _count(step: ArrayStep, x: Array) -> int:
    return math.prod(x.shape[axis] for axis in step.axes)


def _mean(step: ArrayStep, x: Array) -> Array:
    return in_order(_along(step, x)) / _count(step, x)


def _matmul(x: Array, y: Array) -> Array:
    """Every product x[..., i, k] y[..., k, j], added over k from left to right."""
    rows, columns = np.atleast_2d(x), y[:, None] if y.ndim == 1 else y
    products = rows[..., :, None, :] * np.swapaxes(columns, -1, -2)[..., None, :, :]
    return in_order(products)


def _power_of_difference(step: ArrayStep, x: Array, m: Array) -> Array:
    return cells(math.exp, nan_for_infinite(x - _kept(step, m, x)))


FORWARD: Mapping[str, Callable[[ArrayStep, Arrays], Array]] = {
    "copy": lambda step, a: a[0],
    "neg": lambda step, a: -a[0],
    "add": lambda step, a: a[0] + a[1],
    "sub": lambda step, a: a[0] - a[1],
    "mul": lambda step, a: a[0] * a[1],
    "div": lambda step, a: a[0] / a[1],
    "matmul": lambda step, a: _matmul(*a),
    "sum": lambda step, a: in_order(_along(step, a[0])),
    "mean": lambda step, a: _mean(step, a[0]),
    "largest": lambda step, a: np.max(_along(step, a[0]), axis=-1),
    "smallest": lambda step, a: np.min(_along(step, a[0]), axis=-1),
    "winners": lambda step, a: np.where(np.isnan(d := a[0] - _kept(step, a[1], a[0])), d, (d == 0).astype(float)),
    "power_of_difference": lambda step, a: _power_of_difference(step, *a),
    "logsumexp": lambda step, a: a[1] + cells(math.log, a[2]),
    "softmax": lambda step, a: a[2] / _kept(step, a[3], a[0]),
    "variance": lambda step, a: _mean(step, a[1] * a[1]),
}


# backward


def terms_of(backward: Backward) -> list[Array]:
    """For each argument that derivatives flow to the terms of dE/d of it."""
    rule = BACKWARD.get(backward.step.operation)
    if rule is not None:
        return rule(backward)
    arguments = backward.arguments
    slopes = (cells(slope, *arguments) for slope in OPERATIONS[backward.step.operation].slopes)
    return [_to_shape(backward.flow * slope, a.shape) for slope, a in zip(slopes, arguments, strict=True)]


def _to_shape(terms: Array, shape: Extents) -> Array:
    """The terms of an argument that was broadcast: those of each of its numbers on the last axis."""
    before = terms.ndim - len(shape)
    repeated = [axis for axis in range(terms.ndim) if axis < before or shape[axis - before] < terms.shape[axis]]
    kept = [axis for axis in range(terms.ndim) if axis not in repeated]
    return np.transpose(terms, (*kept, *repeated)).reshape(*shape, -1)


def _linear(left: Callable[[Backward], Array], right: Callable[[Backward], Array]) -> Callable[[Backward], list[Array]]:
    """dE/d of both arguments of an operation element by element."""
    return lambda b: [_to_shape(rule(b), a.shape) for rule, a in zip((left, right), b.arguments, strict=True)]


def _by_numerator(b: Backward) -> Array:
    """By a number that is written out one divides; by a cell one multiplies with what is 1 over it."""
    return b.flow / b.arguments[1] if isinstance(b.step.arguments[1], float) else b.flow * (1 / b.arguments[1])


def _of_matmul(b: Backward) -> list[Array]:
    """dE/dx[i,k] = sum over j of dE/dz[i,j] y[k,j], and dE/dy[k,j] = sum over i of x[i,k] dE/dz[i,j]."""
    x, y = b.arguments
    rows, columns = np.atleast_2d(x), y[:, None] if y.ndim == 1 else y
    flow = b.flow.reshape(*np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2]), rows.shape[-2], columns.shape[-1])
    by_rows = flow[..., :, None, :] * columns[..., None, :, :]  # (..., i, k, j)
    by_columns = (
        np.swapaxes(flow, -1, -2)[..., None, :, :] * np.swapaxes(rows, -1, -2)[..., :, None, :]
    )  # (..., k, j, i)
    return [
        _stacks_last(by_rows, rows.shape).reshape(*x.shape, -1),
        _stacks_last(by_columns, columns.shape).reshape(*y.shape, -1),
    ]


def _stacks_last(terms: Array, shape: Extents) -> Array:
    """Where one matrix belongs to a whole stack, the terms from each of the stack, before those within a matrix."""
    before = terms.ndim - 1 - len(shape)
    repeated = [axis for axis in range(terms.ndim - 3) if axis < before or shape[axis - before] < terms.shape[axis]]
    kept = [axis for axis in range(terms.ndim - 1) if axis not in repeated]
    return np.transpose(terms, (*kept, *repeated, terms.ndim - 1)).reshape(*shape, -1)


def _of_sum(b: Backward) -> list[Array]:
    (x,) = b.arguments
    return [np.broadcast_to(_kept(b.step, b.flow, x), x.shape)[..., None]]


def _of_mean(b: Backward) -> list[Array]:
    (x,) = b.arguments
    return [np.broadcast_to(_kept(b.step, b.flow, x) / _count(b.step, x), x.shape)[..., None]]


def _of_extreme(b: Backward) -> list[Array]:
    """Those that are the largest share the derivative."""
    (x,) = b.arguments
    assert b.winners is not None
    winner, count = b.winners
    return [(_kept(b.step, b.flow, x) * (winner / _kept(b.step, count, x)))[..., None]]


def _of_logsumexp(b: Backward) -> list[Array]:
    x, _, sums, u = b.arguments
    return [(_kept(b.step, b.flow, x) * (u / _kept(b.step, sums, x)))[..., None]]


def _of_softmax(b: Backward) -> list[Array]:
    """a = exp(x - lse): dE/dx = a dE/da, and dE/dlse = -sum of a dE/da."""
    by_x = b.flow * b.value
    return [by_x[..., None], -_along(b.step, by_x)]


def _of_variance(b: Backward) -> list[Array]:
    x, distances = b.arguments
    return [(_kept(b.step, b.flow, x) * (2 * distances / _count(b.step, x)))[..., None]]


BACKWARD: Mapping[str, Callable[[Backward], list[Array]]] = {
    "copy": lambda b: [b.flow[..., None]],
    "neg": lambda b: [-b.flow[..., None]],
    "add": _linear(lambda b: b.flow, lambda b: b.flow),
    "sub": _linear(lambda b: b.flow, lambda b: -b.flow),
    "mul": _linear(lambda b: b.flow * b.arguments[1], lambda b: b.flow * b.arguments[0]),
    "div": _linear(_by_numerator, lambda b: -(b.flow * (b.value / b.arguments[1]))),
    "matmul": _of_matmul,
    "sum": _of_sum,
    "mean": _of_mean,
    "largest": _of_extreme,
    "smallest": _of_extreme,
    "logsumexp": _of_logsumexp,
    "softmax": _of_softmax,
    "variance": _of_variance,
}


# views


def looked_at(argument: Argument, values: Mapping[str, Array]) -> Array:
    """The numbers of an argument: an array as it is, or seen through its views."""
    if isinstance(argument, View):
        return VIEWS[argument.operation](argument, [looked_at(each, values) for each in argument.of])
    return values[argument] if isinstance(argument, str) else np.array(argument)


def hand_back(argument: Argument, terms: Array, found: Terms) -> None:
    """Give the terms of what is seen to the arrays that are looked at."""
    if isinstance(argument, str):
        found.setdefault(argument, []).append(terms)
    elif isinstance(argument, View):
        parts = BACK[argument.operation](argument, terms)
        for each, part in zip(argument.of, parts, strict=True):
            hand_back(each, part, found)


def _key(view: View) -> tuple[int | slice | None, ...]:
    return tuple(_slice(part) if isinstance(part, Span) else part for part in view.detail)


def _slice(span: Span) -> slice:
    stop = span.start + span.size * span.step
    return slice(span.start, stop if stop >= 0 else None, span.step)


def _order(view: View) -> tuple[int, ...]:
    return cast(tuple[int, ...], view.detail)


VIEWS: Mapping[str, Callable[[View, Arrays], Array]] = {
    "transposed": lambda view, of: np.transpose(of[0], _order(view)),
    "indexed": lambda view, of: of[0][_key(view)],
    "reshaped": lambda view, of: of[0].reshape(view.shape),
    "stacked": lambda view, of: np.stack(of),
    "joined": lambda view, of: np.concatenate(of, axis=_order(view)[0]),
}


def _unindexed(view: View, terms: Array) -> list[Array]:
    """What the key does not take gets nothing."""
    back = np.zeros((*view.shapes[0], terms.shape[-1]))
    back[_key(view)] = terms
    return [back]


def _split(view: View, terms: Array) -> list[Array]:
    axis = _order(view)[0]
    ends = np.cumsum([shape[axis] for shape in view.shapes])[:-1]
    return list(np.split(terms, ends, axis=axis))


BACK: Mapping[str, Callable[[View, Array], list[Array]]] = {
    "transposed": lambda view, terms: [np.transpose(terms, (*np.argsort(_order(view)), terms.ndim - 1))],
    "indexed": _unindexed,
    "reshaped": lambda view, terms: [terms.reshape(*view.shapes[0], -1)],
    "stacked": lambda view, terms: list(terms),
    "joined": _split,
}
