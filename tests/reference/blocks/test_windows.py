"""Windows over maps, and back."""

from __future__ import annotations

import numpy as np
import pytest

from xlbp.reference.blocks.windows import gathered, lay, patches, reached
from xlbp.template.blocks.block import Axis, Shape
from xlbp.template.blocks.pool import MaxPool
from xlbp.template.blocks.windows import Windows


def test_windows_that_do_not_fit_are_dropped() -> None:
    """Of five places windows of two, two apart, leave the last one out."""
    laid = lay(Windows((2,), (2,), (0,)), (5,))
    assert laid.counts == (2,)
    assert laid.places.tolist() == [[0, 1], [2, 3]]
    assert laid.used.tolist() == [[True], [True], [True], [True], [False]]


def test_padding_gives_zeros() -> None:
    """A window of three at the edge of a row sees a zero."""
    laid = lay(Windows((3,), (1,), (1,)), (3,))
    assert patches(np.array([[[5.0, 6.0, 7.0]]]), laid)[0, 0].tolist() == [[0, 5, 6], [5, 6, 7], [6, 7, 0]]


@pytest.mark.parametrize(
    ("size", "stride", "padding", "extents"),
    [((2, 2), (1, 1), (0, 0), (3, 4)), ((3, 2), (2, 1), (1, 0), (4, 3)), ((2,), (3,), (1,), (6,))],
)
def test_the_way_back_is_the_transpose(
    size: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], extents: tuple[int, ...]
) -> None:
    """For all maps x and all flows y of the windows' numbers, y · patches(x) = gathered(y) · x."""
    laid, random = lay(Windows(size, stride, padding), extents), np.random.default_rng(1)
    maps = random.normal(size=(2, 3, int(np.prod(extents))))
    flow = np.where(laid.inside, random.normal(size=(2, 3, *laid.places.shape)), 0.0)
    assert np.sum(flow * patches(maps, laid)) == pytest.approx(np.sum(gathered(flow, laid) * maps), rel=1e-12)


def test_what_no_window_in_use_sees_is_not_reached() -> None:
    """If the loss depends on the first of two windows alone, it depends on that one's places."""
    pool = MaxPool(Windows((2,), (2,), (0,)))
    shape = Shape((1, 5), (Axis.CHANNEL, Axis.STEP))
    assert reached(pool, shape, np.array([True, False])).tolist() == [True, True, False, False, False]
    assert reached(pool, shape, np.array([True, True])).tolist() == [True, True, True, True, False]
