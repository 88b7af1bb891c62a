"""Scaled inputs and targets: the statistics of each feature, and the lines that take it off and divide by it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.numpy_script.axes import features_axis, others
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.template.blocks.block import Shape
from xlbp.template.scaling import INPUTS, Scaled

FAR_FROM_ZERO = 100  # so many times its range a feature may lie away before a plain mean would lose digits


def put_statistics(part: Scaled, way: str, source: str, values: NDArray[np.float64], shape: Shape, lines: Lines) -> str:
    """The lines of what scales each feature of the array ``source``; what its numbers become, with {} for them.

    ``values`` are its numbers, of the samples that are trained on alone.
    """
    over = others(shape) + ("" if features_axis(shape) in (len(shape), None) else ", keepdims=True")
    before = "" if part is INPUTS else "target_"
    if way == "minmax":
        lines.add(f"{before}least = {source}.min({over})")
        lines.add(f"{before}extent = {source}.max({over}) - {before}least")
        return f"({{}} - {before}least) / {before}extent"
    if _is_far(values, shape):
        first = _first(source, shape)
        lines.add(f"{before}mean = {first} + ({source} - {first}).mean({over})", "which loses no digits far from zero")
    else:
        lines.add(f"{before}mean = {source}.mean({over})")
    lines.add(f"{before}sigma = np.sqrt(np.mean(({source} - {before}mean) ** 2, {over}))")
    return f"({{}} - {before}mean) / {before}sigma"


def _first(source: str, shape: Shape) -> str:
    """The first number of each feature: ``raw[0]`` of rows, ``raw[0, 0]`` of sequences."""
    axis = features_axis(shape)
    if axis in (len(shape), None):
        return f"{source}[{', '.join(['0'] * (len(shape) if axis else len(shape) + 1))}]"
    return f"{source}[{', '.join(':' if place == axis else ':1' for place in range(len(shape) + 1))}]"


def _is_far(values: NDArray[np.float64], shape: Shape) -> bool:
    """Whether some feature lies far from zero beside its range."""
    axes = tuple(axis for axis in range(values.ndim) if axis != features_axis(shape))
    extent = values.max(axis=axes) - values.min(axis=axes)
    return bool(np.any(np.abs(values).max(axis=axes) > FAR_FROM_ZERO * extent))
