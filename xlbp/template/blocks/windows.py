"""The windows that a convolution or a pooling lays over maps: their size, their stride, the padding around the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from xlbp.errors import counted
from xlbp.template.blocks.block import Axis, Shape
from xlbp.template.table import Table

SIGNAL = (Axis.CHANNEL, Axis.STEP)
IMAGE = (Axis.CHANNEL, Axis.ROW, Axis.COLUMN)
LAID_OVER = {  # what can be read as maps
    SIGNAL: (SIGNAL, SIGNAL[1:], (Axis.STEP, Axis.UNIT)),
    IMAGE: (IMAGE, IMAGE[1:]),
}
Place: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Windows:
    """Along each axis but the channels': how many places a window covers, how far it moves, how many zeros surround."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of the maps it is laid over."""
        return SIGNAL if len(self.size) == 1 else IMAGE

    def map_of(self, shape: tuple[int, ...]) -> Shape:
        """The shape of the maps in what comes in, channels first: an image without channels has one."""
        return map_of(Shape(shape), self.axes)

    def counts(self, maps: Shape) -> tuple[int, ...]:
        """How many windows fit along each axis of maps, channels first."""
        along = zip(maps[1:], self.size, self.stride, self.padding, strict=True)
        return tuple((extent + 2 * pad - size) // stride + 1 for extent, size, stride, pad in along)

    def within(self) -> Iterator[Place]:
        """The places within a window, counted from 0, row by row."""
        return product(*map(range, self.size))

    def seen(self, maps: Shape, window: Place, within: Place) -> Place | None:
        """The place of the map, counted from 0, that a place within a window lies on; None in the padding."""
        steps = zip(window, within, self.stride, self.padding, strict=True)
        place = tuple(w * stride + p - pad for w, p, stride, pad in steps)
        is_inside = all(0 <= at < extent for at, extent in zip(place, maps[1:], strict=True))
        return place if is_inside else None


def map_of(shape: Shape, axes: tuple[Axis, ...]) -> Shape:
    """The same numbers as maps, channels first: an image without channels has one, a sequence's features are such."""
    if shape.axes == axes[1:]:
        return Shape((1, *shape), axes)
    if shape.axes == (Axis.STEP, Axis.UNIT) and axes == SIGNAL:
        return Shape(shape[::-1], axes)
    return Shape(shape, axes)


def read_windows(
    table: Table, key: str, axes: tuple[Axis, ...], shape: Shape, stride: int | None = None, padding: bool = True
) -> Windows:
    """The window's size under ``key``, its ``stride`` (if None, its size), the ``padding``; they must fit."""
    rank = len(axes) - 1
    if shape.axes not in LAID_OVER[axes]:
        met = " x ".join(map(str, shape))
        what = "signals (channels, steps)" if rank == 1 else "images (height, width) or (channels, height, width)"
        table.fail(key, f"it takes {what}, but what comes in is {met}")
    size = _each(table, key, rank, 1)
    moved = _each(table, "stride", rank, 1, stride or size)
    zeros = _each(table, "padding", rank, 0, 0) if padding else (0,) * rank
    windows = Windows(size, moved, zeros)
    maps = map_of(shape, axes)
    if any(count < 1 for count in windows.counts(maps)):
        met, seen = (" x ".join(map(str, part)) for part in (size, maps[1:]))
        table.fail(key, f"a window of {met} does not fit into {seen}; make it smaller, or pad the map")
    return windows


def _each(
    table: Table, key: str, rank: int, minimum: int, default: int | tuple[int, ...] | None = None
) -> tuple[int, ...]:
    """A whole number for all axes, or a list of one for each."""
    if default is not None and not table.has(key):
        return default if isinstance(default, tuple) else (default,) * rank
    value = table.get(key)
    if not isinstance(value, list):
        return (table.integer(key, minimum=minimum),) * rank
    if len(value) != rank:
        table.fail(key, f"{key} has {counted(len(value), 'number')}, but {rank} are needed")
    return tuple(Table({key: part}, table.path, table.document).integer(key, minimum=minimum) for part in value)
