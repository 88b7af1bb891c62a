"""Convolutions and pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlbp.interchange.draft import COLUMN, ROW, STEP
from xlbp.interchange.onnx_operators.place import Place, Reader, Shown


def convolution(at: Place, inputs: Sequence[Any]) -> Shown:
    """A convolution along one or two axes."""
    kernels = at.constant(inputs[1], "kernels").numbers
    rank = kernels.array.ndim - 2
    if rank not in (1, 2):
        at.refuse(f"it goes along {rank} axes; a template has conv1d and conv2d")
    at.must_be(dilations=[1] * rank, group=1)
    windows = {"stride": at.attributes.get("strides", [1] * rank), "padding": _padding(at, kernels.array.shape[2:])}
    bias = at.numbers(inputs[2] if len(inputs) > 2 else None, "biases")
    return at.shown(at.draft.convolution(at.plain(inputs[0]), kernels, bias, windows, at.told))


def _padding(at: Place, size: Sequence[int]) -> list[int]:
    """As many zeros before the map as behind it, along each axis."""
    automatic = at.attributes.get("auto_pad", b"NOTSET")
    automatic = automatic.decode() if isinstance(automatic, bytes) else automatic
    rank = len(size)
    if automatic.startswith("SAME"):
        if any(n % 2 == 0 for n in size) or set(at.attributes.get("strides", [1])) != {1}:
            at.refuse(f"auto_pad = {automatic} pads one side more than the other; give pads")
        return [(n - 1) // 2 for n in size]
    pads = at.attributes.get("pads", [0] * 2 * rank) if automatic == "NOTSET" else [0] * 2 * rank
    if list(pads[:rank]) != list(pads[rank:]):
        at.refuse(f"pads are {list(pads)}; a template pads both sides alike")
    return list(pads[:rank])


def pool(kind: str) -> Reader:
    """The largest or the mean of each window."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        size = at.attributes["kernel_shape"]
        at.must_be(ceil_mode=0, dilations=[1] * len(size))
        if any(_padding(at, size)):
            at.refuse("padding is had in convolutions alone; pool without it")
        stride = at.attributes.get("strides", [1] * len(size))
        return at.shown(at.draft.pool(kind, at.plain(inputs[0]), size, stride, at.told))

    return read


def whole_pool(kind: str) -> Reader:
    """One window over the whole map."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        x = at.plain(inputs[0])
        return at.shown(at.draft.pool(kind, x, x.sizes[1:], x.sizes[1:], at.told))

    return read


def over_axes(kind: str) -> Reader:
    """The mean, or the largest, over all steps or all places."""

    def read(at: Place, inputs: Sequence[Any]) -> Shown:
        axes = inputs[1].array.tolist() if len(inputs) > 1 and inputs[1] is not None else at.attributes.get("axes")
        at.must_be(keepdims=0)
        x = at.plain(inputs[0])
        if axes is None:
            at.refuse("it takes all samples together; give axes")
        places = [axis % (len(x.axes) + 1) - 1 for axis in axes]
        for place, what in zip(places, [STEP] if len(places) == 1 else [ROW, COLUMN], strict=False):
            x.axes[place].what = x.axes[place].what or what
        at.draft.settle(x)
        return at.shown(at.draft.pooled(kind, x, [x.axes[place].what for place in places], at.told))

    return read
