"""Samples in the arrays of a .npz file: ``inputs`` and ``targets`` name them, their first axis counts the samples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NoReturn

from xlbp.datafile.numbers import snap
from xlbp.template.nearest import nearest
from xlbp.template.samples.classes import one_hot, read_classes
from xlbp.template.samples.given import Extents, Given, Part, folded, joined, with_tests
from xlbp.template.table import Table

SUFFIX = ".npz"


@dataclass(frozen=True)
class Array:
    """An array of the file; the last index of its values runs fastest."""

    name: str
    shape: Extents
    values: Sequence[object]

    @property
    def of_sample(self) -> Extents:
        """The shape of one sample; a single number is a row of one."""
        return self.shape[1:] or (1,)

    def rows(self) -> list[Sequence[object]]:
        """The values of each sample."""
        size = prod(self.of_sample)
        return [self.values[n * size : (n + 1) * size] for n in range(self.shape[0])]


def read_arrays(table: Table, name: str, text: str) -> Given:
    """The samples of a file whose text :func:`xlbp.template.samples.npz_file.npz_text` made."""
    reader = _Arrays(table, name, text)
    inputs = folded(table, "shape", reader.numbers("inputs"), "a sample of inputs has")
    has_tests = table.has("test_inputs") or table.has("test_targets")
    keys = ("targets", "test_targets") if has_tests else ("targets",)
    if table.boolean("one_hot", False):
        classes, aims = reader.classes(keys)
    else:
        targets = (reader.numbers(key) for key in keys)
        classes, aims = (), [folded(table, "target_shape", part, "a sample of targets has") for part in targets]
    given = replace(joined(table, inputs, aims[0]), classes=classes)
    if not has_tests:
        return given
    tests = folded(table, "shape", reader.numbers("test_inputs"), "a sample of test_inputs has")
    return with_tests(table, given, tests, aims[1])


class _Arrays:
    """The arrays of one file; ``table`` is what names them, and what complaints point at."""

    def __init__(self, table: Table, name: str, text: str) -> None:
        self.table, self.name = table, name
        try:
            self.arrays = dict(json.loads(text))
        except ValueError as error:
            table.fail("file", f"the data file {name!r} is not readable: {error}")

    def array(self, key: str) -> Array:
        """The array that a key of the template names: it has samples, and a number or more in each."""
        called = self.table.text(key)
        if called not in self.arrays:
            hint = nearest(called, sorted(self.arrays))
            self.table.fail(key, f"{self.name!r} has no array {called!r}{hint}")
        content = self.arrays[called]
        if content is None:
            self._fail(key, called, "holds neither numbers nor texts, so it is not read")
        array = Array(called, tuple(content["shape"]), content["values"])
        if not array.values or not array.shape:
            self._fail(key, called, "has no samples: its first axis must count them")
        return array

    def numbers(self, key: str) -> Part:
        """The array as numbers, all finite, with 15 digits."""
        array = self.array(key)
        hint = "; one_hot = true takes classes" if "targets" in key else ""
        for place, row in enumerate(array.rows(), start=1):
            for value in row:
                if not isinstance(value, int | float):
                    met = "a number that is not finite" if value is None else repr(value)[:40]
                    self._fail(key, array.name, f"holds {met} in sample {place}; it must have numbers{hint}")
        rows = tuple(tuple(snap(float(str(value))) for value in row) for row in array.rows())
        return Part(array.of_sample, rows)

    def classes(self, keys: Sequence[str]) -> tuple[tuple[str, ...], list[Part]]:
        """The classes in the arrays that some keys name, those for training first, and each array as one-hot rows."""
        found = [self._labels(key) for key in keys]
        names = read_classes(self.table, f"the array {self.table.text(keys[0])!r}", [t for part in found for t in part])
        return names, [Part((len(names),), one_hot(texts, names), names=names) for texts in found]

    def _labels(self, key: str) -> list[str]:
        """The class of each sample."""
        array = self.array(key)
        if array.of_sample != (1,) or None in array.values:
            self._fail(key, array.name, "must have one class for each sample, as one_hot needs")
        return [f"{value:.15g}" if isinstance(value, float) else str(value) for value in array.values]

    def _fail(self, key: str, array: str, what: str) -> NoReturn:
        self.table.fail(key, f"the array {array!r} of {self.name!r} {what}")
