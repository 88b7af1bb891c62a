"""Shapes know their axes: what a loss, a softmax or a scale takes together, and what stays apart."""

from __future__ import annotations

import pickle

import pytest

from xlbp.template.blocks.block import FEATURES, Axis, Shape
from xlbp.template.blocks.windows import IMAGE, SIGNAL, Windows, map_of


@pytest.mark.parametrize(
    ("shape", "features", "apart"),
    [
        (Shape((3,)), 3, ()),
        (Shape((4, 3)), 3, (4,)),
        (Shape((2, 5, 6)), 2, (5, 6)),
        (Shape((2, 7), SIGNAL), 2, (7,)),
        (Shape((5, 6), IMAGE[1:]), 1, (5, 6)),
        (Shape(()), 1, ()),
    ],
)
def test_features_and_what_is_left(shape: Shape, features: int, apart: tuple[int, ...]) -> None:
    """Features are the units of a step, or the channels of a place."""
    assert (shape.extent(*FEATURES), shape.without(*FEATURES)) == (features, apart)


def test_a_shape_is_a_tuple_with_axes_that_goes_to_other_processes() -> None:
    """It equals the plain tuple; its axes are kept on the way, and by what is made of it."""
    signal = Shape((2, 7), SIGNAL)
    assert signal == (2, 7)
    assert pickle.loads(pickle.dumps(signal)).axes == SIGNAL
    assert Shape(signal).axes == SIGNAL
    assert signal.resized(5, *FEATURES).axes == SIGNAL
    assert signal.without(Axis.STEP).axes == (Axis.CHANNEL,)


def test_what_comes_in_is_read_as_maps() -> None:
    """An image without channels has one; a sequence's features are the channels of a signal."""
    assert map_of(Shape((5, 6), IMAGE[1:]), IMAGE) == (1, 5, 6)
    assert map_of(Shape((7, 2)), SIGNAL) == (2, 7)
    assert map_of(Shape((2, 7), SIGNAL), SIGNAL) == (2, 7)


@pytest.mark.parametrize(
    ("size", "stride", "padding", "count"), [(2, 1, 0, 4), (2, 2, 0, 2), (3, 2, 0, 2), (3, 1, 1, 5), (5, 1, 0, 1)]
)
def test_windows_that_do_not_fit_are_dropped(size: int, stride: int, padding: int, count: int) -> None:
    """As many windows as PyTorch lays over five steps; each place of each lies on the signal or in the padding."""
    windows, signal = Windows((size,), (stride,), (padding,)), Shape((1, 5), SIGNAL)
    assert windows.counts(signal) == (count,)
    for window in range(count):
        for within in windows.within():
            place = window * stride + within[0] - padding
            assert windows.seen(signal, (window,), within) == ((place,) if 0 <= place < 5 else None)
