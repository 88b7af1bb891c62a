"""The samples as a template gives them, before anything is known of the network that takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from xlbp.errors import counted
from xlbp.template.features import Feature
from xlbp.template.model import Category, Matrix
from xlbp.template.scaling import UNSCALED
from xlbp.template.table import Table

Extents: TypeAlias = tuple[int, ...]
MOST_AXES = 3  # of a sample: channel, row, column


@dataclass(frozen=True)
class Part:
    """The inputs, or the targets, of all samples: the shape of one, and its numbers, the last index running fastest.

    ``letters`` are what the features of each step are one-hot of; none of plain numbers.  ``names`` are the source's
    own, one for each number, ``categories`` the columns of texts among them.
    """

    shape: Extents
    rows: Matrix
    letters: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True)
class LastStep:
    """What is known of a sequence's targets where those of its last step stand for the whole: names and classes."""

    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """The samples, those for testing last, and what is known of them; nothing is scaled yet.

    The shapes are those of a sample's inputs and targets; the last index of the numbers runs fastest.  ``classes`` are
    those that a sample as a whole belongs to, ``input_letters`` and ``target_letters`` what the features of each step
    are one-hot of.
    ``last_step`` is there where the targets of the last step may stand for the whole sequence.
    ``filled`` are the inputs that the file lacks, by sample and place, for which a mean stands.
    """

    inputs: Matrix
    targets: Matrix
    input_shape: Extents
    target_shape: Extents
    test: int = 0
    scale: str = UNSCALED
    scale_targets: str = UNSCALED
    classes: tuple[str, ...] = ()
    accuracy: bool = False
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    input_letters: tuple[str, ...] = ()
    target_letters: tuple[str, ...] = ()
    last_step: LastStep | None = None
    filled: frozenset[tuple[int, int]] = frozenset()
    categories: tuple[Category, ...] = ()
    features: tuple[Feature, ...] = ()  # of which the last inputs are computed

    def suited_to(self, output: Extents) -> Given:
        """The same, with the targets of each sequence's last step alone where these have the shape of the output."""
        of_last = self.target_shape[1:]
        if self.last_step is None or len(output) == len(self.target_shape) or not are_alike(of_last, output):
            return self
        width, classes = self.target_shape[-1], self.last_step.classes
        return replace(
            self,
            targets=tuple(row[-width:] for row in self.targets),
            target_shape=of_last,
            target_names=self.last_step.names,
            classes=classes,
            target_letters=() if classes else self.target_letters,
            last_step=None,
        )

    def as_tokens(self) -> Given:
        """The same with the number of each letter, from 0, in place of its one-hot vector."""
        if not self.input_letters:
            return self
        width = len(self.input_letters)
        tokens = (
            tuple(float(row[at : at + width].index(1.0)) for at in range(0, len(row), width)) for row in self.inputs
        )
        return replace(self, inputs=tuple(tokens), input_shape=self.input_shape[:1], input_names=())


def are_alike(one: Extents, other: Extents) -> bool:
    """Whether two shapes differ at most by axes of a single number, which may be left out or put in."""
    return [extent for extent in one if extent > 1] == [extent for extent in other if extent > 1]


def joined(table: Table, inputs: Part, targets: Part) -> Given:
    """Inputs and targets together; as many of one as of the other."""
    counts = {"targets": len(targets.rows), "inputs": len(inputs.rows)}
    must_match(table, counts)
    return Given(
        *(inputs.rows, targets.rows, inputs.shape, targets.shape),
        input_names=inputs.names,
        target_names=targets.names,
        input_letters=inputs.letters,
        target_letters=targets.letters,
        categories=inputs.categories,
    )


def must_match(table: Table, counts: dict[str, int]) -> None:
    """Refuse targets, the first key, of which there are not as many as inputs, the second one."""
    (first, rows), (second, needed) = counts.items()
    if rows != needed:
        table.fail(first, f"{first} has {counted(rows, 'row')}, but {second} has {needed}: one row per sample")


def with_tests(table: Table, given: Given, inputs: Part, targets: Part) -> Given:
    """The same with samples that ``test_inputs`` and ``test_targets`` keep from training, put last."""
    must_match(table, {"test_targets": len(targets.rows), "test_inputs": len(inputs.rows)})
    pairs = {"test_inputs": (inputs.shape, given.input_shape), "test_targets": (targets.shape, given.target_shape)}
    for key, (met, needed) in pairs.items():
        if met != needed:
            shapes = f"is {shown(met)}, but in the training data it is {shown(needed)}"
            if len(met) == len(needed) == 1:
                table.fail(key, f"{key} has {counted(met[0], 'column')}, but the training data has {needed[0]}")
            table.fail(key, f"a sample of {key} {shapes}")
    rows, aims = given.inputs + inputs.rows, given.targets + targets.rows
    return replace(given, inputs=rows, targets=aims, test=len(inputs.rows))


def shown(shape: Extents) -> str:
    """A shape for a reader: ``8 x 8``."""
    return " x ".join(map(str, shape))


def folded(table: Table, key: str, part: Part, what: str) -> Part:
    """The same numbers in the shape that ``key`` gives, the last index running fastest; ``what`` has the numbers."""
    if not table.has(key):
        return part
    extents = table.get(key)
    is_shape = isinstance(extents, list) and extents and all(type(extent) is int and extent > 0 for extent in extents)
    if not is_shape:
        table.fail(key, f"{key} must be a list of whole numbers above 0, as in [8, 8]")
    shape, size = tuple(extents), len(part.rows[0])
    if prod(shape) != size:
        table.fail(key, f"{key} is {shown(shape)}, which is {prod(shape)} numbers, but {what} {size}")
    return Part(shape, part.rows)


def must_have_axes(table: Table, key: str, shape: Extents) -> None:
    """Refuse samples that are nested deeper than any layer takes them."""
    if len(shape) > MOST_AXES:
        table.fail(
            key, f"a sample of {key} is {shown(shape)}; at most {MOST_AXES} axes are known: channel, row, column"
        )
