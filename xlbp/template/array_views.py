"""Numbers that are seen elsewhere: transposes, slices, joins.  They have no cells, for nothing is computed.

A view says, for each of its places, which number of what it looks at stands there; a place is counted from 0 with the
last index running fastest, as NumPy lays out an array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias

from xlbp.template.quantity import Quantity, element, plain

Extents: TypeAlias = tuple[int, ...]  # of an array; () of a single number


class Span(NamedTuple):
    """A slice as it comes out: where it starts, how many it takes, and the step from one to the next."""

    start: int
    size: int
    step: int


@dataclass(frozen=True)
class View:
    """``operation`` on ``of``; ``detail`` is the order of the axes, the key in brackets, or the axis of a join."""

    operation: str
    of: tuple[Argument, ...]
    shape: Extents
    shapes: tuple[Extents, ...]  # of what it looks at
    detail: tuple[int | Span | None, ...] = ()

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """For each place, what is looked at (counted from 0), and the place there."""
        return tuple(PLACES[self.operation](self))


Argument: TypeAlias = str | float | View


def indices(shape: Extents) -> Iterator[tuple[int, ...]]:
    """Every index of an array, counted from 0, the last running fastest."""
    return product(*map(range, shape))


def place_of(index: tuple[int, ...], shape: Extents) -> int:
    """How many numbers stand before this index."""
    place = 0
    for at, extent in zip(index, shape, strict=True):
        place = place * extent + at
    return place


def elements(name: str, shape: Extents) -> tuple[Quantity, ...]:
    """What the numbers of an array are called, counted from 1: ``W[1,2]``; a single number has the name alone."""
    if not shape:
        return (plain(name),)
    return tuple(element(name, tuple(at + 1 for at in index)) for index in indices(shape))


def seen(argument: Argument, arrays: Mapping[str, tuple[Quantity, ...]]) -> tuple[Quantity | float, ...]:
    """What stands at each place of an argument: an element of an array, or a number."""
    if isinstance(argument, View):
        inside = [seen(each, arrays) for each in argument.of]
        return tuple(inside[part][place] for part, place in argument.places)
    return arrays[argument] if isinstance(argument, str) else (argument,)


def names_of(argument: Argument) -> tuple[str, ...]:
    """The arrays that an argument looks at, each once, in order."""
    if isinstance(argument, View):
        return tuple(dict.fromkeys(name for each in argument.of for name in names_of(each)))
    return (argument,) if isinstance(argument, str) else ()


def _transposed(view: View) -> Iterator[tuple[int, int]]:
    """``detail`` is the axis of the array that each axis of the view runs along."""
    for index in indices(view.shape):
        source = [0] * len(index)
        for axis, at in zip(view.detail, index, strict=True):
            assert isinstance(axis, int)
            source[axis] = at
        yield 0, place_of(tuple(source), view.shapes[0])


def _indexed(view: View) -> Iterator[tuple[int, int]]:
    """``detail`` has an index or a span for each axis of the array, and None for each new axis."""
    for index in indices(view.shape):
        along, source = iter(index), []
        for part in view.detail:
            if part is None:
                next(along)
            elif isinstance(part, Span):
                source.append(part.start + part.step * next(along))
            else:
                source.append(part)
        yield 0, place_of(tuple(source), view.shapes[0])


def _reshaped(view: View) -> Iterator[tuple[int, int]]:
    return ((0, place) for place in range(prod(view.shape)))


def _stacked(view: View) -> Iterator[tuple[int, int]]:
    each = prod(view.shape[1:])
    return (divmod(place, each) for place in range(prod(view.shape)))


def _joined(view: View) -> Iterator[tuple[int, int]]:
    """``detail`` is the axis along which the arrays follow one another."""
    (axis,) = view.detail
    assert isinstance(axis, int)
    parts = [(part, at) for part, shape in enumerate(view.shapes) for at in range(shape[axis])]
    for index in indices(view.shape):
        part, at = parts[index[axis]]
        yield part, place_of((*index[:axis], at, *index[axis + 1 :]), view.shapes[part])


PLACES = {
    "transposed": _transposed,
    "indexed": _indexed,
    "reshaped": _reshaped,
    "stacked": _stacked,
    "joined": _joined,
}
