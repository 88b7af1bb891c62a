"""Labels that are the elements of one array, ``W1[0][0]`` to ``W1[2][1]``, joined to that array.

As an array it has a shape, which tells whether it counts from 0 or 1, and whether it is stored as (inputs, units).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from xlbp.checking.log import Labelled
from xlbp.checking.vocabulary import Indices, Vocabulary, element_of

FIRST_INDICES = (0, 1)  # that people count from
Places = Mapping[Indices, Labelled]


def joined(columns: Sequence[Labelled], vocabulary: Vocabulary) -> list[Labelled]:
    """The columns, those of all elements of a known array as one, in the place of its first element."""
    families: dict[str, dict[Indices, Labelled]] = {}
    for column in columns:
        element = element_of(column.label)
        targets = vocabulary.targets(element.whole) if element is not None else []
        if element is not None and targets:
            families.setdefault(element.whole, {})[element.among(targets[0].given.ndim)] = column
    arrays = {whole: array for whole, places in families.items() if (array := _array(whole, places, vocabulary))}
    by_label = {column.label: arrays[whole] for whole in arrays for column in families[whole].values()}
    return list({id(each): each for each in (by_label.get(column.label, column) for column in columns)}.values())


def _array(whole: str, places: Places, vocabulary: Vocabulary) -> Labelled | None:
    """The array that these elements make up; None where some are missing, or nothing known has its shape."""
    axes = [sorted(set(along)) for along in zip(*places, strict=False)]
    is_full = len(places) == np.prod([len(axis) for axis in axes]) and all(
        axis == list(range(axis[0], axis[0] + len(axis))) and axis[0] in FIRST_INDICES for axis in axes
    )
    shape = tuple(map(len, axes))
    if not is_full or not _is_known(whole, shape, vocabulary):
        return None
    columns = [places[index] for index in itertools.product(*axes)]
    if len({(column.values.shape, column.by_row) for column in columns}) > 1 or columns[0].values.ndim > 1:
        return None
    rows = columns[0].values.shape
    return Labelled(
        whole,
        np.stack([column.values for column in columns], axis=-1, dtype=np.float64).reshape(*rows, *shape),
        np.stack([column.there for column in columns], axis=-1, dtype=np.bool_).reshape(*rows, *shape),
        True if rows else columns[0].by_row,
        all(column.single for column in columns),
    )


def _is_known(whole: str, shape: tuple[int, ...], vocabulary: Vocabulary) -> bool:
    """Whether what is called so first is an array of this shape, as it stands or with its axes the other way round."""
    targets = vocabulary.targets(whole)
    return bool(targets) and len(shape) > 0 and targets[0].given.shape in (shape, shape[::-1])
