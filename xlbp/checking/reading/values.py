"""Numbers that Python holds already: mappings of arrays, tensors, lists and scalars, records, tables, a history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from xlbp.checking.log import Array, Flags, Labelled, Log, counted_rows, is_count
from xlbp.errors import UnreadableError, UsageError

Numbers: TypeAlias = Any  # whatever is taken: see :func:`log_of_values`
TAKEN = "a mapping of names to arrays or lists, a list of dicts (one per iteration), a DataFrame, or Keras's History"
OTHER_NUMBERS = {"#num!": np.nan, "#value!": np.nan, "#div/0!": np.nan, "nan": np.nan, "inf": np.inf, "-inf": -np.inf}
SINGLE = 4  # bytes of a number, at most, that count as single precision


class NoNumbersError(ValueError):
    """What stands under a label is no array of numbers; the message says why, as a clause."""


def log_of_values(numbers: Numbers) -> Log:
    """The log that some values of Python's are.  Raises UsageError for what is none."""
    if hasattr(numbers, "history") and isinstance(numbers.history, Mapping):  # Keras's
        return log_of_columns(numbers.history, by_row=True, iterations=getattr(numbers, "epoch", None))
    if hasattr(numbers, "columns") and hasattr(numbers, "to_numpy"):  # a DataFrame
        return _log_of_table(numbers)
    if isinstance(numbers, Mapping):
        return log_of_columns(numbers)
    if isinstance(numbers, Sequence) and numbers and all(isinstance(record, Mapping) for record in numbers):
        return log_of_records(numbers)
    raise UsageError(f"can't check numbers of the kind {type(numbers).__name__}; give {TAKEN}")


def log_of_columns(
    columns: Mapping[Any, Any], by_row: bool | None = None, iterations: Iterable[Any] | None = None
) -> Log:
    """A mapping of names to arrays; mappings inside it are joined: ``{"grads": {"W1": ...}}`` is ``grads.W1``."""
    labelled: list[Labelled] = []
    unread: dict[str, str] = {}
    counts = None if iterations is None else _counted(list(iterations))
    for label, value in _joined(columns):
        if isinstance(value, Sequence) and value and all(isinstance(record, Mapping) for record in value):
            inner = log_of_records([dict(_joined(record, label)) for record in value])
            labelled += inner.columns
            unread |= inner.unread
            continue
        try:
            values, there, single = numbers_of(value)
        except NoNumbersError as error:
            unread[label] = str(error)
            continue
        if is_count(label) and (rows := counted_rows(values)) is not None:
            counts = rows
        else:
            labelled.append(Labelled(label, values, there, by_row, single))
    return Log(tuple(labelled), counts, unread)


def named_once(path: Path, names: Iterable[str]) -> None:
    """Raise UnreadableError for a log two of whose columns have one name."""
    name, times = next(iter(Counter(names).most_common(1)), ("", 0))
    if times > 1:
        raise UnreadableError(f"{path}: the log has {times} columns called {name!r}; give each a name of its own")


def log_of_records(records: Sequence[Mapping[Any, Any]]) -> Log:
    """A mapping for each iteration; what a record lacks is not given there."""
    flat = [dict(_joined(record)) for record in records]
    labelled: list[Labelled] = []
    unread: dict[str, str] = {}
    counts = None
    for label in dict.fromkeys(label for record in flat for label in record):
        try:
            column = _stacked(label, [record.get(label) for record in flat])
        except NoNumbersError as error:
            unread[label] = str(error)
            continue
        if is_count(label) and (rows := counted_rows(column.values)) is not None:
            counts = rows
        else:
            labelled.append(column)
    return Log(tuple(labelled), counts, unread)


def _stacked(label: str, values: Sequence[Any]) -> Labelled:
    """A number or an array for each iteration as one array, its first axis the iterations."""
    read = [None if value is None else numbers_of(value) for value in values]
    known = [each for each in read if each is not None]
    if not known:
        raise NoNumbersError("nothing is given in it")
    shapes = {each[0].shape for each in known}
    if len(shapes) != 1:
        raise NoNumbersError("its rows are of several shapes")
    [shape] = shapes
    missing = np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_), True
    rows = [missing if each is None else each for each in read]
    numbers, there = (np.stack([row[n] for row in rows]) for n in (0, 1))
    return Labelled(label, numbers, there, True, all(each[2] for each in known))


def _log_of_table(table: Any) -> Log:
    """A DataFrame.  A gap that numbers follow is one that was not logged: a training that is NaN never recovers."""
    log = log_of_columns({str(name): table[name].to_numpy() for name in table.columns}, by_row=True)
    columns = tuple(Labelled(c.label, c.values, c.there & ~_is_gap(c.values), True, c.single) for c in log.columns)
    index = getattr(table, "index", None)
    name = getattr(index, "name", None)
    counts = _counted(index) if isinstance(name, str) and is_count(name) else None
    return Log(columns, log.iterations or counts, log.unread)


def _counted(values: Any) -> tuple[int, ...] | None:
    """The iterations that these count; None where they are no numbers, as the names of steps."""
    try:
        return counted_rows(numbers_of(values)[0])
    except NoNumbersError:
        return None


def _is_gap(values: Array) -> Flags:
    """Which numbers are NaN with a number somewhere below them."""
    finite = np.isfinite(values)
    later = np.flip(np.logical_or.accumulate(np.flip(finite, 0), 0), 0)
    gaps: Flags = ~finite & later
    return gaps


def _joined(columns: Mapping[Any, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in columns.items():
        label = f"{before}.{key}" if before else str(key)
        if isinstance(value, Mapping):
            yield from _joined(value, label)
        else:
            yield label, value


def numbers_of(value: Any) -> tuple[Array, Flags, bool]:
    """The numbers of an array, a tensor, nested lists or a scalar; which are given; whether they have 32 bits.

    None is a number that is not given; ``#NUM!`` and its like are NaN.  Raises NoNumbersError for anything else.
    """
    array = _as_array(value)
    single = array.dtype.kind == "f" and array.dtype.itemsize <= SINGLE
    if array.dtype.kind in "OUS":
        return _of_objects(array)
    if not array.size:
        raise NoNumbersError("it is empty")
    if array.dtype.kind not in "fiub":
        raise NoNumbersError(f"it holds numbers of the type {array.dtype}, not real ones")
    numbers = np.asarray(array, dtype=np.float64)
    return numbers, np.ones(numbers.shape, dtype=np.bool_), single


def _as_array(value: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """NumPy's array of what PyTorch, TensorFlow, JAX, NumPy or a person has."""
    if hasattr(value, "detach"):  # PyTorch's
        value = value.detach().cpu()
        value = value if str(value.dtype) != "torch.bfloat16" else value.float()
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, (list, tuple)):
        value = [_as_array(each) if not _is_plain(each) else each for each in value]
    try:
        return np.asarray(value)
    except ValueError:  # rows of several lengths
        raise NoNumbersError("its rows are of several lengths") from None


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _of_objects(array: np.ndarray[Any, np.dtype[Any]]) -> tuple[Array, Flags, bool]:
    """Numbers between which None and error values stand."""
    numbers, there = np.full(array.shape, np.nan), np.ones(array.shape, dtype=np.bool_)
    for place, value in np.ndenumerate(array):
        if value is None or value == "":
            there[place] = False
        else:
            numbers[place] = _number(value)
    if not there.any():
        raise NoNumbersError("nothing is given in it")
    return numbers, there, False


def _number(value: object) -> float:
    text = str(value).strip().lower()
    try:
        return OTHER_NUMBERS[text] if text in OTHER_NUMBERS else float(text)
    except ValueError:
        raise NoNumbersError(f"{str(value).strip()!r} is no number") from None
