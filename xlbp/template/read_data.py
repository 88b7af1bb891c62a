"""Reads [data]: samples written in the template or in a CSV file beside it, and what is kept for testing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from xlbp.template.csv_file import CsvFile, labels, number, read_csv
from xlbp.template.model import Matrix
from xlbp.template.nearest import nearest
from xlbp.template.table import Table

SCALES = ("none", "standard", "minmax")

Extents: TypeAlias = tuple[int, ...]
ReadFile = Callable[[str], str]  # a data file's name -> its text; raises ValueError saying why not


@dataclass(frozen=True)
class Given:
    """The samples, those for testing last, and what is known of them; ``inputs`` are not scaled yet.

    The shapes are those of a sample's inputs and targets; the last index of the numbers runs fastest.
    """

    inputs: Matrix
    targets: Matrix
    input_shape: Extents
    target_shape: Extents
    test: int = 0
    scale: str = "none"
    classes: tuple[str, ...] = ()
    accuracy: bool = False
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()


def read_data(table: Table, read_file: ReadFile) -> Given:
    """All samples.  Raises TemplateError naming the key, or the file's line, at fault."""
    given = _from_file(table, read_file) if table.has("file") else _inline(table)
    given = _split(table, given)
    scale = table.text("scale", "none", choices=SCALES)
    accuracy = table.boolean("accuracy", bool(given.classes))
    table.close()
    if scale != "none":
        _must_vary(table, given)
    return replace(given, scale=scale, accuracy=accuracy)


def _inline(table: Table) -> Given:
    shapes, (inputs, targets) = _pair(table, "inputs", "targets")
    if not (table.has("test_inputs") or table.has("test_targets")):
        return Given(inputs, targets, *shapes)
    test_shapes, (test_inputs, test_targets) = _pair(table, "test_inputs", "test_targets")
    for key, met, needed in zip(("test_inputs", "test_targets"), test_shapes, shapes, strict=True):
        if met != needed:
            one, other = (" x ".join(map(str, shape)) for shape in (met, needed))
            table.fail(key, f"{key} has {one} columns, but the training data has {other}")
    return Given(inputs + test_inputs, targets + test_targets, *shapes, len(test_inputs))


def _pair(table: Table, first: str, second: str) -> tuple[tuple[Extents, Extents], tuple[Matrix, Matrix]]:
    """The shapes of a sample's inputs and targets, and the numbers of all."""
    (input_shape, inputs), (target_shape, targets) = table.samples(first), table.samples(second)
    if len(inputs) != len(targets):
        table.fail(second, f"{second} has {len(targets)} rows, but {first} has {len(inputs)}: one row per sample")
    return (input_shape, target_shape), (inputs, targets)


def _from_file(table: Table, read_file: ReadFile) -> Given:
    name = table.text("file")
    try:
        file = read_csv(read_file(name))
    except ValueError as error:
        table.fail("file", f"the data file {name!r} {error}")
    wanted, found = table.texts("inputs"), table.texts("targets")
    reader = _Columns(table, name, file)
    inputs = reader.matrix("inputs", wanted)
    if not table.boolean("one_hot", False):
        targets = reader.matrix("targets", found)
        shapes = (len(wanted),), (len(found),)
        return Given(inputs, targets, *shapes, input_names=wanted, target_names=found)
    if len(found) != 1:
        table.fail("targets", f"one_hot needs one column of classes, but targets names {len(found)}")
    texts = [text for _, text in reader.column("targets", 0, found[0])]
    classes = _classes(table, found[0], texts)
    targets = tuple(tuple(float(text == each) for each in classes) for text in texts)
    shapes = (len(wanted),), (len(classes),)
    return Given(inputs, targets, *shapes, classes=classes, input_names=wanted, target_names=classes)


def _classes(table: Table, column: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The different classes of a column, at least two, and no two that a sheet takes for one."""
    classes = tuple(sorted(set(texts), key=class_order))
    if len(classes) < 2:
        table.fail("targets", f"the column {column!r} has one class only, {classes[0]!r}")
    seen: dict[float | str, str] = {}
    for text, label in zip(classes, labels(classes), strict=True):
        same = seen.setdefault(label.lower() if isinstance(label, str) else label, text)
        if same != text:
            pair = f"the classes {same!r} and {text!r} of the column {column!r}"
            table.fail("targets", f"a sheet takes {pair} for one; write them alike, or so that more than case differs")
    return classes


def class_order(text: str) -> tuple[float, str]:
    """Numbers by size, then words by letter."""
    value = number(text)
    return math.inf if value is None else value, text


class _Columns:
    """The columns of a CSV file by name; complains of the line and the column at fault."""

    def __init__(self, table: Table, name: str, file: CsvFile) -> None:
        self.table, self.name, self.file = table, name, file

    def column(self, key: str, index: int, column: str) -> list[tuple[int, str]]:
        """The cells with their lines, none of them empty."""
        header = self.file.header
        if column not in header:
            self.table.fail((key, index), f"{self.name!r} has no column {column!r}{nearest(column, header)}")
        found = self.file.column(header.index(column))
        for line, text in found:
            if not text:
                self.table.fail("file", f"{self.name!r}, line {line}: the column {column!r} is empty")
        return found

    def matrix(self, key: str, columns: Sequence[str]) -> Matrix:
        if not columns:
            self.table.fail(key, f"{key} must name at least one column of the file")
        found = [self._numbers(key, index, column) for index, column in enumerate(columns)]
        return tuple(zip(*found, strict=True))

    def _numbers(self, key: str, index: int, column: str) -> list[float]:
        numbers = []
        for line, text in self.column(key, index, column):
            if (value := number(text)) is None:
                hint = "; one_hot = true takes classes" if key == "targets" else ""
                where = f"{self.name!r}, line {line}, column {column!r}"
                self.table.fail((key, index), f"{where}: {text[:40]!r} is no number{hint}")
            numbers.append(value)
        return numbers


def _split(table: Table, given: Given) -> Given:
    """``test = 0.2``, or a number of samples: so many, drawn by ``split_seed``, are kept from training."""
    if not table.has("test"):
        return given
    if given.test:
        table.fail("test", "choose one of test and test_inputs")
    share, total = table.number("test"), len(given.inputs)
    count = round(share * total) if share < 1 else int(share)
    if not 0 < count < total or (share >= 1 and share != count):
        table.fail("test", f"test is {share:g}: give a share as 0.2, or a number of samples below {total}")
    order = split_order(total, table.integer("split_seed", 0))
    inputs, targets = (tuple(rows[i] for i in order) for rows in (given.inputs, given.targets))
    return replace(given, inputs=inputs, targets=targets, test=count)


def split_order(samples: int, seed: int) -> list[int]:
    """The places of the samples, from 0, as the split puts them: those for testing last."""
    order = list(range(samples))
    Random(f"xlbp split {seed}").shuffle(order)
    return order


def _must_vary(table: Table, given: Given) -> None:
    """A feature that never changes can't be scaled."""
    for i, column in enumerate(zip(*given.inputs[: len(given.inputs) - given.test], strict=True), start=1):
        if len(set(column)) == 1:
            table.fail("scale", f"input {i} is {column[0]:g} in every sample, so it can't be scaled")


def shuffled(samples: int, draws: int, seed: int) -> tuple[int, ...]:
    """The numbers of the samples, from 1, in the order in which they are drawn: a new permutation for each epoch."""
    random = Random(f"xlbp shuffle {seed}")
    found: list[int] = []
    while len(found) < draws:
        epoch = list(range(1, samples + 1))
        random.shuffle(epoch)
        found += epoch
    return tuple(found[:draws])
