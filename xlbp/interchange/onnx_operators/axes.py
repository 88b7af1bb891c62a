"""What moves, joins and picks along axes: flatten, reshape, transpose, concat, and Gather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlbp.interchange.onnx_operators.place import ONE, Constant, Place, Shown, Stacked


def flatten(at: Place, inputs: Sequence[Any]) -> Shown:
    """All axes behind the samples as one."""
    at.must_be(axis=1)
    return at.shown(at.draft.flat(at.plain(inputs[0]), at.told))


def reshape(at: Place, inputs: Sequence[Any]) -> Shown:
    """The same numbers along other axes; axes of size 1 may go, the samples stay first."""
    x, shape = inputs[0], [int(n) for n in at.constant(inputs[1], "shape").array]
    if isinstance(x, Shown) and ONE in x.axes and len(shape) == len(x.axes) - x.axes.count(ONE):
        return replace(x, axes=tuple(axis for axis in x.axes if axis != ONE))
    value = at.plain(x)
    met = [at.samples, *value.sizes]
    sizes = [met[n] if size == 0 else size for n, size in enumerate(shape)]
    whole = int(np.prod(met))
    if -1 in sizes:
        sizes[sizes.index(-1)] = whole // -int(np.prod(sizes))
    if sizes[0] != at.samples or int(np.prod(sizes)) != whole:
        at.refuse(f"it mixes the samples with other axes: {met} becomes {sizes}; keep the samples first")
    return at.shown(at.draft.reshaped(value, sizes[1:], at.told))


def _axes(at: Place, inputs: Sequence[Any]) -> list[int] | None:
    if len(inputs) > 1 and inputs[1] is not None:
        return [int(n) for n in np.atleast_1d(at.constant(inputs[1], "axes").array)]
    return at.attributes.get("axes")


def squeeze(at: Place, inputs: Sequence[Any]) -> Shown:
    """Without axes of size 1."""
    x = inputs[0] if isinstance(inputs[0], Shown) else at.shown(at.plain(inputs[0]))
    axes = _axes(at, inputs)
    if axes is None:
        axes = [n for n, axis in enumerate(x.axes) if axis == ONE]
    for axis in sorted((axis % len(x.axes) for axis in axes), reverse=True):
        where = x.axes[axis]
        if where == ONE:
            x = replace(x, axes=tuple(place for n, place in enumerate(x.axes) if n != axis))
        else:
            x = at.shown(at.draft.squeezed(at.plain(x), axis - 1, at.told))
    return x


def unsqueeze(at: Place, inputs: Sequence[Any]) -> Shown:
    """With axes of size 1."""
    value = at.plain(inputs[0])
    for axis in _axes(at, inputs) or []:
        value = at.draft.widened(value, axis % (len(value.axes) + 2) - 1, at.told)
    return at.shown(value)


def transpose(at: Place, inputs: Sequence[Any]) -> Shown:
    """The axes in another order, which is remembered, and asked for by the layer that follows."""
    x = inputs[0] if isinstance(inputs[0], Shown) else at.shown(at.plain(inputs[0]))
    order = at.attributes.get("perm", list(range(len(x.axes)))[::-1])
    return replace(x, axes=tuple(x.axes[place] for place in order))


def concat(at: Place, inputs: Sequence[Any]) -> Any:
    """Layers joined along an axis; last states along one of their own are kept as they are."""
    if all(isinstance(part, Shown) and part.axes[at.attributes["axis"]] == ONE for part in inputs):
        return Stacked(tuple(inputs))
    values = [at.plain(part) for part in inputs]
    return at.shown(at.draft.joined(values, at.attributes["axis"] % (len(values[0].axes) + 1) - 1, at.told))


def gather(at: Place, inputs: Sequence[Any]) -> Shown:
    """Gather: the rows of tokens, or the last step."""
    rows, places = inputs
    axis = at.attributes.get("axis", 0)
    if isinstance(rows, Stacked) and isinstance(places, Constant) and places.array.ndim == 0:
        rows = rows.parts[int(places.array)]
    if isinstance(rows, Constant) and axis == 0 and rows.array.ndim == 2:
        return at.shown(at.draft.embedding(at.plain(places), rows.numbers, at.told))
    if isinstance(rows, Shown) and isinstance(places, Constant) and places.array.ndim == 0:
        where = rows.axes[axis]
        if where == ONE:
            return replace(rows, axes=tuple(place for n, place in enumerate(rows.axes) if n != axis % len(rows.axes)))
        count = rows.value.axes[where].size if isinstance(where, int) else 0
        if where == 0 and int(places.array) in (-1, count - 1):
            left = tuple(place for n, place in enumerate(rows.axes) if n != axis)
            value = at.draft.last_step(rows.value, at.told)
            return Shown(value, tuple(0 if isinstance(place, int) else place for place in left))
    what = "a template has rows of an embedding, and the last step of a recurrent layer"
    return at.refuse(f"it picks a part of a layer; {what}")
