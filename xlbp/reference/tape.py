"""The same calculation again and again, without its Python: NumPy's calls on a tape, each with its fixed places.

The mathematics is run once, on arrays that note what is done with them (NumPy's protocols for that are
``__array_ufunc__`` and ``__array_function__``, NEP 13 and NEP 18).  What comes of it is a list of calls such as
``np.multiply(x, y, out=z)``, bound to their arrays: to calculate the next row, new numbers are put into the places
that were given, and the calls are made again.  A call whose result nobody asks for is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from xlbp.reference.history import Array

Call = Callable[[], object]
SHAPED = (np.zeros_like, np.ones_like)  # of an array these need only the shape
TURNED = (np.moveaxis, np.transpose)  # these give another look at the same numbers


class Noted(NamedTuple):
    """A call, the arrays it reads and the one it writes, each known by where its memory is."""

    call: Call
    reads: frozenset[int]
    writes: int


class Tape:
    """What was done with the arrays that were :meth:`given`."""

    def __init__(self) -> None:
        self.noted: list[Noted] = []

    def given(self, place: Array) -> Array:
        """An array whose numbers will be others when the calls are made again."""
        return cast(Array, Cell(self, place))

    def given_all(self, places: Mapping[str, Array]) -> dict[str, Array]:
        """Several of them."""
        return {name: self.given(place) for name, place in places.items()}

    def put(self, function: Callable[..., Any], *args: Any, **options: Any) -> Array:
        """Call a function that returns a new array, and note it."""
        plain = _plain(args)
        result = np.asarray(function(*plain, **options))
        place = np.empty_like(result)
        if isinstance(getattr(function, "__self__", function), np.ufunc):
            call: Call = partial(function, *plain, **options, out=place)
        else:
            call = partial(_copy, place, function, plain, options)
        np.copyto(place, result)
        self.noted.append(Noted(call, frozenset(map(_memory, _arrays(args))), _memory(place)))
        return cast(Array, Cell(self, place))

    def stacked(self, parts: Sequence[Array], axis: int = 0) -> Array:
        """NumPy's stack, noted as a copy for each part: in small arrays it takes longer to prepare than to do."""
        place = np.stack(_plain(parts), axis)
        slots = np.moveaxis(place, axis, 0)
        for number, part in enumerate(parts):
            source, slot = place_of(part), slots[number, ...]  # a view, of single numbers too
            self.noted.append(Noted(partial(np.copyto, slot, source), frozenset([_memory(source)]), _memory(place)))
        return cast(Array, Cell(self, place))

    def note_by_element(self, f: Callable[[float], float], line: Array, shape: tuple[int, ...]) -> Array:
        """Call a function of a number for each element of a line, and note it."""
        source, place = place_of(line), np.empty(shape)
        call = partial(_fill, place.reshape(-1), f, source)
        call()
        self.noted.append(Noted(call, frozenset([_memory(source)]), _memory(place)))
        return self.given(place)

    def calls(self, wanted: Iterable[Array]) -> list[Call]:
        """What must be called, in order, so that these arrays hold what they should."""
        needed = {_memory(place_of(value)) for value in wanted}
        found: list[Call] = []
        for noted in reversed(self.noted):
            if noted.writes in needed:
                needed |= noted.reads
                found.append(noted.call)
        return found[::-1]


class Cell(NDArrayOperatorsMixin):
    """Stands for an array while the mathematics is noted."""

    def __init__(self, tape: Tape, place: Array) -> None:
        self.tape, self.place = tape, place

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **options: Any) -> Array:
        constants = [a if isinstance(a, Cell) else np.asarray(a) for a in args]
        return self.tape.put(ufunc if method == "__call__" else getattr(ufunc, method), *constants, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Array:
        if function in SHAPED:
            return cast(Array, function(*_plain(args), **options))
        if function in TURNED:
            return self._seen(function(*_plain(args), **options))
        if function is np.stack:
            return self.tape.stacked(*args, **options)
        return self.tape.put(function, *args, **options)

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise TypeError("an array on a tape must not be taken off it: its numbers are those of the first row")

    def _seen(self, view: Array) -> Array:
        """Another look at the same numbers."""
        if not isinstance(view, np.ndarray) or not np.may_share_memory(view, self.place):
            raise TypeError("only a view can be taken of an array on a tape; index with slices or ...")
        return cast(Array, Cell(self.tape, view))

    def __getitem__(self, key: Any) -> Array:
        return self._seen(self.place[key])

    @property
    def T(self) -> Array:  # noqa: N802 - NumPy's name
        """The transpose."""
        return self._seen(self.place.T)

    @property
    def shape(self) -> tuple[int, ...]:
        """As NumPy's."""
        return self.place.shape

    @property
    def size(self) -> int:
        """As NumPy's."""
        return self.place.size

    def __len__(self) -> int:
        return len(self.place)

    def reshape(self, *shape: int) -> Array:
        """A view, or a copy where there is none."""
        view = self.place.reshape(*shape)
        if np.may_share_memory(view, self.place):
            return cast(Array, Cell(self.tape, view))
        return self.tape.put(np.reshape, self, view.shape)

    def ravel(self) -> Array:
        """A view with one axis, or a copy where there is none."""
        return self.reshape(-1)


def by_element(f: Callable[[float], float]) -> Callable[[Array], Array]:
    """A function of Python's floats for arrays, noted as one call."""

    def apply(z: Array) -> Array:
        if isinstance(z, Cell):
            return z.tape.note_by_element(f, z.ravel(), z.shape)
        found = np.empty(z.shape)
        _fill(found.reshape(-1), f, z.reshape(-1))
        return found

    return apply


def place_of(value: Array) -> Array:
    """The array that a value stands in."""
    return value.place if isinstance(value, Cell) else np.asarray(value)


def _fill(place: Array, f: Callable[[float], float], source: Array) -> None:
    place[:] = list(map(f, source.tolist()))


def _copy(place: Array, function: Callable[..., Array], args: Sequence[Any], options: dict[str, Any]) -> None:
    place[...] = function(*args, **options)


def _plain(args: Any) -> Any:
    """Arguments with the arrays themselves in the place of what stands for them."""
    if isinstance(args, (tuple, list)):
        return type(args)(_plain(a) for a in args)
    return args.place if isinstance(args, Cell) else args


def _arrays(args: Any) -> list[Array]:
    if isinstance(args, (tuple, list)):
        return [array for a in args for array in _arrays(a)]
    return [args.place] if isinstance(args, Cell) else []


def _memory(array: Array) -> int:
    """Whose memory an array looks at."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return id(array)
