"""How the rows and columns of a person's file make sequences or pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from xlbp.errors import UsageError, counted, option, worded
from xlbp.starter.columns import Column, Survey
from xlbp.starter.kinds import CNN, DENSE, RNN
from xlbp.starter.wishes import Wishes
from xlbp.template.samples.columns import Feature

SMALLEST = 2  # rows and columns of a picture that a window moves over


def must_suit_kind(wishes: Wishes) -> None:
    """Refuse options that belong to another kind of network, and a kind without those that it needs."""
    given = {"--shape": wishes.shape, "--steps": wishes.steps, "--sequence": wishes.sequence, "--step": wishes.step}
    needed = {"--shape": CNN, "--steps": RNN, "--sequence": RNN, "--step": RNN}
    for flag, value in given.items():
        if value and needed[flag] != wishes.kind:
            kind = option("--kind", needed[flag])
            raise UsageError(f"{option(flag)} goes with {kind}, but the kind is {wishes.kind}")
    if wishes.kind == CNN and not wishes.shape:
        example = f"as in {_shape((8, 8))}: row by row in 64 columns"
        raise UsageError(f"{option('--kind', CNN)} needs the shape of a picture, {example}")
    if wishes.kind == CNN and len(wishes.hidden) != 1:
        raise UsageError(f"{option('--hidden')}: a first cnn has one layer of filters; add others by hand")
    if wishes.kind == RNN and not wishes.hidden:
        needs = f"{option('--kind', RNN)} needs a recurrent layer; give it 1 unit or more"
        raise UsageError(f"{option('--hidden', 0)}: {needs}")
    if wishes.kind == RNN and bool(wishes.steps) == bool(wishes.sequence):
        raise UsageError(
            f"{option('--kind', RNN)} needs either {worded('--steps N', 'steps=N')}, if each row of the file is a "
            f"sequence of N steps, or {worded('--sequence COLUMN', 'sequence=')}, if each row is a step of the "
            "sequence that this column names"
        )
    if wishes.step and not wishes.sequence:
        raise UsageError(f"{option('--step')} goes with {worded('--sequence COLUMN', 'sequence=')}")
    if wishes.shape and (len(wishes.shape) not in (2, 3) or min(wishes.shape[-2:]) < SMALLEST):
        examples = f"as in {worded('8x8', '(8, 8)')}, or channels before them, as in {worded('3x8x8', '(3, 8, 8)')}"
        raise UsageError(f"{_shape(wishes.shape)}: give rows and columns, {examples}")


def _shape(shape: Sequence[int]) -> str:
    """The option with a shape, as it is given."""
    return worded(f"--shape {'x'.join(map(str, shape))}", f"shape={tuple(shape)}")


def shape_of(wishes: Wishes, columns: int, path: object) -> tuple[int, ...]:
    """The shape into which so many columns of a file are folded; () where they are not."""
    if wishes.steps:
        if columns % wishes.steps:
            raise UsageError(
                f"{option('--steps', wishes.steps)}: the {columns} columns of {path} that are inputs can't be shared "
                f"out among so many steps; choose columns with {option('--inputs')}"
            )
        return wishes.steps, columns // wishes.steps
    if wishes.shape and prod(wishes.shape) != columns:
        raise UsageError(
            f"{_shape(wishes.shape)}: that is {counted(prod(wishes.shape), 'number')}, "
            f"but {path} has {counted(columns, 'column')} for them; choose columns with {option('--inputs')}"
        )
    return wishes.shape


def can_be_scaled(wishes: Wishes, columns: Sequence[Feature]) -> bool:
    """Whether every feature of a folded sequence, or channel of a picture, varies somewhere."""
    if wishes.steps:  # the features of a step stand side by side
        width = len(columns) // wishes.steps
        features = [columns[feature::width] for feature in range(width)]
    else:
        size = prod(wishes.shape[-2:])
        features = [columns[start : start + size] for start in range(0, len(columns), size)]
    return all(len({value for column in feature for value in column.values}) > 1 for feature in features)


def of_samples(survey: Survey, wishes: Wishes, targets: Sequence[Column]) -> list[Column]:
    """The targets of each sample: of a sequence in the long form, those of its last row."""
    if not wishes.sequence:
        return list(targets)
    last = last_rows(survey, wishes)
    return [replace(column, cells=tuple(column.cells[place] for place in last)) for column in targets]


def last_rows(survey: Survey, wishes: Wishes) -> list[int]:
    """The place of the last step of each sequence, as the sequences come in the file."""
    names = survey.named(wishes.sequence, option("--sequence"))
    times = range(survey.rows) if not wishes.step else _times(survey, wishes.step)
    last: dict[str, int] = {}
    for place, (_, name) in enumerate(names.cells):
        if name not in last or times[place] >= times[last[name]]:
            last[name] = place
    return list(last.values())


def _times(survey: Survey, step: str) -> list[float]:
    column = survey.named(step, option("--step"))
    survey.must_be_numbers(column, option("--step"))
    return column.values


def is_folded(wishes: Wishes) -> bool:
    """Whether columns are places of a picture, or steps, and not features of their own."""
    return wishes.kind != DENSE and not wishes.sequence
