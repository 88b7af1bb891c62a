"""Which of a person's numbers is which quantity: arrays of any usual shape laid out by name and row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xlbp.checking.log import Array, Flags, Labelled
from xlbp.checking.vocabulary import Names, Target

SAME, SWAPPED = "", "transposed"


@dataclass(frozen=True)
class Fitted:
    """A label's numbers by quantity: ``values`` and ``there`` are (rows, quantities) in the order of ``names``.

    ``by_row`` says whether there are rows, or the numbers of one moment.  ``turned`` is ``transposed`` where the last
    two axes come the other way round; ``square`` are the names that they would have if they did, of a square matrix.
    """

    label: str
    names: tuple[str, ...]
    values: Array
    there: Flags
    by_row: bool
    turned: str = SAME
    square: tuple[str, ...] = ()


def fit(column: Labelled, targets: Sequence[Target], rows: int | None = None) -> Fitted | None:
    """The first of these targets that has the shape of the numbers; None if none has.

    ``rows`` is how many the log has, where that is known from elsewhere.
    """
    for is_exact in (True, False):
        for target in targets:
            for by_row in _row_ways(column, target, rows):
                shape = column.values.shape[1:] if by_row else column.values.shape
                names = _laid(target.given, shape, is_exact)
                if names is not None:
                    return _fitted(column, names, by_row)
    return _fit_shared(column, targets, rows)


def _fit_shared(column: Labelled, targets: Sequence[Target], rows: int | None) -> Fitted | None:
    """A parameter that a layer shares, given once for each unit: the numbers of a row must be equal."""
    for target in (target for target in targets if target.is_whole and not target.given.ndim):
        for by_row in _row_ways(column, target, rows):
            values = column.values.reshape(column.values.shape[0] if by_row else 1, -1)
            if values.shape[1] and np.array_equal(values, np.broadcast_to(values[:, :1], values.shape), equal_nan=True):
                there = column.there.reshape(values.shape)[:, :1]
                return Fitted(column.label, (str(target.names.reshape(-1)[0]),), values[:, :1], there, by_row)
    return None


def _row_ways(column: Labelled, target: Target, rows: int | None) -> Iterator[bool]:
    """Whether the first axis may be that of the iterations; the likelier first."""
    if column.by_row is not None:
        yield column.by_row
        return
    shape = column.values.shape
    has_rows = bool(shape) and (rows is None or shape[0] == rows)
    if has_rows and (target.given.size == 1 or (rows is not None and rows > 1)):
        yield True
        yield False
        return
    yield False
    if has_rows:
        yield True


@dataclass(frozen=True)
class _Laid:
    """Names in the order of the numbers; ``square`` in the other one, of a square matrix."""

    names: Names
    turned: str = SAME
    square: Names | None = None


def _laid(names: Names, shape: tuple[int, ...], is_exact: bool) -> _Laid | None:
    """The names in the shape of the numbers, which may be flat, with axes of one, or with the last two swapped."""
    if math.prod(shape) != names.size:
        return None
    bare, ours = ([extent for extent in each if extent != 1] for each in (shape, names.shape))
    if bare == ours:
        is_square = len(ours) == 2 and ours[0] == ours[1]
        return _Laid(names, SAME, names.squeeze().T if is_square else None)
    if is_exact:
        return None
    if len(ours) == 2 and bare == ours[::-1]:
        return _Laid(names.squeeze().T, SWAPPED)
    return _Laid(names) if len(bare) <= 1 else None


def _fitted(column: Labelled, laid: _Laid, by_row: bool) -> Fitted:
    count = column.values.shape[0] if by_row else 1
    values, there = column.values.reshape(count, -1), column.there.reshape(count, -1)
    flat = [str(name) for name in laid.names.reshape(-1)]
    kept = [place for place, name in enumerate(flat) if name]
    square = tuple(str(name) for name in laid.square.reshape(-1)) if laid.square is not None and all(flat) else ()
    names = tuple(flat[place] for place in kept)
    return Fitted(column.label, names, values[:, kept], there[:, kept], by_row, laid.turned, square)


def swapped(fitted: Fitted) -> Fitted:
    """The same with the two axes of a square matrix the other way round."""
    return Fitted(fitted.label, fitted.square, fitted.values, fitted.there, fitted.by_row, SWAPPED, fitted.names)


def rows_of(columns: Sequence[Labelled], targets: Sequence[Sequence[Target]]) -> int | None:
    """How many rows a log has, told by what is a single number in each; None where nothing tells."""
    lengths = [
        column.values.shape[0]
        for column, possible in zip(columns, targets, strict=True)
        if column.values.ndim == 1 and column.by_row is not False and any(t.names.size == 1 for t in possible[:1])
    ]
    lengths += [column.values.shape[0] for column in columns if column.by_row and column.values.ndim]
    arrays = [
        column.values.shape[0]
        for column, possible in zip(columns, targets, strict=True)
        if possible and column.values.ndim > 1 and possible[0].names.size * column.values.shape[0] == column.values.size
    ]
    longest: list[int] = sorted(lengths or arrays)
    return max(set(longest), key=longest.count) if longest else None
