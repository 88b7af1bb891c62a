"""What a script writes for arrays of samples: the samples are the first axis, then those of a sample's shape.

Features, or channels, stand last in a sequence, first in a signal or an image; an image without channels has none.
"""

from __future__ import annotations

from xlbp.interchange.numpy_script.terms import enclosed
from xlbp.template.blocks.block import FEATURES, Axis, Shape


def features_axis(shape: Shape) -> int | None:
    """The axis of the features, or channels, behind that of the samples; None where there is none."""
    place = shape.place(*FEATURES)
    return None if place is None else place + 1


def features_last(text: str, shape: Shape) -> str:
    """The array with its features as the last axis."""
    axis = features_axis(shape)
    if axis is None:
        return f"{text}[..., None]"
    return text if axis == len(shape) else f"np.moveaxis({text}, {axis}, -1)"


def features_back(text: str, shape: Shape) -> str:
    """What has its features last, as the shape has them."""
    axis = features_axis(shape)
    if axis is None:
        return f"{enclosed(text)}[..., 0]"
    return text if axis == len(shape) else f"np.moveaxis({text}, -1, {axis})"


def along_features(shape: Shape) -> str:
    """``axis=-1``, or wherever the features stand."""
    axis = features_axis(shape)
    return "axis=-1" if axis in (None, len(shape)) else f"axis={axis}"


def over_features(function: str, text: str, shape: Shape) -> str:
    """A function along the features that keeps the shape, as softmax; what has no features is taken one by one."""
    axis = features_axis(shape)
    if axis is None:
        return f"{function}({text}[..., None])[..., 0]"
    return f"{function}({text})" if axis == len(shape) else f"{function}({text}, axis={axis})"


def sum_over_features(text: str, shape: Shape) -> str:
    """The sum over the features, which stay as an axis of one."""
    if features_axis(shape) is None:
        return enclosed(text)
    return f"np.sum({text}, {along_features(shape)}, keepdims=True)"


def others(shape: Shape) -> str:
    """All axes but that of the features: ``axis=0`` of plain rows, ``axis=(0, 1)`` of sequences."""
    axes = tuple(axis for axis in range(len(shape) + 1) if axis != features_axis(shape))
    return f"axis={axes[0]}" if len(axes) == 1 else f"axis={axes}"


def per_feature(text: str, shape: Shape) -> str:
    """A vector with a number for each feature, so that it goes with the array: ``G1[:, None, None]`` of images."""
    axis = features_axis(shape)
    behind = 0 if axis is None else len(shape) - axis
    return f"{text}[:{', None' * behind}]" if behind else text


def at_step(text: str, shape: Shape) -> str:
    """Step t of a sequence, or of a signal: (B, features)."""
    place = shape.place(Axis.STEP)
    return f"{text}[:, t]" if place == 0 else f"{text}[:, :, t]"


def product_of_features(left: str, right: str, shape: Shape) -> str:
    """The sum over samples and places of left[..., i] right[..., j], both with their features last: (i, j)."""
    places = "bst"[: len(shape.without(*FEATURES)) + 1]
    if len(places) == 1:
        return f"{enclosed(left)}.T @ {right}"
    return f'np.einsum("{places}i,{places}j->ij", {left}, {right})'
