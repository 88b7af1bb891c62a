"""A person's .npz file as a table: an array of inputs, and one of targets, a number of a sample in each column."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbp.datafile.numbers import PLAIN, snap
from xlbp.datafile.rows import DataFile
from xlbp.errors import UnreadableError, UsageError, option
from xlbp.starter.wishes import Wishes
from xlbp.template.load import bytes_of
from xlbp.template.nearest import nearest
from xlbp.template.read_data import LARGEST
from xlbp.template.samples.npz_file import npz_text

TARGETS = ("y", "t", "target", "targets", "label", "labels", "y_train", "labels_train")  # what the targets are called


@dataclass(frozen=True)
class Arrays:
    """The arrays that were chosen, as a table with the columns ``x[1]``, ``x[2]``, ..., or ``y`` for a single one."""

    inputs: str
    targets: str
    table: DataFile
    input_columns: tuple[str, ...]
    target_columns: tuple[str, ...]


def read_npz(path: Path, wishes: Wishes) -> tuple[str, Arrays]:
    """The file's text, and its arrays of inputs and targets.  Raises UnreadableError or UsageError."""
    try:
        text = npz_text(bytes_of(path), LARGEST)
    except ValueError as error:
        raise UnreadableError(f"the data file {str(path)!r} {error}") from None
    arrays = {name: array for name, array in json.loads(text).items() if array is not None and array["shape"]}
    targets = _named(path, option("--target"), wishes.targets, arrays) or next((n for n in TARGETS if n in arrays), "")
    inputs = _named(path, option("--inputs"), wishes.inputs, arrays)
    others = [name for name in arrays if name != targets]
    if not targets or (not inputs and len(others) != 1):
        shown, asked = ", ".join(map(repr, arrays)), f"{option('--inputs')}, and {option('--target')}"
        raise UnreadableError(f"{path} has the arrays {shown}; name that of the inputs with {asked}")
    inputs = inputs or others[0]
    columns = {name: _columns(path, name, arrays[name]) for name in (inputs, targets)}
    names = {name: _names(name, len(columns[name])) for name in (inputs, targets)}
    both = [*columns[inputs], *columns[targets]]
    if len({len(column) for column in both}) > 1:
        samples = f"{len(columns[inputs][0])} samples, but {targets!r} {len(columns[targets][0])}"
        raise UnreadableError(f"{path}: the array {inputs!r} has {samples}")
    rows = tuple((number, row) for number, row in enumerate(zip(*both, strict=True), start=1))
    table = DataFile((*names[inputs], *names[targets]), rows, ",", PLAIN)
    return text, Arrays(inputs, targets, table, names[inputs], names[targets])


def _named(path: Path, asked: str, wished: Sequence[str], arrays: Mapping[str, Any]) -> str:
    """The array that an option names; '' where it names none."""
    if len(wished) > 1:
        raise UsageError(f"{asked}: name one array of {path}, not {len(wished)}")
    if wished and wished[0] not in arrays:
        raise UsageError(f"{asked}: {path} has no array {wished[0]!r}{nearest(wished[0], sorted(arrays))}")
    return wished[0] if wished else ""


def _columns(path: Path, name: str, array: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The texts of each number of a sample, sample by sample."""
    samples, *shape = array["shape"]
    if len(shape) > 1:
        axes = " x ".join(map(str, shape))
        raise UnreadableError(
            f"{path}: a sample of {name!r} is {axes}; save {name}.reshape({samples}, -1), "
            f"and fold that with {option('--shape')}"
        )
    width = shape[0] if shape else 1
    if None in array["values"]:
        place = array["values"].index(None)
        raise UnreadableError(f"{path}: {name!r} holds a number that is not finite in sample {place // width + 1}")
    texts = [f"{snap(v):.15g}" if isinstance(v, float) else str(v) for v in array["values"]]
    return [tuple(texts[place::width]) for place in range(width)]


def _names(name: str, width: int) -> tuple[str, ...]:
    return (name,) if width == 1 else tuple(f"{name}[{place}]" for place in range(1, width + 1))
